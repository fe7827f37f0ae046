SELECT resource_id, lane, service_id, starts_at, ends_at, expires_at <= now() AS expired FROM occupancies
WHERE organisation_id = $1 AND resource_id = ANY ($2) AND starts_at >= $3 AND starts_at < $4 AND occupancy_id <> ALL ($5)
ORDER BY resource_id, starts_at
