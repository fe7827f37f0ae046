SELECT e.encounter_id, e.booking_id, e.membership_id, e.practitioner, e.started_at, e.signed_at, d.saved_at, e.total
FROM (SELECT *, count(*) OVER () AS total FROM encounters
    WHERE organisation_id = $1 AND patient_id = $2 ORDER BY started_at DESC LIMIT $3) e
LEFT JOIN note_drafts d ON d.organisation_id = $1 AND d.encounter_id = e.encounter_id
ORDER BY e.started_at DESC
