UPDATE organisations SET reception_may_reveal = $3 WHERE organisation_id = $1 AND version = $2
