UPDATE memberships SET roles = $4, resource_id = $5, active = $6 WHERE organisation_id = $1 AND membership_id = $2 AND version = $3
