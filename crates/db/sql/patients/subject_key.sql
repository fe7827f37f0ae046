SELECT subject_key FROM patients WHERE organisation_id = $1 AND patient_id = $2
