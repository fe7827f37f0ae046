INSERT INTO patients (organisation_id, patient_id, file_number, given_names, surname, birth_date, sex, phone, email, language,
    address, reception_note, notice_version, notice_shown_at, subject_key, import_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, CASE WHEN $13::int IS NOT NULL THEN now() END, $14, $15)
