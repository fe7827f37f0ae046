SELECT answer, fingerprint FROM idempotency_keys WHERE organisation_id = $1 AND key_hash = $2
