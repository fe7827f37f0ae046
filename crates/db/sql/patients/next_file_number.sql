SELECT aloe.next_file_number($1, $2) AS file_number
