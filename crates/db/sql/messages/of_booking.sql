SELECT channel, template, state, state_reason, created_at, settled_at FROM messages
WHERE organisation_id = $1 AND booking_id = $2 ORDER BY created_at
