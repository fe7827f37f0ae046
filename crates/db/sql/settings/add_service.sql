INSERT INTO services (organisation_id, service_id, name, description, bring, minutes, buffer_before, buffer_after, step, lead_minutes,
    horizon_days, daily_limit, online, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
