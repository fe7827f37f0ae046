DELETE FROM note_drafts WHERE organisation_id = $1 AND encounter_id = $2 AND version = $3
