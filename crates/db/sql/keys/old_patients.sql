SELECT patient_id, subject_key, import_key, sealed_under(subject_key) AS key_version FROM patients
WHERE organisation_id = $1 AND sealed_under(subject_key) < $2 AND patient_id > $3 ORDER BY patient_id LIMIT $4 FOR NO KEY UPDATE
