INSERT INTO service_resources (organisation_id, service_id, resource_id) SELECT $1, $2, r FROM unnest($3::uuid[]) AS r ON CONFLICT DO NOTHING
