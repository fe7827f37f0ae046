SELECT key_version, wrapped FROM organisation_keys WHERE organisation_id = $1 ORDER BY key_version
