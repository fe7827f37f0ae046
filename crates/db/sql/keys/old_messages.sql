SELECT message_id, sealed, key_version FROM messages
WHERE organisation_id = $1 AND key_version < $2 AND message_id > $3 ORDER BY message_id LIMIT $4 FOR NO KEY UPDATE
