UPDATE bookings SET patient_id = $3 WHERE organisation_id = $1 AND patient_id = $2 AND ($4::uuid[] IS NULL OR booking_id = ANY ($4))
RETURNING booking_id
