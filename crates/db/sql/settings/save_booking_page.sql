UPDATE organisations SET welcome = $3, live = $4 WHERE organisation_id = $1 AND version = $2
