SELECT true AS held FROM identifiers WHERE organisation_id = $1 AND patient_id = $2 AND kind = $3 AND blind_index = ANY ($4)
