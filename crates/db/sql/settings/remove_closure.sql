DELETE FROM closures WHERE organisation_id = $1 AND closure_id = $2
