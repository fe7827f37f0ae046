UPDATE resources SET kind = $4, name = $5, discipline = $6, registration_number = $7, capacity = $8, bookable_online = $9, active = $10
WHERE organisation_id = $1 AND resource_id = $2 AND version = $3
