SELECT count(*) AS active FROM bookings
WHERE organisation_id = $1 AND contact_phone = $2 AND status IN ('pending', 'confirmed') AND starts_at > now()
