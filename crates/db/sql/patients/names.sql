SELECT patient_id, given_names, surname, file_number FROM patients WHERE organisation_id = $1 AND patient_id = ANY ($2)
