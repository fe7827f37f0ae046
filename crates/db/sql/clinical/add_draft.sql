INSERT INTO note_drafts (organisation_id, encounter_id, sealed, saved_by) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
