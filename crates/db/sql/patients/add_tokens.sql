INSERT INTO patient_tokens (organisation_id, token, patient_id)
SELECT $1, token, $2 FROM unnest($3::text[]) AS token ON CONFLICT DO NOTHING
