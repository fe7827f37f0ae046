SELECT fence.make_program($1, $2, $3, $4, $5, $6, $7, $8, make_interval(days => $9))::text
