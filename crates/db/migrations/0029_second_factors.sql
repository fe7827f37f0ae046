-- Second factors: what somebody has besides the password. Whoever runs an organisation or may take its data away has one, and the
-- database lets no session without it into that organisation. What must not be done on an open screen asks for a fresh proof.

CREATE TABLE aloe.factors (
    user_id      uuid NOT NULL REFERENCES aloe.users,
    factor_id    uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('totp', 'passkey')),
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    sealed       bytea NOT NULL,
    key_version  integer NOT NULL,
    last_step    bigint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    last_used_at timestamptz,
    PRIMARY KEY (user_id, factor_id)
);
COMMENT ON TABLE aloe.factors IS 'retention=configuration; people=yes; restriction=none';
COMMENT ON COLUMN aloe.factors.sealed IS 'the secret of an authenticator app or the public part of a passkey, sealed under the installation''s key';
COMMENT ON COLUMN aloe.factors.last_step IS 'the half minute of the newest code that was accepted: it and all before it are spent';

CREATE TABLE aloe.recovery_codes (
    user_id   uuid NOT NULL REFERENCES aloe.users,
    code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    made_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, code_hash)
);
COMMENT ON TABLE aloe.recovery_codes IS 'retention=configuration; people=no';

-- Somebody who knew the password and has not shown the second factor yet, by the hash of a cookie. Five tries, five minutes.
CREATE TABLE aloe.sign_ins (
    ceremony_hash bytea PRIMARY KEY CHECK (octet_length(ceremony_hash) = 32),
    user_id       uuid NOT NULL REFERENCES aloe.users,
    expires_at    timestamptz NOT NULL DEFAULT now() + interval '5 minutes',
    tries         smallint NOT NULL DEFAULT 0 CHECK (tries <= 5)
);
COMMENT ON TABLE aloe.sign_ins IS 'retention=session; people=no';

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['factors', 'recovery_codes', 'sign_ins'] LOOP
        EXECUTE format('ALTER TABLE aloe.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE aloe.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_definer USING (true) WITH CHECK (true)', t || '_definer', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON aloe.%I TO aloe_definer', t);
    END LOOP;
END $$;

-- When somebody proved last who they are, by whatever means, and when by a second factor; and how many numbers were revealed
-- since, of late.
ALTER TABLE aloe.sessions ADD COLUMN proved_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN strong_at timestamptz,
    ADD COLUMN reveals integer NOT NULL DEFAULT 0, ADD COLUMN reveals_since timestamptz NOT NULL DEFAULT now();
ALTER TABLE aloe.organisations ADD COLUMN factor_for_all boolean NOT NULL DEFAULT false,
    ADD COLUMN factor_optional boolean NOT NULL DEFAULT false CHECK (NOT factor_optional OR kind = 'public_office');
GRANT UPDATE (factor_for_all, factor_optional) ON aloe.organisations TO aloe_member;
GRANT SELECT (factor_for_all, factor_optional) ON aloe.organisations TO aloe_member;

-- Whether these roles need a second factor: owners always (they export and hold the keys), administrators and managers unless a
-- public office leaves it to them, everybody where the organisation asks for it.
CREATE FUNCTION fence.needs_factor(roles text[], o aloe.organisations) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT o.factor_for_all OR 'owner' = ANY (roles) OR roles && ARRAY['administrator', 'manager'] AND NOT o.factor_optional
$$;
ALTER FUNCTION fence.needs_factor OWNER TO aloe_definer;

CREATE FUNCTION fence.has_factor(account uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM aloe.factors f WHERE f.user_id = account AND f.confirmed_at IS NOT NULL)
$$;
ALTER FUNCTION fence.has_factor OWNER TO aloe_definer;

-- Refuses what needs a fresh proof when the last is older than ten minutes (AL021). Members alone are asked.
CREATE FUNCTION fence.want_proof() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    claims jsonb := fence.claims();
BEGIN
    IF claims->>'kind' = 'member' AND NOT EXISTS (
        SELECT FROM aloe.sessions s WHERE s.session_id = (claims->>'session')::uuid AND s.proved_at > now() - interval '10 minutes') THEN
        RAISE EXCEPTION 'a fresh proof is needed' USING ERRCODE = 'AL021';
    END IF;
END $$;
ALTER FUNCTION fence.want_proof OWNER TO aloe_definer;

-- Making an owner, by role or by invitation.
CREATE FUNCTION fence.guard_owner_making() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF 'owner' = ANY (new.roles) AND (tg_op = 'INSERT' OR NOT 'owner' = ANY (old.roles)) THEN
        PERFORM fence.want_proof();
    END IF;
    RETURN new;
END $$;
ALTER FUNCTION fence.guard_owner_making OWNER TO aloe_definer;
CREATE TRIGGER memberships_owner_proof BEFORE UPDATE OF roles ON aloe.memberships FOR EACH ROW EXECUTE FUNCTION fence.guard_owner_making();
CREATE TRIGGER invitations_owner_proof BEFORE INSERT ON aloe.invitations FOR EACH ROW EXECUTE FUNCTION fence.guard_owner_making();

-- Who needs a second factor is an owner's decision, with a fresh proof.
CREATE FUNCTION fence.guard_factor_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (old.factor_for_all, old.factor_optional) IS DISTINCT FROM (new.factor_for_all, new.factor_optional) THEN
        IF fence.organisation('owners') IS DISTINCT FROM new.organisation_id THEN
            RAISE EXCEPTION 'owners decide who needs a second factor' USING ERRCODE = 'AL003';
        END IF;
        PERFORM fence.want_proof();
    END IF;
    RETURN new;
END $$;
ALTER FUNCTION fence.guard_factor_rules OWNER TO aloe_definer;
CREATE TRIGGER organisations_factor_rules BEFORE UPDATE OF factor_for_all, factor_optional ON aloe.organisations
    FOR EACH ROW EXECUTE FUNCTION fence.guard_factor_rules();

-- A number is revealed by one click; more than ten within ten minutes ask for a fresh proof, which begins the count anew.
CREATE FUNCTION fence.count_reveal() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own uuid := (fence.claims()->>'session')::uuid;
    counted integer;
BEGIN
    UPDATE aloe.sessions s SET reveals = CASE WHEN s.reveals_since > now() - interval '10 minutes' THEN s.reveals + 1 ELSE 1 END,
        reveals_since = CASE WHEN s.reveals_since > now() - interval '10 minutes' THEN s.reveals_since ELSE now() END
    WHERE s.session_id = own RETURNING s.reveals INTO counted;
    IF counted > 10 THEN
        RAISE EXCEPTION 'many numbers in a short time' USING ERRCODE = 'AL021';
    END IF;
END $$;
ALTER FUNCTION fence.count_reveal OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.count_reveal TO aloe_member;

-- Signing in, second step.

CREATE FUNCTION fence.account_has_factor(account uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN fence.has_factor(account);
END $$;
ALTER FUNCTION fence.account_has_factor OWNER TO aloe_definer;

CREATE FUNCTION fence.begin_sign_in(account uuid, ceremony bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    INSERT INTO aloe.sign_ins (ceremony_hash, user_id) VALUES (ceremony, account)
    ON CONFLICT (ceremony_hash) DO UPDATE SET user_id = account, expires_at = now() + interval '5 minutes', tries = 0;
END $$;
ALTER FUNCTION fence.begin_sign_in OWNER TO aloe_definer;

CREATE FUNCTION fence.sign_in_of(ceremony bytea) RETURNS TABLE (account uuid, email text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY SELECT u.user_id, u.email FROM aloe.sign_ins i JOIN aloe.users u ON u.user_id = i.user_id AND u.disabled_at IS NULL
    WHERE i.ceremony_hash = ceremony AND i.expires_at > now() AND i.tries < 5;
END $$;
ALTER FUNCTION fence.sign_in_of OWNER TO aloe_definer;

-- Counts a try before it is looked at; nothing when there is none left. The row is locked: tries at once count one by one.
CREATE FUNCTION fence.try_sign_in(ceremony bytea) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account uuid;
BEGIN
    PERFORM fence.at_the_door();
    UPDATE aloe.sign_ins i SET tries = i.tries + 1 WHERE i.ceremony_hash = ceremony AND i.expires_at > now() AND i.tries < 5
    RETURNING i.user_id INTO account;
    RETURN account;
END $$;
ALTER FUNCTION fence.try_sign_in OWNER TO aloe_definer;

CREATE FUNCTION fence.end_sign_in(ceremony bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM aloe.sign_ins i WHERE i.ceremony_hash = ceremony AND i.expires_at > now();
    RETURN FOUND;
END $$;
ALTER FUNCTION fence.end_sign_in OWNER TO aloe_definer;

CREATE FUNCTION fence.factors_of(account uuid)
RETURNS TABLE (factor_id uuid, kind text, name text, sealed bytea, key_version integer, last_step bigint, created_at timestamptz,
    confirmed_at timestamptz, last_used_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY SELECT f.factor_id, f.kind, f.name, f.sealed, f.key_version, f.last_step, f.created_at, f.confirmed_at, f.last_used_at
    FROM aloe.factors f WHERE f.user_id = account ORDER BY f.created_at;
END $$;
ALTER FUNCTION fence.factors_of OWNER TO aloe_definer;

-- Spends the code of a half minute: true once, for it and all before it.
CREATE FUNCTION fence.spend_step(account uuid, factor uuid, step bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    UPDATE aloe.factors f SET last_step = step, last_used_at = now()
    WHERE f.user_id = account AND f.factor_id = factor AND f.kind = 'totp' AND f.last_step < step;
    RETURN FOUND;
END $$;
ALTER FUNCTION fence.spend_step OWNER TO aloe_definer;

-- Spends a recovery code; answers how many are left, and nothing when it is none.
CREATE FUNCTION fence.spend_recovery_code(account uuid, hash bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM aloe.recovery_codes r WHERE r.user_id = account AND r.code_hash = hash;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM fence.note_sign_in(account, 'recovery_code', 'done'), fence.tell_account(account, 'recovery_code');
    RETURN (SELECT count(*) FROM aloe.recovery_codes r WHERE r.user_id = account);
END $$;
ALTER FUNCTION fence.spend_recovery_code OWNER TO aloe_definer;

-- Starts a session as start_session does, and notes that a second factor was shown.
CREATE FUNCTION fence.start_strong_session(account uuid, session uuid, device text, lifetime interval,
    access_hash bytea, access_lifetime interval, refresh_hash bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.start_session(account, session, device, lifetime, access_hash, access_lifetime, refresh_hash);
    UPDATE aloe.sessions s SET strong_at = now() WHERE s.session_id = session;
END $$;
ALTER FUNCTION fence.start_strong_session OWNER TO aloe_definer;

-- One's own factors, from a session.

-- Whether the last proof is fresh enough for what must not be done on an open screen.
CREATE FUNCTION fence.own_proof_is_fresh(access_hash bytea) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    RETURN (SELECT s.proved_at > now() - interval '10 minutes' FROM aloe.sessions s WHERE s.session_id = own.session);
END $$;
ALTER FUNCTION fence.own_proof_is_fresh OWNER TO aloe_definer;

CREATE FUNCTION fence.prove_again(access_hash bytea, with_factor boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    UPDATE aloe.sessions s SET proved_at = now(), strong_at = CASE WHEN with_factor THEN now() ELSE s.strong_at END,
        reveals = 0, reveals_since = now()
    WHERE s.session_id = own.session;
    PERFORM fence.note_sign_in(own.account, 'proved_again', 'done');
END $$;
ALTER FUNCTION fence.prove_again OWNER TO aloe_definer;

CREATE FUNCTION fence.fresh_own_session(access_hash bytea, OUT session uuid, OUT account uuid) LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT o.session, o.account INTO session, account FROM fence.own_session(access_hash) o;
    IF NOT EXISTS (SELECT FROM aloe.sessions s WHERE s.session_id = session AND s.proved_at > now() - interval '10 minutes') THEN
        RAISE EXCEPTION 'a fresh proof is needed' USING ERRCODE = 'AL021';
    END IF;
END $$;
ALTER FUNCTION fence.fresh_own_session OWNER TO aloe_definer;

-- Begins a factor, which counts once it was shown to work. One that was begun before and never shown gives way.
CREATE FUNCTION fence.begin_factor(access_hash bytea, factor uuid, kind text, name text, sealed bytea, key_version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.fresh_own_session(access_hash);
BEGIN
    DELETE FROM aloe.factors f WHERE f.user_id = own.account AND f.confirmed_at IS NULL;
    INSERT INTO aloe.factors (user_id, factor_id, kind, name, sealed, key_version)
    VALUES (own.account, factor, kind, name, sealed, key_version);
END $$;
ALTER FUNCTION fence.begin_factor OWNER TO aloe_definer;

-- From here on the factor counts, and every other session of the account ends.
CREATE FUNCTION fence.confirm_factor(access_hash bytea, factor uuid, step bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.fresh_own_session(access_hash);
BEGIN
    UPDATE aloe.factors f SET confirmed_at = now(), last_used_at = now(), last_step = step
    WHERE f.user_id = own.account AND f.factor_id = factor AND f.confirmed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such factor was begun' USING ERRCODE = 'AL010';
    END IF;
    UPDATE aloe.sessions s SET strong_at = now(), proved_at = now() WHERE s.session_id = own.session;
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'second factor added'
    WHERE s.user_id = own.account AND s.ended_at IS NULL AND s.session_id <> own.session;
    PERFORM fence.note_sign_in(own.account, 'factor_added', 'done'), fence.tell_account(own.account, 'factor_added');
END $$;
ALTER FUNCTION fence.confirm_factor OWNER TO aloe_definer;

-- Turns a factor off. The last one stays where an organisation needs it (AL020).
CREATE FUNCTION fence.remove_factor(access_hash bytea, factor uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.fresh_own_session(access_hash);
BEGIN
    PERFORM 1 FROM aloe.users u WHERE u.user_id = own.account FOR UPDATE;
    DELETE FROM aloe.factors f WHERE f.user_id = own.account AND f.factor_id = factor;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF NOT fence.has_factor(own.account) THEN
        IF EXISTS (SELECT FROM aloe.memberships m JOIN aloe.organisations o ON o.organisation_id = m.organisation_id
            WHERE m.user_id = own.account AND m.active AND fence.needs_factor(m.roles, o)) THEN
            RAISE EXCEPTION 'the last factor stays' USING ERRCODE = 'AL020';
        END IF;
        DELETE FROM aloe.recovery_codes r WHERE r.user_id = own.account;
        UPDATE aloe.sessions s SET strong_at = NULL WHERE s.user_id = own.account;
    END IF;
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'second factor removed'
    WHERE s.user_id = own.account AND s.ended_at IS NULL AND s.session_id <> own.session;
    PERFORM fence.note_sign_in(own.account, 'factor_removed', 'done'), fence.tell_account(own.account, 'factor_removed');
    RETURN true;
END $$;
ALTER FUNCTION fence.remove_factor OWNER TO aloe_definer;

-- Puts fresh recovery codes in place of all earlier ones.
CREATE FUNCTION fence.set_recovery_codes(access_hash bytea, hashes bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.fresh_own_session(access_hash);
BEGIN
    DELETE FROM aloe.recovery_codes r WHERE r.user_id = own.account;
    INSERT INTO aloe.recovery_codes (user_id, code_hash) SELECT own.account, unnest(hashes);
    PERFORM fence.note_sign_in(own.account, 'recovery_codes_made', 'done'), fence.tell_account(own.account, 'recovery_codes_made');
END $$;
ALTER FUNCTION fence.set_recovery_codes OWNER TO aloe_definer;

CREATE FUNCTION fence.own_recovery_codes(access_hash bytea) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    RETURN (SELECT count(*) FROM aloe.recovery_codes r WHERE r.user_id = own.account);
END $$;
ALTER FUNCTION fence.own_recovery_codes OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.account_has_factor, fence.begin_sign_in, fence.sign_in_of, fence.try_sign_in, fence.end_sign_in,
    fence.factors_of, fence.spend_step, fence.spend_recovery_code, fence.start_strong_session, fence.own_proof_is_fresh, fence.prove_again,
    fence.begin_factor, fence.confirm_factor, fence.remove_factor, fence.set_recovery_codes, fence.own_recovery_codes TO aloe_auth;

-- A demonstration's people have a second factor as everybody has; its code is shown on the page that asks for it.
CREATE FUNCTION fence.add_synthetic_factor(organisation uuid, account_key text, factor uuid, sealed bytea, key_version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO aloe.factors (user_id, factor_id, kind, name, sealed, key_version, confirmed_at)
    SELECT u.user_id, factor, 'totp', 'Authenticator app', sealed, key_version, now()
    FROM aloe.users u JOIN aloe.memberships m ON m.user_id = u.user_id AND m.organisation_id = add_synthetic_factor.organisation
    JOIN aloe.organisations o ON o.organisation_id = m.organisation_id AND o.synthetic
    WHERE u.email_key = account_key AND fence.organisation('operator') = add_synthetic_factor.organisation AND NOT fence.has_factor(u.user_id);
END $$;
ALTER FUNCTION fence.add_synthetic_factor OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.add_synthetic_factor TO aloe_operator;

-- A session says whether each of its memberships lacks the second factor that it needs.
DROP FUNCTION fence.session_at(bytea, text);
CREATE FUNCTION fence.session_at(access_hash bytea, asking text)
RETURNS TABLE (session_id uuid, user_id uuid, name text, email text, language text, organisation_id uuid, organisation_name text,
    organisation_slug text, organisation_kind text, membership_id uuid, member_name text, roles text[], resource_id uuid, reception_may_reveal boolean,
    synthetic boolean, time_zone text, has_factor boolean, owes_factor boolean)
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
        fence.has_factor(u.user_id), coalesce(fence.needs_factor(m.roles, o) AND s.strong_at IS NULL, false)
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
    SELECT m.membership_id, m.user_id, m.name, m.roles, m.resource_id, m.access_version, s.session_id, o.reception_may_reveal, o.kind,
        fence.needs_factor(m.roles, o) AND s.strong_at IS NULL AS owes_factor
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
    DELETE FROM aloe.sign_ins i WHERE i.expires_at < now();
    DELETE FROM aloe.factors f WHERE f.confirmed_at IS NULL AND f.created_at < now() - interval '1 day';
    DELETE FROM aloe.password_resets p WHERE p.expires_at < now();
    DELETE FROM aloe.account_mails m WHERE m.created_at < now() - interval '90 days';
    DELETE FROM aloe.account_notices n WHERE n.at < now() - interval '90 days';
END $$;

-- Whoever got in is no guesser: what was counted of them is forgotten.
CREATE FUNCTION fence.forgive(act bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM fence.throttles t WHERE t.bucket = act;
END $$;
ALTER FUNCTION fence.forgive OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.forgive TO aloe_auth;
