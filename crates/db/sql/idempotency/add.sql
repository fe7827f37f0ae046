INSERT INTO idempotency_keys (organisation_id, key_hash, fingerprint, answer) VALUES ($1, $2, $3, $4)
