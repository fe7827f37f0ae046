UPDATE patients SET merged_into = NULL WHERE organisation_id = $1 AND patient_id = $2 AND merged_into = $3
