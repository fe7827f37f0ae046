UPDATE bookings SET overbook_reason = $4 WHERE organisation_id = $1 AND booking_id = $2 AND version = $3
