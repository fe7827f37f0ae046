SELECT occupancy_id, service_id, resource_id, lane, starts_at, ends_at, expires_at FROM occupancies
WHERE organisation_id = $1 AND hold_hash = $2 AND expires_at > now()
