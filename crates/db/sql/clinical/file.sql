SELECT patient_id FROM patients WHERE organisation_id = $1 AND patient_id = $2
