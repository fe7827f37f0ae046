UPDATE bookings SET patient_id = $3 WHERE organisation_id = $1 AND booking_id = $2
