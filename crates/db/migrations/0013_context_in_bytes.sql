-- The same context, read in bytes: a place in a text of UTF-8 is found by walking to it, one in bytes at once. Names of any
-- script stand behind the bar only, so that the places before it are the same in both.

DROP FUNCTION fence.verified();
CREATE FUNCTION fence.verified() RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    context bytea := pg_catalog.convert_to(pg_catalog.current_setting('aloe.context', true), 'UTF8');
BEGIN
    -- RFC 2104 over the built-in SHA-256, as in fence.hmac_sha256.
    IF EXISTS (SELECT FROM fence.context_keys k WHERE k.label::bytea = pg_catalog.substr(context, 101, 10)
            AND pg_catalog.encode(pg_catalog.sha256(k.outer_block || pg_catalog.sha256(k.inner_block
                || pg_catalog.substr(context, 65))), 'hex')::bytea = pg_catalog.substr(context, 1, 64))
        AND pg_catalog.substr(context, 111, 36) = (lpad(pg_catalog.pg_backend_pid()::text, 10, '0')
            || lpad(extract(epoch FROM pg_catalog.transaction_timestamp())::text, 26, '0'))::bytea THEN
        RETURN context;
    END IF;
    RETURN NULL;
END $$;
ALTER FUNCTION fence.verified OWNER TO aloe_definer;
REVOKE EXECUTE ON FUNCTION fence.verified FROM PUBLIC;

CREATE OR REPLACE FUNCTION fence.claims() RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    context bytea := fence.verified();
BEGIN
    RETURN pg_catalog.convert_from(pg_catalog.substr(context, position('|'::bytea IN context) + 1), 'UTF8')::jsonb;
END $$;

CREATE OR REPLACE FUNCTION fence.organisation(need text) RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    context bytea := fence.verified();
    place int := position((',' || need || ',')::bytea IN context);
BEGIN
    -- Up to the bar stand permissions alone: nothing that a person typed is looked through.
    IF context IS NULL OR place < 229 OR place > position('|'::bytea IN context) THEN
        RETURN NULL;
    END IF;
    IF pg_catalog.get_byte(context, 146) <> 32 THEN
        IF NOT EXISTS (
            SELECT FROM aloe.memberships m, aloe.sessions s
            WHERE m.organisation_id = pg_catalog.convert_from(pg_catalog.substr(context, 65, 36), 'UTF8')::uuid
              AND m.membership_id = pg_catalog.convert_from(pg_catalog.substr(context, 147, 36), 'UTF8')::uuid
              AND m.active AND m.access_version = pg_catalog.convert_from(pg_catalog.substr(context, 219, 10), 'UTF8')::int
              AND s.session_id = pg_catalog.convert_from(pg_catalog.substr(context, 183, 36), 'UTF8')::uuid
              AND s.ended_at IS NULL AND s.expires_at > now()) THEN
            RETURN NULL;
        END IF;
    END IF;
    IF pg_catalog.get_byte(context, 64) = 32 THEN
        RETURN NULL;
    END IF;
    RETURN pg_catalog.convert_from(pg_catalog.substr(context, 65, 36), 'UTF8')::uuid;
END $$;
