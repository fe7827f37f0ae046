INSERT INTO closures (organisation_id, closure_id, location_id, resource_id, first_day, last_day, opens, closes, kind, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
