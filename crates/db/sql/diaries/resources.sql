SELECT resource_id, kind, name, discipline, registration_number, capacity, bookable_online, position, active, version
FROM resources WHERE organisation_id = $1 ORDER BY position, name
