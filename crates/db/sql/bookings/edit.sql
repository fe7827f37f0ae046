WITH counted AS (
    UPDATE occupancies SET service_id = $7 WHERE organisation_id = $1 AND booking_id = $2 AND service_id IS DISTINCT FROM $7
)
UPDATE bookings SET contact_name = $4, contact_phone = $5, note = $6, service_id = $7
WHERE organisation_id = $1 AND booking_id = $2 AND version = $3
