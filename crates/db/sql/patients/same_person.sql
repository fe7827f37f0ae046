SELECT p.patient_id, p.file_number, p.given_names, p.surname, p.birth_date, p.sex, p.phone, p.version, i.masked AS masked_id, p.merged_into
FROM patients p
LEFT JOIN identifiers i ON i.organisation_id = $1 AND i.patient_id = p.patient_id AND i.kind = 'sa_id'
WHERE p.organisation_id = $1 AND p.birth_date = $2 AND p.patient_id IS DISTINCT FROM $4
    AND EXISTS (SELECT FROM patient_tokens t WHERE t.organisation_id = $1 AND t.patient_id = p.patient_id AND t.token = ANY ($3::text[]))
LIMIT 5
