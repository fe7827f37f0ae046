INSERT INTO identifiers (organisation_id, identifier_id, patient_id, kind, country, scheme, dependant_code, masked, blind_index, key_version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
