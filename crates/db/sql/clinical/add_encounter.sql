INSERT INTO encounters (organisation_id, encounter_id, patient_id, sealed_for, booking_id, membership_id, practitioner)
SELECT $1, $2, patient_id, patient_id, $4, $5, $6 FROM patients
WHERE organisation_id = $1 AND patient_id = $3 AND ($4::uuid IS NULL
    OR EXISTS (SELECT FROM bookings b WHERE b.organisation_id = $1 AND b.booking_id = $4 AND b.patient_id = $3))
