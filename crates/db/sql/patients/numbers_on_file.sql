SELECT blind_index FROM identifiers WHERE organisation_id = $1 AND blind_index = ANY ($2)
