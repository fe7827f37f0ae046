SELECT service_id, resource_id FROM service_resources WHERE organisation_id = $1
