INSERT INTO messages (organisation_id, message_id, channel, template, language, sealed, key_version, booking_id, dedupe_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
