SELECT audit.note($2, $3, $4, $5, $6, $7, $8)::text WHERE $1::uuid IS NOT NULL
