UPDATE patients SET merged_into = $3 WHERE organisation_id = $1 AND patient_id = $2 AND merged_into IS NULL
