SELECT fence.add_synthetic_member($1, $2, $3, $4, $5, $6, $7, $8, $9)::text
