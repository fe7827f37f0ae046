SELECT fence.enter_operator($1, $2, $3, $4)::text
