SELECT (SELECT count(*) FROM patients WHERE organisation_id = $1 AND sealed_under(subject_key) < $2)
    + (SELECT count(*) FROM identifiers WHERE organisation_id = $1 AND key_version < $2)
    + (SELECT count(*) FROM messages WHERE organisation_id = $1 AND key_version < $2) AS left_over
