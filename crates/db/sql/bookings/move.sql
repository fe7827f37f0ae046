UPDATE bookings SET starts_at = $4, ends_at = $5, resource_id = $6, location_id = $7, overbook_reason = $8
WHERE organisation_id = $1 AND booking_id = $2 AND version = $3 AND status IN ('pending', 'confirmed', 'arrived')
