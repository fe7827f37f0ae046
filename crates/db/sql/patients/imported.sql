SELECT import_key FROM patients WHERE organisation_id = $1 AND import_key = ANY ($2)
