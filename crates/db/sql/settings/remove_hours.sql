DELETE FROM weekly_hours WHERE organisation_id = $1 AND resource_id = $2 AND location_id = $3
