SELECT booking_id, reference, service_id, location_id, resource_id, status, starts_at, ends_at, contact_name, contact_phone, for_whom,
    language, created_at, version
FROM bookings WHERE organisation_id = $1 AND contact_phone = $2 AND status IN ('pending', 'confirmed') AND starts_at > now()
ORDER BY starts_at LIMIT 20
