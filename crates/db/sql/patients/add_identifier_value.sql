INSERT INTO identifier_values (organisation_id, identifier_id, sealed) VALUES ($1, $2, $3)
