UPDATE organisation_keys SET retired_at = now() WHERE organisation_id = $1 AND key_version < $2 AND retired_at IS NULL
