DELETE FROM patient_tokens WHERE organisation_id = $1 AND patient_id = $2
