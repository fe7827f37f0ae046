-- A session ends when nobody uses it, after a while that depends on the roles; a spent refresh token that comes back is told
-- apart from an answer that was lost; and whoever an account belongs to reads what happened to it.

-- How long somebody may be away, and how long one sign-in holds at most. Of several roles the shortest counts.
CREATE TABLE fence.role_limits (
    role text PRIMARY KEY,
    idle interval NOT NULL CHECK (idle > '0'),
    whole interval NOT NULL CHECK (whole >= idle)
);
INSERT INTO fence.role_limits (role, idle, whole) VALUES
    ('reception', '30 minutes', '12 hours'), ('counter', '30 minutes', '12 hours'), ('practitioner', '30 minutes', '12 hours'),
    ('administrator', '20 minutes', '10 hours'), ('manager', '20 minutes', '10 hours'), ('owner', '20 minutes', '10 hours');
ALTER TABLE fence.role_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE fence.role_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY role_limits_owner ON fence.role_limits TO aloe_owner USING (true) WITH CHECK (true);
CREATE POLICY role_limits_definer ON fence.role_limits FOR SELECT TO aloe_definer USING (true);
GRANT SELECT ON fence.role_limits TO aloe_definer;

ALTER TABLE aloe.sessions ADD COLUMN idle interval NOT NULL DEFAULT '30 minutes';
ALTER TABLE aloe.session_tokens ADD COLUMN used_at timestamptz;

-- Whether a session still opens something.
CREATE FUNCTION fence.is_live(s aloe.sessions) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT s.ended_at IS NULL AND s.expires_at > now() AND s.last_used_at > now() - s.idle
$$;
ALTER FUNCTION fence.is_live OWNER TO aloe_definer;

CREATE FUNCTION fence.limits_of(account uuid, OUT idle interval, OUT whole interval) LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(l.idle), '30 minutes'), coalesce(min(l.whole), '12 hours')
    FROM aloe.memberships m JOIN fence.role_limits l ON l.role = ANY (m.roles) WHERE m.user_id = account AND m.active
$$;
ALTER FUNCTION fence.limits_of OWNER TO aloe_definer;

-- Sessions begin within the limits of the roles, whoever begins them, and follow the roles when these change.
CREATE FUNCTION fence.limit_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    limits record := fence.limits_of(new.user_id);
BEGIN
    new.idle := limits.idle;
    new.expires_at := least(new.expires_at, new.started_at + limits.whole);
    RETURN new;
END $$;
ALTER FUNCTION fence.limit_session OWNER TO aloe_definer;
CREATE TRIGGER sessions_limit BEFORE INSERT ON aloe.sessions FOR EACH ROW EXECUTE FUNCTION fence.limit_session();

CREATE FUNCTION fence.limit_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    limits record := fence.limits_of(new.user_id);
BEGIN
    UPDATE aloe.sessions s SET idle = limits.idle, expires_at = least(s.expires_at, s.started_at + limits.whole)
    WHERE s.user_id = new.user_id AND s.ended_at IS NULL;
    RETURN NULL;
END $$;
ALTER FUNCTION fence.limit_sessions OWNER TO aloe_definer;
CREATE TRIGGER memberships_limit_sessions AFTER INSERT OR UPDATE OF roles, active ON aloe.memberships
    FOR EACH ROW EXECUTE FUNCTION fence.limit_sessions();

-- What happened to an account that its owner should know of. Read on the account page; the newest is told at the next sign-in.
CREATE TABLE aloe.account_notices (
    user_id    uuid NOT NULL REFERENCES aloe.users,
    notice_id  uuid NOT NULL DEFAULT gen_random_uuid(),
    what       text NOT NULL CHECK (what ~ '^[a-z_]{1,40}$'),
    source     inet,
    device     text NOT NULL DEFAULT '' CHECK (length(device) <= 200),
    at         timestamptz NOT NULL DEFAULT now(),
    told_at    timestamptz,
    PRIMARY KEY (user_id, notice_id)
);
CREATE INDEX account_notices_at ON aloe.account_notices (user_id, at DESC);
COMMENT ON TABLE aloe.account_notices IS 'retention=session; people=yes; restriction=none';
ALTER TABLE aloe.account_notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE aloe.account_notices FORCE ROW LEVEL SECURITY;
CREATE POLICY account_notices_definer ON aloe.account_notices TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON aloe.account_notices TO aloe_definer;

CREATE FUNCTION fence.tell_account(account uuid, what text, device text DEFAULT '') RETURNS void LANGUAGE sql AS $$
    INSERT INTO aloe.account_notices (user_id, what, source, device)
    VALUES (account, what, (fence.claims()->>'source')::inet, left(device, 200))
$$;
ALTER FUNCTION fence.tell_account OWNER TO aloe_definer;

-- The session behind an access token. When a 'person' asks, its last use is noted, at most once a minute; when a 'page' asks by
-- itself, only the token's first use, by which a lost answer is told from a stolen one. Right after a 'renewal' the server asks.
CREATE FUNCTION fence.session_at(access_hash bytea, asking text)
RETURNS TABLE (session_id uuid, user_id uuid, name text, email text, language text, organisation_id uuid, organisation_name text,
    organisation_slug text, organisation_kind text, membership_id uuid, member_name text, roles text[], resource_id uuid, reception_may_reveal boolean,
    synthetic boolean, time_zone text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    token record;
BEGIN
    SELECT s.session_id, s.last_used_at, t.used_at INTO token
    FROM aloe.session_tokens t JOIN aloe.sessions s ON s.session_id = t.session_id AND fence.is_live(s)
    WHERE t.token_hash = access_hash AND t.use = 'access' AND t.expires_at > now();
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF token.used_at IS NULL AND asking <> 'renewal' THEN
        UPDATE aloe.session_tokens t SET used_at = now() WHERE t.token_hash = access_hash AND t.used_at IS NULL;
    END IF;
    IF asking = 'person' AND token.last_used_at < now() - interval '1 minute' THEN
        UPDATE aloe.sessions s SET last_used_at = now() WHERE s.session_id = token.session_id AND s.last_used_at < now() - interval '1 minute';
    END IF;
    RETURN QUERY SELECT s.session_id, u.user_id, u.name, u.email, u.language, o.organisation_id, o.name, o.slug, o.kind, m.membership_id,
        m.name, m.roles, m.resource_id, o.reception_may_reveal, o.synthetic,
        (SELECT l.time_zone FROM aloe.locations l WHERE l.organisation_id = o.organisation_id ORDER BY l.name LIMIT 1)
    FROM aloe.sessions s
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    LEFT JOIN aloe.memberships m ON m.user_id = u.user_id AND m.active
    LEFT JOIN aloe.organisations o ON o.organisation_id = m.organisation_id
    WHERE s.session_id = token.session_id
    ORDER BY o.name;
END $$;
ALTER FUNCTION fence.session_at OWNER TO aloe_definer;

-- Spends a refresh token for the one pair that follows from it. The caller derives that pair from the token itself, so that two
-- tabs, or a browser that never got the answer, are given the same pair again and a family has one living end.
--   'renewed'  the pair is in force
--   'unknown'  no such token, or its session is over: sign in
--   'reused'   the token was spent and its pair is in use: one of the two who hold it is a thief, and the session ends
CREATE FUNCTION fence.follow_session(spent_hash bytea, access_hash bytea, access_lifetime interval, refresh_hash bytea, is_use boolean)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own aloe.sessions%ROWTYPE;
    token aloe.session_tokens%ROWTYPE;
    next_in_use boolean;
    next_is_spent boolean;
BEGIN
    -- Renewals of one session come one after the other.
    SELECT s.* INTO own FROM aloe.session_tokens t JOIN aloe.sessions s ON s.session_id = t.session_id AND fence.is_live(s)
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    WHERE t.token_hash = spent_hash AND t.use = 'refresh' AND fence.claims()->>'kind' = 'auth' FOR UPDATE OF s;
    IF NOT FOUND THEN
        RETURN 'unknown';
    END IF;
    SELECT * INTO token FROM aloe.session_tokens t WHERE t.token_hash = spent_hash;
    IF token.spent_at IS NOT NULL THEN
        SELECT bool_or(t.used_at IS NOT NULL OR t.spent_at IS NOT NULL), bool_or(t.spent_at IS NOT NULL) INTO next_in_use, next_is_spent
        FROM aloe.session_tokens t WHERE t.token_hash IN (access_hash, refresh_hash) AND t.session_id = own.session_id;
        IF next_is_spent IS NOT FALSE OR next_in_use AND token.spent_at < clock_timestamp() - interval '10 seconds' THEN
            UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'spent token used again' WHERE s.session_id = own.session_id;
            PERFORM fence.note_sign_in(own.user_id, 'token_reused', 'denied'), fence.tell_account(own.user_id, 'token_reused', own.device);
            RETURN 'reused';
        END IF;
    ELSE
        UPDATE aloe.session_tokens t SET spent_at = clock_timestamp() WHERE t.token_hash = spent_hash;
        INSERT INTO aloe.session_tokens (token_hash, session_id, use, expires_at)
        VALUES (refresh_hash, own.session_id, 'refresh', own.expires_at);
    END IF;
    DELETE FROM aloe.session_tokens t WHERE t.session_id = own.session_id AND t.use = 'access' AND t.expires_at < now();
    INSERT INTO aloe.session_tokens AS t (token_hash, session_id, use, expires_at)
    VALUES (access_hash, own.session_id, 'access', now() + access_lifetime) ON CONFLICT (token_hash) DO NOTHING;
    IF is_use THEN
        UPDATE aloe.sessions s SET last_used_at = now() WHERE s.session_id = own.session_id;
    END IF;
    RETURN 'renewed';
END $$;
ALTER FUNCTION fence.follow_session OWNER TO aloe_definer;

-- What was told of an account: all of the last ninety days, and those not told yet, which counts as telling.
CREATE FUNCTION fence.own_notices(access_hash bytea)
RETURNS TABLE (what text, source inet, device text, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    RETURN QUERY SELECT n.what, n.source, n.device, n.at FROM aloe.account_notices n
    WHERE n.user_id = own.account AND n.at > now() - interval '90 days' ORDER BY n.at DESC LIMIT 20;
END $$;
ALTER FUNCTION fence.own_notices OWNER TO aloe_definer;

CREATE FUNCTION fence.tell_own_notices(account uuid) RETURNS TABLE (what text, at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY UPDATE aloe.account_notices n SET told_at = now()
    WHERE n.user_id = account AND n.told_at IS NULL AND fence.claims()->>'kind' = 'auth' RETURNING n.what, n.at;
END $$;
ALTER FUNCTION fence.tell_own_notices OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.session_at, fence.follow_session, fence.own_notices, fence.tell_own_notices TO aloe_auth;

-- The remaining doors know an idle session from a used one.
CREATE OR REPLACE FUNCTION fence.own_session(access_hash bytea, OUT session uuid, OUT account uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT s.session_id, s.user_id INTO session, account
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND fence.is_live(s)
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    WHERE t.token_hash = access_hash AND t.use = 'access' AND t.expires_at > now() AND fence.claims()->>'kind' = 'auth';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no active session' USING ERRCODE = 'AL010';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION fence.own_sessions(access_hash bytea)
RETURNS TABLE (session_id uuid, started_at timestamptz, last_used_at timestamptz, source inet, device text, is_this boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    RETURN QUERY SELECT s.session_id, s.started_at, s.last_used_at, s.source, s.device, s.session_id = own.session
    FROM aloe.sessions s WHERE s.user_id = own.account AND fence.is_live(s)
    ORDER BY s.session_id = own.session DESC, s.last_used_at DESC;
END $$;

CREATE OR REPLACE FUNCTION fence.change_password(access_hash bytea, new_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    UPDATE aloe.users u SET password_hash = new_hash WHERE u.user_id = own.account;
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'password changed'
    WHERE s.user_id = own.account AND s.ended_at IS NULL AND s.session_id <> own.session;
    PERFORM fence.note_sign_in(own.account, 'password_changed', 'done'), fence.tell_account(own.account, 'password_changed');
END $$;

CREATE OR REPLACE FUNCTION fence.enter_member(token_hash bytea, organisation uuid, source inet, request uuid)
RETURNS TABLE (membership_id uuid, actor text, permissions text[]) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who record;
    granted jsonb;
BEGIN
    SELECT m.membership_id, m.user_id, m.name, m.roles, m.resource_id, m.access_version, s.session_id, o.reception_may_reveal, o.kind
    INTO who
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND fence.is_live(s)
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    JOIN aloe.memberships m ON m.user_id = s.user_id AND m.organisation_id = enter_member.organisation AND m.active
    JOIN aloe.organisations o ON o.organisation_id = m.organisation_id
    WHERE t.token_hash = enter_member.token_hash AND t.use = 'access' AND t.expires_at > now();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no active session and membership' USING ERRCODE = 'AL010';
    END IF;
    granted := fence.permissions_of(who.roles, who.reception_may_reveal) || '["member"]'::jsonb;
    IF who.kind = 'public_office' THEN
        -- A public office keeps no clinical record, whoever asks.
        granted := granted - 'clinical';
    END IF;
    PERFORM fence.write_context(pg_catalog.jsonb_build_object('kind', 'member', 'organisation', organisation,
        'user', who.user_id, 'membership', who.membership_id, 'session', who.session_id, 'actor', who.name,
        'roles', pg_catalog.array_to_string(who.roles, ', '), 'counter', CASE WHEN who.roles = ARRAY['counter'] THEN coalesce(who.resource_id, '00000000-0000-0000-0000-000000000000'::uuid) END,
        'access_version', who.access_version, 'permissions', granted, 'source', source, 'request', request));
    RETURN QUERY SELECT who.membership_id, who.name, ARRAY(SELECT pg_catalog.jsonb_array_elements_text(granted));
END $$;

CREATE OR REPLACE FUNCTION fence.tidy() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM aloe.session_tokens t WHERE t.expires_at < now() - interval '1 day';
    DELETE FROM aloe.phone_proofs p WHERE p.expires_at < now() - interval '1 day';
    DELETE FROM aloe.booking_links l WHERE l.expires_at < now() - interval '1 day';
    DELETE FROM aloe.occupancies o WHERE o.expires_at < now();
    DELETE FROM aloe.idempotency_keys k WHERE k.created_at < now() - interval '1 day';
    DELETE FROM fence.throttles t WHERE t.next_free < now() - interval '1 day';
    DELETE FROM aloe.account_notices n WHERE n.at < now() - interval '90 days';
END $$;
