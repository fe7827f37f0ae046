INSERT INTO jobs (organisation_id, job_id, kind, entity_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
