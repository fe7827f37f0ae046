SELECT count(*) AS open FROM alerts a WHERE a.organisation_id = $1 AND a.seen_at IS NULL
