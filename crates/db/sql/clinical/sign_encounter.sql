UPDATE encounters SET signed_at = now() WHERE organisation_id = $1 AND encounter_id = $2 AND signed_at IS NULL
