WITH first AS (
    INSERT INTO idempotency_keys (organisation_id, key_hash, fingerprint, answer) VALUES ($1, $3, $4, $2)
    ON CONFLICT DO NOTHING RETURNING true
), taken AS (
    INSERT INTO occupancies (organisation_id, occupancy_id, booking_id, service_id, resource_id, lane, starts_at, ends_at)
    SELECT $1, $5, $2, $11, $6, $7, $8, $9 FROM first
    ON CONFLICT DO NOTHING RETURNING true
), link AS (
    INSERT INTO booking_links (organisation_id, token_hash, booking_id, expires_at) SELECT $1, $20, $2, $21 FROM taken
), news AS (
    INSERT INTO changes (organisation_id, topic) SELECT $1, 'calendar' FROM taken
)
INSERT INTO bookings (organisation_id, booking_id, reference, service_id, location_id, resource_id, status, channel,
    starts_at, ends_at, contact_name, contact_phone, for_whom, language, notice_version, booked_by)
SELECT $1, $2, $10, $11, $12, $6, 'confirmed', 'web', $13, $14, $15, $16, $17, $18, $19, 'online' FROM taken
