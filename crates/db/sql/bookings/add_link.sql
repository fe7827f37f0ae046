INSERT INTO booking_links (organisation_id, token_hash, booking_id, expires_at) VALUES ($1, $2, $3, $4)
