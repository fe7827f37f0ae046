SELECT b.booking_id, b.reference, b.service_id, b.location_id, b.resource_id, b.patient_id, b.status, b.channel, b.starts_at, b.ends_at,
    b.contact_name, b.contact_phone, b.for_whom, b.language, b.note, b.overbook_reason, b.cancel_reason, b.notice_version, b.arrived_at,
    b.started_at, b.completed_at, b.booked_by, b.created_at, b.version, coalesce(max(o.lane), 0)::smallint AS lane
FROM bookings b LEFT JOIN occupancies o ON o.organisation_id = $1 AND o.booking_id = b.booking_id
WHERE b.organisation_id = $1 AND b.booking_id = $2
GROUP BY b.organisation_id, b.booking_id
