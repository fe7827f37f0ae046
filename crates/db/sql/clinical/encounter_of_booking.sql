SELECT encounter_id FROM encounters WHERE organisation_id = $1 AND booking_id = $2 AND patient_id = $3
