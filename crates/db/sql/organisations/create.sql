SELECT fence.create_organisation($1, $2, $3, $4, $5)::text
