INSERT INTO occupancies (organisation_id, occupancy_id, booking_id, service_id, resource_id, lane, starts_at, ends_at, hold_hash, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10))
ON CONFLICT DO NOTHING
