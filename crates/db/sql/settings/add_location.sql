INSERT INTO locations (organisation_id, location_id, name, address, directions, phone, time_zone, opens_on_public_holidays)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
