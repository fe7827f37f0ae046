DELETE FROM occupancies WHERE organisation_id = $1 AND booking_id = $2
