SELECT key_version, wrapped, retired_at IS NOT NULL AS retired FROM organisation_keys WHERE organisation_id = $1 ORDER BY key_version
