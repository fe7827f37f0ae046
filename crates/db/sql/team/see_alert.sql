UPDATE alerts SET seen_at = now(), seen_by = $3 WHERE organisation_id = $1 AND alert_id = $2 AND seen_at IS NULL RETURNING alert_id
