SELECT patient_id FROM patients WHERE organisation_id = $1 AND file_number = $2
