UPDATE messages m SET sealed = fresh.sealed, key_version = $2
FROM unnest($3::uuid[], $4::bytea[]) AS fresh (message_id, sealed)
WHERE m.organisation_id = $1 AND m.message_id = fresh.message_id
