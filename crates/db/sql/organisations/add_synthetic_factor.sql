SELECT fence.add_synthetic_factor($1, $2, $3, $4, $5)::text
