UPDATE organisations SET name = $3, practice_number = $4, letterhead = $5, officer_name = $6, officer_email = $7, officer_phone = $8, language = $9
WHERE organisation_id = $1 AND version = $2
