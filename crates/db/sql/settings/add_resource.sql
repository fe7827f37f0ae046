INSERT INTO resources (organisation_id, resource_id, kind, name, discipline, registration_number, capacity, bookable_online, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
