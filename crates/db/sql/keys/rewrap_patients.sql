UPDATE patients p SET subject_key = fresh.subject_key, import_key = fresh.import_key
FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS fresh (patient_id, subject_key, import_key)
WHERE p.organisation_id = $1 AND p.patient_id = fresh.patient_id
