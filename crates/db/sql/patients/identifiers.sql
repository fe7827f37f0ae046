SELECT identifier_id, kind, country, scheme, dependant_code, masked FROM identifiers
WHERE organisation_id = $1 AND patient_id = $2 ORDER BY kind
