SELECT identifier_id, kind, blind_index, key_version FROM identifiers
WHERE organisation_id = $1 AND key_version < $2 AND identifier_id > $3 ORDER BY identifier_id LIMIT $4 FOR NO KEY UPDATE
