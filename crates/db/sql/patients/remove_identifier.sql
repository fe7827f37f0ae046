DELETE FROM identifiers WHERE organisation_id = $1 AND patient_id = $2 AND kind = $3
