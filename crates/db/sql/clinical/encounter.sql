SELECT e.encounter_id, e.patient_id, e.sealed_for, e.booking_id, e.membership_id, e.practitioner, e.started_at, e.signed_at, e.version,
    p.subject_key
FROM encounters e JOIN patients p ON p.organisation_id = $1 AND p.patient_id = e.sealed_for
WHERE e.organisation_id = $1 AND e.encounter_id = $2
