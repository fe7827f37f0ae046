INSERT INTO bookings (organisation_id, booking_id, reference, service_id, location_id, resource_id, patient_id, status, channel,
    starts_at, ends_at, contact_name, contact_phone, for_whom, language, note, overbook_reason, notice_version, booked_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
