SELECT m.membership_id, m.user_id, m.name, m.email, m.roles, m.resource_id, m.active, m.joined_at, m.version, r.name AS diary,
    (SELECT e.at FROM audit_entries e
     WHERE e.organisation_id = $1 AND e.user_id = m.user_id AND e.action = 'sign_in' AND e.outcome = 'done'
     ORDER BY e.at DESC LIMIT 1) AS signed_in_at
FROM memberships m LEFT JOIN resources r ON r.organisation_id = $1 AND r.resource_id = m.resource_id
WHERE m.organisation_id = $1
    AND NOT EXISTS (SELECT FROM programs p WHERE p.organisation_id = $1 AND p.membership_id = m.membership_id)
ORDER BY m.active DESC, m.name
