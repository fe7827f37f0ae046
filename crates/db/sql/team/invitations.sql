SELECT invitation_id, email, name, roles, expires_at, invited_at FROM invitations
WHERE organisation_id = $1 AND accepted_at IS NULL AND withdrawn_at IS NULL ORDER BY invited_at DESC
