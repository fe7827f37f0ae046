WITH RECURSIVE way AS (
    SELECT p.patient_id AS found_id, p.merged_into AS kept_id FROM patients p
    WHERE p.organisation_id = $1 AND p.patient_id = ANY ($2) AND p.merged_into IS NOT NULL
    UNION
    SELECT w.found_id, p.merged_into FROM way w JOIN patients p ON p.organisation_id = $1 AND p.patient_id = w.kept_id
    WHERE p.merged_into IS NOT NULL)
SELECT w.found_id, p.patient_id, p.file_number, p.given_names, p.surname, p.birth_date, p.sex, p.phone, p.version, i.masked AS masked_id
FROM way w JOIN patients p ON p.organisation_id = $1 AND p.patient_id = w.kept_id AND p.merged_into IS NULL
LEFT JOIN identifiers i ON i.organisation_id = $1 AND i.patient_id = p.patient_id AND i.kind = 'sa_id'
