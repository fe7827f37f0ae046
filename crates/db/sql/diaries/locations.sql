SELECT location_id, name, address, directions, phone, time_zone, opens_on_public_holidays, active, version
FROM locations WHERE organisation_id = $1 ORDER BY name
