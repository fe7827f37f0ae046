INSERT INTO notes (organisation_id, note_id, encounter_id, kind, sealed, membership_id, author, registration_number)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
