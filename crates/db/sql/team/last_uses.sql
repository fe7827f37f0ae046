SELECT e.user_id, CASE
        WHEN e.action = 'reveal' THEN 'reveal'
        WHEN e.action = 'open_file' THEN 'clinical'
        WHEN e.action = 'read_trail' THEN 'audit_all'
        WHEN e.entity IN ('memberships', 'invitations') THEN 'team'
        ELSE 'settings' END AS permission,
    max(e.at) AS at
FROM audit_entries e
WHERE e.organisation_id = $1 AND e.user_id IS NOT NULL AND e.actor_kind = 'member'
    AND e.outcome = 'done' AND (e.action IN ('reveal', 'open_file', 'read_trail') OR e.entity IN ('memberships', 'invitations', 'programs',
        'organisations', 'locations', 'resources', 'services', 'service_resources', 'weekly_hours', 'closures', 'privacy_notices'))
GROUP BY 1, 2
