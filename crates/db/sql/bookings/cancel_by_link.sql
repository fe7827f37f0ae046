UPDATE bookings SET status = 'cancelled', cancel_reason = $3
WHERE organisation_id = $1 AND booking_id = $2 AND status IN ('pending', 'confirmed')
