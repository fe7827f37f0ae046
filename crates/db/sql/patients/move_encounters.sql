SELECT aloe.move_encounters($1, $2, $3, $4) AS moved
