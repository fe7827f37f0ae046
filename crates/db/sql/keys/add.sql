INSERT INTO organisation_keys (organisation_id, key_version, wrapped) VALUES ($1, $2, $3)
