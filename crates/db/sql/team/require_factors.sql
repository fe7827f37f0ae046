UPDATE organisations SET factor_for_all = $2, factor_optional = $3
WHERE organisation_id = $1 AND (factor_for_all, factor_optional) IS DISTINCT FROM ($2, $3)
