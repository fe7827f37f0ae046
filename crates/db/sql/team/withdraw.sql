UPDATE invitations SET withdrawn_at = now()
WHERE organisation_id = $1 AND invitation_id = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL
