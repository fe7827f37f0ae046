SELECT message_id, channel, template, language, sealed, key_version, state, state_reason, created_at, settled_at, booking_id FROM messages
WHERE organisation_id = $1 ORDER BY created_at DESC LIMIT $2
