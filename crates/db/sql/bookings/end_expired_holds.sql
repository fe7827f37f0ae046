DELETE FROM occupancies WHERE organisation_id = $1 AND resource_id = $2 AND expires_at <= now()
