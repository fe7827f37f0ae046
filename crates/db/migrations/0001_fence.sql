-- The fence: who is acting, proven to the database itself.
--
-- Every transaction first calls one `fence.enter_*` function. It checks what the caller holds
-- (a session, a public address, a proven phone, a claimed job) and writes a signed,
-- transaction-local context. Policies ask `fence.organisation(need)`, which verifies that
-- signature and that the membership is still what it was, at every statement.
-- A plain setting would be no fence: any statement can call set_config.

CREATE SCHEMA fence;
CREATE SCHEMA aloe;
CREATE SCHEMA audit;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA fence, aloe, audit TO aloe_definer, aloe_member, aloe_public, aloe_auth, aloe_job, aloe_operator;
GRANT CREATE ON SCHEMA fence, aloe, audit TO aloe_definer;
ALTER DEFAULT PRIVILEGES FOR ROLE aloe_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE aloe_definer REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The MAC keys, as the two padded blocks of HMAC (RFC 2104), so that a signature costs two
-- built-in sha256() calls. A new one is made at each start; old ones go after a day.
CREATE TABLE fence.context_keys (
    context_key_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    inner_block    bytea NOT NULL CHECK (octet_length(inner_block) = 64),
    outer_block    bytea NOT NULL CHECK (octet_length(outer_block) = 64),
    made_at        timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE fence.context_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE fence.context_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY context_keys_definer ON fence.context_keys TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON fence.context_keys TO aloe_definer;

-- What each role may do: the database's own copy of the table in the domain crate.
-- A test holds the two against each other.
CREATE TABLE fence.role_permissions (
    role       text COLLATE "C" NOT NULL,
    permission text COLLATE "C" NOT NULL,
    PRIMARY KEY (role, permission)
);
ALTER TABLE fence.role_permissions ENABLE ROW LEVEL SECURITY;
ALTER TABLE fence.role_permissions FORCE ROW LEVEL SECURITY;
CREATE POLICY role_permissions_owner ON fence.role_permissions TO aloe_owner USING (true) WITH CHECK (true);
CREATE POLICY role_permissions_definer ON fence.role_permissions FOR SELECT TO aloe_definer USING (true);
GRANT SELECT ON fence.role_permissions TO aloe_definer;

-- RFC 2104 over the built-in SHA-256.
CREATE FUNCTION fence.hmac_sha256(inner_block bytea, outer_block bytea, message bytea)
RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = '' AS $$
    SELECT pg_catalog.sha256(outer_block || pg_catalog.sha256(inner_block || message))
$$;
ALTER FUNCTION fence.hmac_sha256 OWNER TO aloe_definer;

-- One byte string XORed with a repeated byte: the pads of RFC 2104.
CREATE FUNCTION fence.hmac_block(key bytea, pad int)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = '' AS $$
DECLARE
    block bytea := CASE WHEN octet_length(key) > 64 THEN pg_catalog.sha256(key) ELSE key END;
BEGIN
    block := block || pg_catalog.decode(pg_catalog.repeat('00', 64 - octet_length(block)), 'hex');
    FOR i IN 0..63 LOOP
        block := pg_catalog.set_byte(block, i, pg_catalog.get_byte(block, i) # pad);
    END LOOP;
    RETURN block;
END $$;
ALTER FUNCTION fence.hmac_block OWNER TO aloe_definer;

CREATE FUNCTION fence.renew_context_key() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    key bytea := pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()))
        || pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));
BEGIN
    INSERT INTO fence.context_keys (inner_block, outer_block)
    VALUES (fence.hmac_block(key, 54), fence.hmac_block(key, 92));
    DELETE FROM fence.context_keys WHERE made_at < now() - interval '1 day'
        AND context_key_id < (SELECT max(context_key_id) FROM fence.context_keys);
END $$;
ALTER FUNCTION fence.renew_context_key OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.renew_context_key TO aloe_job;

-- Writes the signed context. Entering twice in one transaction is an error: it is how a
-- connection that came back from the pool in the middle of something would show.
CREATE FUNCTION fence.write_context(claims jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    context_key fence.context_keys%ROWTYPE;
    body text;
BEGIN
    IF nullif(pg_catalog.current_setting('aloe.context', true), '') IS NOT NULL THEN
        RAISE EXCEPTION 'this transaction has already been entered' USING ERRCODE = 'AL001';
    END IF;
    SELECT * INTO STRICT context_key FROM fence.context_keys ORDER BY context_key_id DESC LIMIT 1;
    body := (claims || pg_catalog.jsonb_build_object(
        'key', context_key.context_key_id,
        'backend', pg_catalog.pg_backend_pid(),
        'began', extract(epoch FROM pg_catalog.transaction_timestamp())))::text;
    PERFORM pg_catalog.set_config('aloe.context', pg_catalog.encode(fence.hmac_sha256(
        context_key.inner_block, context_key.outer_block, pg_catalog.convert_to(body, 'UTF8')), 'hex') || body, true);
END $$;
ALTER FUNCTION fence.write_context OWNER TO aloe_definer;

-- The claims of this transaction when their signature, backend and transaction are right, else NULL.
CREATE FUNCTION fence.claims() RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    context text := pg_catalog.current_setting('aloe.context', true);
    body text;
    claims jsonb;
    context_key fence.context_keys%ROWTYPE;
BEGIN
    IF context IS NULL OR length(context) < 66 THEN
        RETURN NULL;
    END IF;
    body := substr(context, 65);
    claims := body::jsonb;
    SELECT * INTO context_key FROM fence.context_keys k WHERE k.context_key_id = (claims->>'key')::bigint;
    IF context_key.inner_block IS NULL
        OR pg_catalog.encode(fence.hmac_sha256(context_key.inner_block, context_key.outer_block,
            pg_catalog.convert_to(body, 'UTF8')), 'hex') <> left(context, 64)
        OR (claims->>'backend')::int <> pg_catalog.pg_backend_pid()
        OR (claims->>'began')::numeric <> extract(epoch FROM pg_catalog.transaction_timestamp()) THEN
        RETURN NULL;
    END IF;
    RETURN claims;
EXCEPTION WHEN invalid_text_representation OR invalid_parameter_value THEN
    RETURN NULL;
END $$;
ALTER FUNCTION fence.claims OWNER TO aloe_definer;
