SELECT organisation_id, newest, made_at, in_use FROM fence.list_keys()
