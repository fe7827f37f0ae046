UPDATE patients SET given_names = $4, surname = $5, birth_date = $6, sex = $7, phone = $8, email = $9, language = $10,
    address = $11, reception_note = $12
WHERE organisation_id = $1 AND patient_id = $2 AND version = $3 AND merged_into IS NULL
