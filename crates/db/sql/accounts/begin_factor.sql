SELECT fence.begin_factor($1, $2, $3, $4, $5, $6)::text
