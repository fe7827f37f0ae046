SELECT a.audit_entry_id, a.at, a.actor, a.roles, a.source::text AS source, a.action, a.outcome, a.entity, a.entity_id, a.patient_id,
    a.purpose, a.before, a.after, p.given_names, p.surname
FROM audit_entries a LEFT JOIN patients p ON p.organisation_id = $1 AND p.patient_id = a.patient_id
WHERE a.organisation_id = $1 AND a.at >= $2 AND a.at < $3
    AND ($4::uuid IS NULL OR a.user_id = $4) AND ($5::uuid IS NULL OR a.patient_id = $5
        OR a.patient_id = ANY (ARRAY(SELECT m.patient_id FROM patients m WHERE m.organisation_id = $1 AND m.merged_into = $5))) AND ($6 = '' OR a.action = $6)
    AND ($7::bigint IS NULL OR a.audit_entry_id < $7)
ORDER BY a.audit_entry_id DESC LIMIT $8
