UPDATE organisation_keys SET wrapped = $3 WHERE organisation_id = $1 AND key_version = $2
