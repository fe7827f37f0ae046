-- Programs that work with an organisation's data: each is a member of its own, with a credential that is shown once and hashed, and
-- a session that does only what was ticked. Revoking it holds at the very next request.

-- A program's credential is a token of its session, for which access tokens of minutes are given.
ALTER TABLE aloe.session_tokens DROP CONSTRAINT session_tokens_use_check,
    ADD CONSTRAINT session_tokens_use_check CHECK (use IN ('access', 'refresh', 'credential'));

CREATE TABLE aloe.programs (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    program_id      uuid NOT NULL,
    membership_id   uuid NOT NULL,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    permissions     text[] NOT NULL CHECK (cardinality(permissions) > 0
        AND permissions <@ ARRAY['schedule', 'patients', 'all_patients', 'overbook', 'audit_own']),
    made_by         uuid NOT NULL,
    made_at         timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL CHECK (expires_at <= made_at + interval '366 days'),
    last_used_at    timestamptz,
    last_source     inet,
    revoked_at      timestamptz,
    revoked_by      uuid,
    PRIMARY KEY (organisation_id, program_id),
    FOREIGN KEY (organisation_id, membership_id) REFERENCES aloe.memberships,
    FOREIGN KEY (organisation_id, made_by) REFERENCES aloe.memberships,
    FOREIGN KEY (organisation_id, revoked_by) REFERENCES aloe.memberships,
    CHECK (revoked_at IS NOT NULL OR revoked_by IS NULL)
);
COMMENT ON TABLE aloe.programs IS 'retention=configuration; people=no';
CREATE INDEX programs_membership ON aloe.programs (organisation_id, membership_id);
CREATE INDEX programs_made_by ON aloe.programs (organisation_id, made_by);
CREATE INDEX programs_revoked_by ON aloe.programs (organisation_id, revoked_by);
ALTER TABLE aloe.programs ENABLE ROW LEVEL SECURITY;
ALTER TABLE aloe.programs FORCE ROW LEVEL SECURITY;
CREATE POLICY programs_definer ON aloe.programs TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON aloe.programs TO aloe_definer;
CREATE POLICY programs_member ON aloe.programs FOR SELECT TO aloe_member USING (organisation_id = (SELECT fence.organisation('member')));
GRANT SELECT ON aloe.programs TO aloe_member;
CREATE TRIGGER programs_audit AFTER INSERT OR UPDATE OF revoked_at ON aloe.programs
    FOR EACH ROW EXECUTE FUNCTION audit.record('program_id', '', 'last_used_at,last_source');

-- What a session may do at most; nothing for a person's, which may do what the roles allow.
ALTER TABLE aloe.sessions ADD COLUMN permissions text[];

-- A program's session ends with its credential, not with a day's work.
CREATE OR REPLACE FUNCTION fence.limit_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    limits record := fence.limits_of(new.user_id);
BEGIN
    IF new.permissions IS NOT NULL THEN
        new.idle := interval '400 days';
        RETURN new;
    END IF;
    new.idle := limits.idle;
    new.expires_at := least(new.expires_at, new.started_at + limits.whole);
    RETURN new;
END $$;
CREATE OR REPLACE FUNCTION fence.limit_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    limits record := fence.limits_of(new.user_id);
BEGIN
    UPDATE aloe.sessions s SET idle = limits.idle, expires_at = least(s.expires_at, s.started_at + limits.whole)
    WHERE s.user_id = new.user_id AND s.ended_at IS NULL AND s.permissions IS NULL;
    RETURN NULL;
END $$;

-- A program is what it was made as.
CREATE FUNCTION fence.guard_programs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM aloe.programs p WHERE p.organisation_id = new.organisation_id AND p.membership_id = new.membership_id
        AND (new.roles IS DISTINCT FROM old.roles OR new.active AND NOT old.active OR new.user_id IS DISTINCT FROM old.user_id
            OR NOT new.active AND old.active AND p.revoked_at IS NULL)) THEN
        RAISE EXCEPTION 'a program keeps what it was made with' USING ERRCODE = 'AL003';
    END IF;
    RETURN new;
END $$;
ALTER FUNCTION fence.guard_programs OWNER TO aloe_definer;
CREATE TRIGGER memberships_programs BEFORE UPDATE OF roles, active, user_id ON aloe.memberships
    FOR EACH ROW EXECUTE FUNCTION fence.guard_programs();

-- Makes a program. Whoever makes it shows a fresh proof, and gives away nothing that they may not do themselves.
CREATE FUNCTION fence.make_program(organisation uuid, program uuid, account uuid, member uuid, session uuid, program_name text,
    wanted text[], credential bytea, lifetime interval)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    claims jsonb := fence.claims();
    kind text := (SELECT o.kind FROM aloe.organisations o WHERE o.organisation_id = organisation);
BEGIN
    IF fence.organisation('settings') IS DISTINCT FROM organisation OR claims->>'kind' <> 'member'
        OR NOT claims->'permissions' @> to_jsonb(wanted) THEN
        RAISE EXCEPTION 'nobody gives away what is not theirs' USING ERRCODE = 'AL003';
    END IF;
    PERFORM fence.want_proof();
    INSERT INTO aloe.users (user_id, email, email_key, name, password_hash)
    VALUES (account, 'program:' || program, 'program:' || program, program_name, '!');
    INSERT INTO aloe.memberships (organisation_id, membership_id, user_id, name, email, roles)
    VALUES (organisation, member, account, program_name || ' (program)', '', ARRAY[CASE kind WHEN 'practice' THEN 'reception' ELSE 'manager' END]);
    INSERT INTO aloe.sessions (session_id, user_id, expires_at, device, permissions, strong_at, watched)
    VALUES (session, account, now() + lifetime, 'program', wanted, now(), true);
    INSERT INTO aloe.session_tokens (token_hash, session_id, use, expires_at) VALUES (credential, session, 'credential', now() + lifetime);
    INSERT INTO aloe.programs (organisation_id, program_id, membership_id, name, permissions, made_by, expires_at)
    VALUES (organisation, program, member, program_name, wanted, (claims->>'membership')::uuid, now() + lifetime);
    PERFORM fence.raise_alert(organisation, 'program_made', (claims->>'membership')::uuid, jsonb_build_object('program', program_name)),
        fence.tell_account((claims->>'user')::uuid, 'program_made');
END $$;
ALTER FUNCTION fence.make_program OWNER TO aloe_definer;

CREATE FUNCTION fence.end_program(organisation uuid, program uuid, by_whom uuid) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    member uuid;
BEGIN
    UPDATE aloe.programs p SET revoked_at = now(), revoked_by = by_whom
    WHERE p.organisation_id = organisation AND p.program_id = program AND p.revoked_at IS NULL
    RETURNING p.membership_id INTO member;
    IF member IS NULL THEN
        RETURN false;
    END IF;
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'program revoked'
    FROM aloe.memberships m WHERE m.organisation_id = organisation AND m.membership_id = member AND s.user_id = m.user_id AND s.ended_at IS NULL;
    UPDATE aloe.memberships m SET active = false WHERE m.organisation_id = organisation AND m.membership_id = member;
    RETURN true;
END $$;
ALTER FUNCTION fence.end_program OWNER TO aloe_definer;

CREATE FUNCTION fence.revoke_program(organisation uuid, program uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF fence.organisation('settings') IS DISTINCT FROM organisation THEN
        RAISE EXCEPTION 'whoever runs the settings revokes' USING ERRCODE = 'AL003';
    END IF;
    RETURN fence.end_program(organisation, program, fence.acting_membership());
END $$;
ALTER FUNCTION fence.revoke_program OWNER TO aloe_definer;

-- Whoever may not let programs in any more has none left: nobody keeps a back door in a place they were let go from.
CREATE FUNCTION fence.end_programs_of() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT new.active OR NOT fence.permissions_of(new.roles, false) ? 'settings' THEN
        PERFORM fence.end_program(p.organisation_id, p.program_id, NULL) FROM aloe.programs p
        WHERE p.organisation_id = new.organisation_id AND p.made_by = new.membership_id AND p.revoked_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
ALTER FUNCTION fence.end_programs_of OWNER TO aloe_definer;
CREATE TRIGGER memberships_end_programs AFTER UPDATE OF roles, active ON aloe.memberships FOR EACH ROW EXECUTE FUNCTION fence.end_programs_of();

-- A program's session ends with its credential alone: signing out in a browser leaves it.
CREATE OR REPLACE FUNCTION fence.end_session(any_token_hash bytea, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account uuid;
BEGIN
    PERFORM fence.at_the_door();
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = why
    FROM aloe.session_tokens t WHERE t.token_hash = any_token_hash AND s.session_id = t.session_id AND s.ended_at IS NULL
        AND s.permissions IS NULL
    RETURNING s.user_id INTO account;
    IF account IS NOT NULL THEN
        PERFORM fence.note_sign_in(account, 'sign_out', 'done');
    END IF;
END $$;
GRANT EXECUTE ON FUNCTION fence.make_program, fence.revoke_program TO aloe_member;

-- A credential for an access token of some minutes. Nothing for one that is unknown, over or revoked.
CREATE FUNCTION fence.exchange_credential(credential bytea, access_hash bytea, access_lifetime interval) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record;
BEGIN
    PERFORM fence.at_the_door();
    SELECT p.organisation_id, p.program_id, s.session_id INTO own FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND fence.is_live(s)
    JOIN aloe.memberships m ON m.user_id = s.user_id AND m.active
    JOIN aloe.programs p ON p.organisation_id = m.organisation_id AND p.membership_id = m.membership_id
    WHERE t.token_hash = credential AND t.use = 'credential' AND t.expires_at > now() AND p.revoked_at IS NULL AND p.expires_at > now();
    IF own.program_id IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE aloe.programs p SET last_used_at = now(), last_source = (fence.claims()->>'source')::inet
    WHERE p.organisation_id = own.organisation_id AND p.program_id = own.program_id;
    DELETE FROM aloe.session_tokens t WHERE t.session_id = own.session_id AND t.expires_at < now();
    INSERT INTO aloe.session_tokens (token_hash, session_id, use, expires_at) VALUES (access_hash, own.session_id, 'access', now() + access_lifetime);
    RETURN own.program_id;
END $$;
ALTER FUNCTION fence.exchange_credential OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.exchange_credential TO aloe_auth;

-- As before, with what the session may do at most.
DROP FUNCTION fence.session_at(bytea, text);
CREATE FUNCTION fence.session_at(access_hash bytea, asking text)
RETURNS TABLE (session_id uuid, user_id uuid, name text, email text, language text, organisation_id uuid, organisation_name text,
    organisation_slug text, organisation_kind text, membership_id uuid, member_name text, roles text[], resource_id uuid, reception_may_reveal boolean,
    synthetic boolean, time_zone text, has_factor boolean, owes_factor boolean, at_most text[])
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
        (SELECT l.time_zone FROM aloe.locations l WHERE l.organisation_id = o.organisation_id ORDER BY l.name LIMIT 1),
        fence.has_factor(u.user_id), coalesce(fence.needs_factor(m.roles, o) AND s.strong_at IS NULL, false), s.permissions
    FROM aloe.sessions s
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    LEFT JOIN aloe.memberships m ON m.user_id = u.user_id AND m.active
    LEFT JOIN aloe.organisations o ON o.organisation_id = m.organisation_id
    WHERE s.session_id = token.session_id
    ORDER BY o.name;
END $$;
ALTER FUNCTION fence.session_at OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.session_at TO aloe_auth;

CREATE OR REPLACE FUNCTION fence.enter_member(token_hash bytea, organisation uuid, source inet, request uuid)
RETURNS TABLE (membership_id uuid, actor text, permissions text[]) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who record;
    granted jsonb;
BEGIN
    SELECT m.membership_id, m.user_id, m.name, m.roles, m.resource_id, m.access_version, s.session_id, s.permissions AS at_most,
        o.reception_may_reveal, o.kind, fence.needs_factor(m.roles, o) AND s.strong_at IS NULL AS owes_factor
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
    IF who.owes_factor THEN
        RAISE EXCEPTION 'these roles need a second factor' USING ERRCODE = 'AL020';
    END IF;
    granted := fence.permissions_of(who.roles, who.reception_may_reveal) || '["member"]'::jsonb;
    IF who.kind = 'public_office' THEN
        -- A public office keeps no clinical record, whoever asks.
        granted := granted - 'clinical';
    END IF;
    IF who.at_most IS NOT NULL THEN
        granted := (SELECT coalesce(jsonb_agg(p.value), '[]') FROM jsonb_array_elements_text(granted) p(value)
            WHERE p.value = ANY (who.at_most) OR p.value = 'member');
    END IF;
    PERFORM fence.write_context(pg_catalog.jsonb_build_object('kind', 'member', 'organisation', organisation,
        'user', who.user_id, 'membership', who.membership_id, 'session', who.session_id, 'actor', who.name,
        'roles', pg_catalog.array_to_string(who.roles, ', '), 'counter', CASE WHEN who.roles = ARRAY['counter'] THEN coalesce(who.resource_id, '00000000-0000-0000-0000-000000000000'::uuid) END,
        'access_version', who.access_version, 'permissions', granted, 'source', source, 'request', request));
    RETURN QUERY SELECT who.membership_id, who.name, ARRAY(SELECT pg_catalog.jsonb_array_elements_text(granted));
END $$;
