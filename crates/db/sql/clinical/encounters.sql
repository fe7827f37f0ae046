SELECT e.encounter_id, e.booking_id, e.membership_id, e.practitioner, e.started_at, e.signed_at, d.saved_at
FROM encounters e LEFT JOIN note_drafts d ON d.organisation_id = $1 AND d.encounter_id = e.encounter_id
WHERE e.organisation_id = $1 AND e.patient_id = $2 ORDER BY e.started_at DESC LIMIT 200
