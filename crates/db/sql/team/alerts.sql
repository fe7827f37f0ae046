SELECT a.alert_id, a.kind, m.name AS about, a.detail, a.raised_at, a.last_at, a.times, a.seen_at, s.name AS seen_by
FROM alerts a
LEFT JOIN memberships m ON m.organisation_id = $1 AND m.membership_id = a.membership_id
LEFT JOIN memberships s ON s.organisation_id = $1 AND s.membership_id = a.seen_by
WHERE a.organisation_id = $1
ORDER BY a.seen_at IS NOT NULL, a.last_at DESC LIMIT $2
