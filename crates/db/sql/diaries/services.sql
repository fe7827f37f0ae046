SELECT service_id, name, description, bring, minutes, buffer_before, buffer_after, step, lead_minutes, horizon_days, daily_limit,
    online, position, active, version
FROM services WHERE organisation_id = $1 ORDER BY position, name
