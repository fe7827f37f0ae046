SELECT count(*) AS bookings FROM bookings
WHERE organisation_id = $1 AND resource_id = $2 AND starts_at > now() AND status IN ('pending', 'confirmed')
