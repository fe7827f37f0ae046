INSERT INTO invitations (organisation_id, invitation_id, email, email_key, name, roles, token_hash, expires_at, invited_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, now() + interval '7 days', $8)
