SELECT resource_id, lane, starts_at, ends_at FROM occupancies
WHERE organisation_id = $1 AND resource_id = ANY ($2) AND starts_at >= $3 AND starts_at < $4
    AND (expires_at IS NULL OR expires_at > now()) AND occupancy_id <> ALL ($5)
ORDER BY resource_id, starts_at
