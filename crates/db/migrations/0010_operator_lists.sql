-- The operator's list of organisations, for work on keys. Ids alone: a name would be more than the work needs.
CREATE FUNCTION fence.list_organisations() RETURNS TABLE (organisation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT o.organisation_id FROM aloe.organisations o ORDER BY o.organisation_id
$$;
ALTER FUNCTION fence.list_organisations OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.list_organisations TO aloe_operator;
