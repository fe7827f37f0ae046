SELECT organisation_id, name, synthetic FROM fence.find_organisation($1)
