UPDATE bookings SET patient_id = NULL
WHERE organisation_id = $1 AND booking_id = $2 AND version = $3 AND status IN ('pending', 'confirmed', 'arrived')
