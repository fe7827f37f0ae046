SELECT fence.use_passkey($1, $2, $3)::text
