SELECT fence.confirm_factor($1, $2, $3)::text
