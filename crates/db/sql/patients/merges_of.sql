SELECT m.patient_merge_id, m.merged_at, p.given_names, p.surname, p.file_number, p.patient_id
FROM patient_merges m JOIN patients p ON p.organisation_id = $1 AND p.patient_id = m.merged_id
WHERE m.organisation_id = $1 AND m.kept_id = $2 AND m.undone_at IS NULL ORDER BY m.merged_at DESC
