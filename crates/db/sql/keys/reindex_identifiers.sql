UPDATE identifiers i SET blind_index = fresh.blind_index, key_version = $2
FROM unnest($3::uuid[], $4::bytea[]) AS fresh (identifier_id, blind_index)
WHERE i.organisation_id = $1 AND i.identifier_id = fresh.identifier_id
