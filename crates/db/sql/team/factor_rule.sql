SELECT factor_for_all, factor_optional FROM organisations WHERE organisation_id = $1
