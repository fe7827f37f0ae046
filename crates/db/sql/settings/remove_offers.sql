DELETE FROM service_resources WHERE organisation_id = $1 AND service_id = $2 AND resource_id <> ALL ($3)
