SELECT note_id, kind, reason, sealed, author, registration_number, signed_at FROM notes
WHERE organisation_id = $1 AND encounter_id = $2 ORDER BY signed_at, note_id
