UPDATE locations SET name = $4, address = $5, directions = $6, phone = $7, time_zone = $8, opens_on_public_holidays = $9, active = $10
WHERE organisation_id = $1 AND location_id = $2 AND version = $3
