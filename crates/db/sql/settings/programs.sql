SELECT p.program_id, p.name, p.permissions, m.name AS made_by, p.made_at, p.expires_at, p.last_used_at, p.last_source, p.revoked_at,
    r.name AS revoked_by
FROM programs p
JOIN memberships m ON m.organisation_id = $1 AND m.membership_id = p.made_by
LEFT JOIN memberships r ON r.organisation_id = $1 AND r.membership_id = p.revoked_by
WHERE p.organisation_id = $1
ORDER BY p.revoked_at IS NOT NULL OR p.expires_at < now(), p.made_at DESC
