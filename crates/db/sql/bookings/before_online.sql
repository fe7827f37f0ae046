SELECT a.answer, a.fingerprint, h.service_id, h.resource_id, h.lane, h.starts_at, h.ends_at, h.expires_at,
    (SELECT count(*) FROM bookings b WHERE b.organisation_id = $1 AND b.contact_phone = $2
        AND b.status IN ('pending', 'confirmed') AND b.starts_at > now()) AS active
FROM (VALUES (true)) AS always (so)
LEFT JOIN idempotency_keys a ON a.organisation_id = $1 AND a.key_hash = $3
LEFT JOIN occupancies h ON h.organisation_id = $1 AND h.hold_hash = $4 AND h.expires_at > now()
LIMIT 1
