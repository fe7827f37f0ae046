SELECT aloe.undo_merge($1, $2) AS done
