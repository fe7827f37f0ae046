DELETE FROM occupancies WHERE organisation_id = $1 AND hold_hash = $2 AND expires_at IS NOT NULL
