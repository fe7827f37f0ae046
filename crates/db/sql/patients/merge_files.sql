SELECT aloe.merge_files($1, $2, $3, $4) AS done
