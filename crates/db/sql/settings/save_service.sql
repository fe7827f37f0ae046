UPDATE services SET name = $4, description = $5, bring = $6, minutes = $7, buffer_before = $8, buffer_after = $9, step = $10,
    lead_minutes = $11, horizon_days = $12, daily_limit = $13, online = $14, active = $15
WHERE organisation_id = $1 AND service_id = $2 AND version = $3
