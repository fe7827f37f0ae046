INSERT INTO encounters (organisation_id, encounter_id, patient_id, sealed_for, booking_id, membership_id, practitioner, started_at, signed_at)
VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $7)
