SELECT b.booking_id, b.reference, b.starts_at, b.ends_at, b.status, s.name AS service, r.name AS resource, l.time_zone
FROM bookings b
JOIN services s ON s.organisation_id = $1 AND s.service_id = b.service_id
JOIN resources r ON r.organisation_id = $1 AND r.resource_id = b.resource_id
JOIN locations l ON l.organisation_id = $1 AND l.location_id = b.location_id
WHERE b.organisation_id = $1 AND b.patient_id = $2 ORDER BY b.starts_at DESC LIMIT 40
