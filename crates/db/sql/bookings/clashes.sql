SELECT b.starts_at, b.ends_at, b.contact_name FROM occupancies o
JOIN bookings b ON b.organisation_id = $1 AND b.booking_id = o.booking_id
WHERE o.organisation_id = $1 AND o.resource_id = $2 AND o.starts_at < $4 AND o.ends_at > $3 AND o.starts_at > $3::timestamptz - interval '1 day'
    AND o.booking_id IS DISTINCT FROM $5
ORDER BY b.starts_at LIMIT 5
