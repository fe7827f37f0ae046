SELECT closure_id, location_id, resource_id, first_day, last_day, opens, closes, kind, '' AS reason, version FROM closures
WHERE organisation_id = $1 AND last_day >= $2 ORDER BY first_day
