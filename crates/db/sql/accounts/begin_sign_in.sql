SELECT fence.begin_step($1, $2, $3)::text
