UPDATE bookings SET starts_at = $3, ends_at = $4, resource_id = $5, location_id = $6
WHERE organisation_id = $1 AND booking_id = $2 AND status IN ('pending', 'confirmed')
