SELECT weekly_hours_id, resource_id, location_id, weekday, opens, closes FROM weekly_hours
WHERE organisation_id = $1 ORDER BY resource_id, location_id, weekday, opens
