SELECT organisation_id FROM fence.list_organisations()
