INSERT INTO weekly_hours (organisation_id, weekly_hours_id, resource_id, location_id, weekday, opens, closes)
VALUES ($1, $2, $3, $4, $5, $6, $7)
