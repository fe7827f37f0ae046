SELECT i.patient_id, i.kind, i.masked, v.sealed, p.subject_key
FROM identifiers i
JOIN identifier_values v ON v.organisation_id = $1 AND v.identifier_id = i.identifier_id
JOIN patients p ON p.organisation_id = $1 AND p.patient_id = i.patient_id
WHERE i.organisation_id = $1 AND i.identifier_id = $2
