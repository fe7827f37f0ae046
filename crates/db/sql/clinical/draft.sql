SELECT sealed, saved_at, saved_by, version FROM note_drafts WHERE organisation_id = $1 AND encounter_id = $2
