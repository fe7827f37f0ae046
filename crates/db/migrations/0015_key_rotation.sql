-- What the rotation of an organisation's key needs. A version that nothing is sealed under any more is retired: it opens and
-- seals nothing again, and stays only because blind indexes made under it are carried over (see aloe_vault's rotated_index).

ALTER TABLE aloe.organisation_keys ADD COLUMN retired_at timestamptz;
GRANT UPDATE (retired_at) ON aloe.organisation_keys TO aloe_operator;

-- The key version in the head of a sealed value: a byte of format, one of algorithm, four of version, the highest first.
CREATE FUNCTION aloe.sealed_under(sealed bytea) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = '' AS $$
    SELECT pg_catalog.get_byte(sealed, 2) << 24 | pg_catalog.get_byte(sealed, 3) << 16
        | pg_catalog.get_byte(sealed, 4) << 8 | pg_catalog.get_byte(sealed, 5)
$$;
REVOKE EXECUTE ON FUNCTION aloe.sealed_under FROM PUBLIC;
GRANT EXECUTE ON FUNCTION aloe.sealed_under TO aloe_operator;

GRANT SELECT (subject_key), UPDATE (subject_key, import_key) ON aloe.patients TO aloe_operator;
GRANT SELECT (organisation_id, identifier_id, kind, blind_index, key_version), UPDATE (blind_index, key_version) ON aloe.identifiers TO aloe_operator;
GRANT SELECT (organisation_id, message_id, sealed, key_version), UPDATE (sealed, key_version) ON aloe.messages TO aloe_operator;
CREATE POLICY messages_operator_read ON aloe.messages FOR SELECT TO aloe_operator
    USING (organisation_id = (SELECT fence.organisation('operator')));
CREATE POLICY messages_operator_reseal ON aloe.messages FOR UPDATE TO aloe_operator
    USING (organisation_id = (SELECT fence.organisation('operator'))) WITH CHECK (organisation_id = (SELECT fence.organisation('operator')));

-- A key wrapped anew is no edit of the person: a form that is open meanwhile is not stale.
CREATE OR REPLACE TRIGGER patients_version BEFORE UPDATE ON aloe.patients FOR EACH ROW
    WHEN (OLD.subject_key = NEW.subject_key AND OLD.import_key IS NOT DISTINCT FROM NEW.import_key)
    EXECUTE FUNCTION aloe.count_version();

-- How far each organisation's keys are, for the operator's list: ids and numbers alone.
CREATE FUNCTION fence.list_keys() RETURNS TABLE (organisation_id uuid, newest integer, made_at timestamptz, in_use bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN QUERY SELECT k.organisation_id, pg_catalog.max(k.key_version), pg_catalog.max(k.made_at), count(*) FILTER (WHERE k.retired_at IS NULL)
    FROM aloe.organisation_keys k GROUP BY k.organisation_id ORDER BY pg_catalog.max(k.made_at);
END $$;
ALTER FUNCTION fence.list_keys OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.list_keys TO aloe_operator;
CREATE POLICY organisation_keys_definer ON aloe.organisation_keys TO aloe_definer USING (true);
GRANT SELECT ON aloe.organisation_keys TO aloe_definer;
