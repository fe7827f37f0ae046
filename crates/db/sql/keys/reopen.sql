UPDATE organisation_keys k SET retired_at = NULL WHERE k.organisation_id = $1 AND k.retired_at IS NOT NULL
    AND (EXISTS (SELECT FROM patients p WHERE p.organisation_id = $1 AND sealed_under(p.subject_key) = k.key_version)
        OR EXISTS (SELECT FROM identifiers i WHERE i.organisation_id = $1 AND i.key_version = k.key_version)
        OR EXISTS (SELECT FROM messages m WHERE m.organisation_id = $1 AND m.key_version = k.key_version))
