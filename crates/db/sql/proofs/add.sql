INSERT INTO phone_proofs (organisation_id, phone_proof_id, phone, pin_mac, pin_expires_at, expires_at)
VALUES ($1, $2, $3, $4, now() + interval '5 minutes', now() + interval '20 minutes')
