SELECT patient_id, file_number, given_names, surname, birth_date, sex, phone, email, language, address, reception_note,
    notice_version, notice_shown_at, merged_into, created_at, version
FROM patients WHERE organisation_id = $1 AND patient_id = $2
