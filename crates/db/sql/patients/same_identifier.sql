SELECT p.patient_id, p.file_number, p.given_names, p.surname, p.birth_date, p.sex, p.phone, p.version, i.masked AS masked_id, p.merged_into
FROM identifiers i JOIN patients p ON p.organisation_id = $1 AND p.patient_id = i.patient_id
WHERE i.organisation_id = $1 AND i.kind = $2 AND i.blind_index = ANY ($3)
    AND p.patient_id IS DISTINCT FROM $4
LIMIT 5
