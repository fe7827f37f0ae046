INSERT INTO changes (organisation_id, topic) VALUES ($1, $2)
