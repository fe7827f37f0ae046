SELECT message_id, channel, template, sealed, key_version, state, attempts FROM messages
WHERE organisation_id = $1 AND message_id = $2
