UPDATE note_drafts SET sealed = $4, saved_at = now(), saved_by = $5
WHERE organisation_id = $1 AND encounter_id = $2 AND version = $3
RETURNING version, saved_at
