SELECT fence.add_passkey($1, $2, $3, $4, $5, $6)::text
