SELECT p.patient_id, p.file_number, p.given_names, p.surname, p.birth_date, p.sex, p.phone, p.version, i.masked AS masked_id, p.merged_into
FROM patients p
LEFT JOIN identifiers i ON i.organisation_id = $1 AND i.patient_id = p.patient_id AND i.kind = 'sa_id'
WHERE p.organisation_id = $1 AND p.phone = $2
ORDER BY p.surname, p.given_names
LIMIT 8
