-- What was verified must still be so when it is acted on: a password that was replaced while its hash was being compared, or while
-- the second factor was being typed, opens nothing. And whoever gains power over a team is let have it by somebody who is there.

-- Counts up with each new password, and not when the same one is only hashed anew.
ALTER TABLE aloe.users ADD COLUMN password_version integer NOT NULL DEFAULT 1;
ALTER TABLE aloe.sign_ins ADD COLUMN password_version integer;
COMMENT ON COLUMN aloe.sign_ins.password_version IS 'of the password that was verified; nothing where a passkey was';

CREATE FUNCTION fence.account_at(address_key text)
RETURNS TABLE (user_id uuid, name text, email text, password_hash text, password_version integer, disabled boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY SELECT u.user_id, u.name, u.email, u.password_hash, u.password_version, u.disabled_at IS NOT NULL FROM aloe.users u
    WHERE u.email_key = address_key;
END $$;
ALTER FUNCTION fence.account_at OWNER TO aloe_definer;

-- Refuses when the password is another meanwhile (AL010). Holds the account until the end of the transaction: a reset that comes
-- now waits, and then ends what is begun here.
CREATE FUNCTION fence.hold_password(account uuid, version integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM aloe.users u WHERE u.user_id = account AND u.disabled_at IS NULL
        AND (version IS NULL OR u.password_version = version) FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the password was replaced meanwhile' USING ERRCODE = 'AL010';
    END IF;
END $$;
ALTER FUNCTION fence.hold_password OWNER TO aloe_definer;

-- The same password, hashed anew: only in place of the very hash that it was compared with.
CREATE FUNCTION fence.upgrade_password(account uuid, old_hash text, new_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    UPDATE aloe.users u SET password_hash = new_hash WHERE u.user_id = account AND u.password_hash = old_hash;
END $$;
ALTER FUNCTION fence.upgrade_password OWNER TO aloe_definer;

-- A session by password alone: never for an account that has a second factor (AL020).
CREATE FUNCTION fence.start_password_session(account uuid, version integer, session uuid, device text, lifetime interval,
    access_hash bytea, access_lifetime interval, refresh_hash bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    PERFORM fence.hold_password(account, version);
    IF fence.has_factor(account) THEN
        RAISE EXCEPTION 'this account shows a second factor' USING ERRCODE = 'AL020';
    END IF;
    PERFORM fence.start_session(account, session, device, lifetime, access_hash, access_lifetime, refresh_hash);
END $$;
ALTER FUNCTION fence.start_password_session OWNER TO aloe_definer;

CREATE FUNCTION fence.begin_step(account uuid, version integer, ceremony bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    PERFORM fence.hold_password(account, version);
    INSERT INTO aloe.sign_ins AS i (ceremony_hash, user_id, password_version) VALUES (ceremony, account, version)
    ON CONFLICT (ceremony_hash) DO UPDATE SET user_id = account, password_version = version, expires_at = now() + interval '5 minutes', tries = 0;
END $$;
ALTER FUNCTION fence.begin_step OWNER TO aloe_definer;

CREATE OR REPLACE FUNCTION fence.sign_in_of(ceremony bytea) RETURNS TABLE (account uuid, email text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY SELECT u.user_id, u.email FROM aloe.sign_ins i JOIN aloe.users u ON u.user_id = i.user_id AND u.disabled_at IS NULL
        AND u.password_version = coalesce(i.password_version, u.password_version)
    WHERE i.ceremony_hash = ceremony AND i.expires_at > now() AND i.tries < 5;
END $$;

-- Ends what an account began in a browser. False when it was ended before, or is another's now.
CREATE FUNCTION fence.end_step(ceremony bytea, account uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ended record;
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM aloe.sign_ins i WHERE i.ceremony_hash = ceremony AND i.user_id = account AND i.expires_at > now()
    RETURNING i.user_id, i.password_version INTO ended;
    IF ended.user_id IS NULL THEN
        RETURN false;
    END IF;
    PERFORM fence.hold_password(ended.user_id, ended.password_version);
    RETURN true;
END $$;
ALTER FUNCTION fence.end_step OWNER TO aloe_definer;
DROP FUNCTION fence.end_sign_in;

-- As before, under a lock of the account: a session that begins by password alone meanwhile waits, and finds the factor.
CREATE OR REPLACE FUNCTION fence.confirm_factor(access_hash bytea, factor uuid, step bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.fresh_own_session(access_hash);
BEGIN
    PERFORM 1 FROM aloe.users u WHERE u.user_id = own.account FOR UPDATE;
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

-- Whoever has a new password has it everywhere: no half-made sign-in and no link for another one is left.
CREATE FUNCTION fence.forget_beginnings(account uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM aloe.sign_ins i WHERE i.user_id = account;
    DELETE FROM aloe.password_resets p WHERE p.user_id = account;
END $$;
ALTER FUNCTION fence.forget_beginnings OWNER TO aloe_definer;

CREATE OR REPLACE FUNCTION fence.use_reset(reset_hash bytea, new_hash text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account uuid;
    address_key text;
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM aloe.password_resets p USING aloe.users u
    WHERE p.token_hash = reset_hash AND p.expires_at > now() AND u.user_id = p.user_id AND u.disabled_at IS NULL
    RETURNING p.user_id, u.email_key INTO account, address_key;
    IF account IS NOT NULL THEN
        UPDATE aloe.users u SET password_hash = new_hash, password_version = u.password_version + 1 WHERE u.user_id = account;
        UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'password reset' WHERE s.user_id = account AND s.ended_at IS NULL;
        DELETE FROM fence.guesses g USING aloe.known_devices k WHERE k.user_id = account
            AND g.bucket = fence.bucket('sign-in device', address_key || encode(k.device_hash, 'hex'));
        DELETE FROM aloe.known_devices k WHERE k.user_id = account;
        DELETE FROM fence.guesses g WHERE g.bucket = fence.bucket('sign-in account', address_key);
        PERFORM fence.forget_beginnings(account), fence.note_sign_in(account, 'password_reset', 'done'),
            fence.tell_account(account, 'password_reset');
    END IF;
    RETURN account;
END $$;

CREATE OR REPLACE FUNCTION fence.change_password(access_hash bytea, new_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    UPDATE aloe.users u SET password_hash = new_hash, password_version = u.password_version + 1 WHERE u.user_id = own.account;
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'password changed'
    WHERE s.user_id = own.account AND s.ended_at IS NULL AND s.session_id <> own.session;
    PERFORM fence.forget_beginnings(own.account), fence.note_sign_in(own.account, 'password_changed', 'done'),
        fence.tell_account(own.account, 'password_changed');
END $$;

-- Ending other sessions asks for a fresh proof, and ends what was begun elsewhere as well.
CREATE OR REPLACE FUNCTION fence.end_own_sessions(access_hash bytea, wanted uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.fresh_own_session(access_hash);
    ended bigint;
BEGIN
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'ended from another session'
    WHERE s.user_id = own.account AND s.ended_at IS NULL AND s.session_id <> own.session AND s.session_id = coalesce(wanted, s.session_id);
    GET DIAGNOSTICS ended = ROW_COUNT;
    IF wanted IS NULL THEN
        DELETE FROM aloe.sign_ins i WHERE i.user_id = own.account;
    END IF;
    IF ended > 0 THEN
        PERFORM fence.note_sign_in(own.account, 'session_ended', 'done');
    END IF;
    RETURN ended;
END $$;

-- A stranger who asks for links in somebody's name leaves theirs alone: five live side by side, and all go when one is used.
CREATE OR REPLACE FUNCTION fence.make_reset(account uuid, reset_hash bytea, lifetime interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM aloe.password_resets p WHERE p.user_id = account AND (p.expires_at < now() OR p.token_hash IN (
        SELECT o.token_hash FROM aloe.password_resets o WHERE o.user_id = account ORDER BY o.expires_at DESC OFFSET 4));
    INSERT INTO aloe.password_resets (token_hash, user_id, expires_at) VALUES (reset_hash, account, now() + lifetime);
    PERFORM fence.note_sign_in(account, 'reset_asked', 'done');
END $$;

-- Accepts an invitation, and says whether that made the account: only then does its link open a session.
CREATE FUNCTION fence.join_by_invitation(invitation_hash bytea, fresh_user uuid, fresh_membership uuid, chosen_name text, new_hash text)
RETURNS TABLE (account uuid, is_new boolean) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT a.joined, a.joined = fresh_user
    FROM fence.accept_invitation(invitation_hash, fresh_user, fresh_membership, chosen_name, new_hash) AS a(joined) WHERE a.joined IS NOT NULL;
END $$;
ALTER FUNCTION fence.join_by_invitation OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.account_at, fence.upgrade_password, fence.start_password_session, fence.begin_step,
    fence.end_step, fence.join_by_invitation TO aloe_auth;
REVOKE EXECUTE ON FUNCTION fence.start_session, fence.begin_sign_in, fence.replace_password_hash, fence.find_account,
    fence.accept_invitation FROM aloe_auth;
DROP FUNCTION fence.look_up_session, fence.session_of, fence.renew_session, fence.find_invitation;

-- Roles that run a place are given, and given back, with a fresh proof; so is what reception may reveal.
DROP TRIGGER memberships_owner_proof ON aloe.memberships;
DROP TRIGGER invitations_owner_proof ON aloe.invitations;
DROP FUNCTION fence.guard_owner_making;
CREATE FUNCTION fence.guard_power() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held text[] := CASE WHEN tg_op = 'UPDATE' AND old.active THEN old.roles ELSE '{}' END;
BEGIN
    IF new.active AND EXISTS (SELECT unnest(new.roles) INTERSECT SELECT unnest(ARRAY['owner', 'administrator', 'manager'])
        EXCEPT SELECT unnest(held)) THEN
        PERFORM fence.want_proof();
    END IF;
    RETURN new;
END $$;
ALTER FUNCTION fence.guard_power OWNER TO aloe_definer;
CREATE TRIGGER memberships_power_proof BEFORE UPDATE OF roles, active ON aloe.memberships FOR EACH ROW EXECUTE FUNCTION fence.guard_power();
CREATE FUNCTION fence.guard_invited_power() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF new.roles && ARRAY['owner', 'administrator', 'manager'] AND new.withdrawn_at IS NULL THEN
        PERFORM fence.want_proof();
    END IF;
    RETURN new;
END $$;
ALTER FUNCTION fence.guard_invited_power OWNER TO aloe_definer;
CREATE TRIGGER invitations_power_proof BEFORE INSERT OR UPDATE OF roles, withdrawn_at ON aloe.invitations
    FOR EACH ROW EXECUTE FUNCTION fence.guard_invited_power();
CREATE FUNCTION fence.guard_reception() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF new.reception_may_reveal AND NOT old.reception_may_reveal THEN
        PERFORM fence.want_proof();
    END IF;
    RETURN new;
END $$;
ALTER FUNCTION fence.guard_reception OWNER TO aloe_definer;
CREATE TRIGGER organisations_reception_proof BEFORE UPDATE OF reception_may_reveal ON aloe.organisations
    FOR EACH ROW EXECUTE FUNCTION fence.guard_reception();

-- A lost second factor: what a colleague said holds for three days from when it may happen, ends with whatever changes between the
-- two, with any proof by a factor, or when a colleague takes it back.
ALTER TABLE aloe.factor_removals DROP CONSTRAINT factor_removals_ended_how_check,
    ADD CONSTRAINT factor_removals_ended_how_check CHECK (ended_how IN ('stopped', 'done', 'lapsed', 'withdrawn'));
CREATE FUNCTION fence.lapse_factor_removals(account uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE aloe.factor_removals r SET ended_at = now(), ended_how = 'lapsed'
    WHERE r.user_id = account AND r.ended_at IS NULL AND r.effective_at < now() - interval '3 days';
END $$;
ALTER FUNCTION fence.lapse_factor_removals OWNER TO aloe_definer;

CREATE OR REPLACE FUNCTION fence.account_has_factor(account uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    PERFORM fence.lapse_factor_removals(account);
    IF EXISTS (SELECT FROM aloe.factor_removals r WHERE r.user_id = account AND r.ended_at IS NULL AND r.effective_at <= now()) THEN
        DELETE FROM aloe.factors f WHERE f.user_id = account;
        DELETE FROM aloe.recovery_codes r WHERE r.user_id = account;
        UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'second factor lost' WHERE s.user_id = account AND s.ended_at IS NULL;
        PERFORM fence.end_factor_removals(account, 'done'), fence.note_sign_in(account, 'factor_removed', 'done'),
            fence.tell_account(account, 'factor_removed');
    END IF;
    RETURN fence.has_factor(account);
END $$;

CREATE OR REPLACE FUNCTION fence.prove_again(access_hash bytea, with_factor boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    UPDATE aloe.sessions s SET proved_at = now(), strong_at = CASE WHEN with_factor THEN now() ELSE s.strong_at END,
        reveals = 0, reveals_since = now()
    WHERE s.session_id = own.session;
    IF with_factor THEN
        PERFORM fence.end_factor_removals(own.account, 'stopped');
    END IF;
    PERFORM fence.note_sign_in(own.account, 'proved_again', 'done');
END $$;

CREATE OR REPLACE FUNCTION fence.own_factor_removal(access_hash bytea) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    RETURN (SELECT min(r.effective_at) FROM aloe.factor_removals r
        WHERE r.user_id = own.account AND r.ended_at IS NULL AND r.effective_at > now() - interval '3 days');
END $$;

CREATE FUNCTION fence.end_removals_of_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE aloe.factor_removals r SET ended_at = now(), ended_how = 'withdrawn'
    WHERE r.organisation_id = new.organisation_id AND r.membership_id = new.membership_id AND r.ended_at IS NULL;
    RETURN NULL;
END $$;
ALTER FUNCTION fence.end_removals_of_changed OWNER TO aloe_definer;
CREATE TRIGGER memberships_end_removals AFTER UPDATE OF roles, active ON aloe.memberships FOR EACH ROW
    WHEN (old.roles IS DISTINCT FROM new.roles OR old.active IS DISTINCT FROM new.active) EXECUTE FUNCTION fence.end_removals_of_changed();

CREATE FUNCTION fence.withdraw_factor_removal(organisation uuid, member uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF fence.organisation('team') IS DISTINCT FROM organisation THEN
        RAISE EXCEPTION 'a colleague takes it back' USING ERRCODE = 'AL003';
    END IF;
    UPDATE aloe.factor_removals r SET ended_at = now(), ended_how = 'withdrawn'
    WHERE r.organisation_id = organisation AND r.membership_id = member AND r.ended_at IS NULL;
    RETURN FOUND;
END $$;
ALTER FUNCTION fence.withdraw_factor_removal OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.withdraw_factor_removal TO aloe_member;

-- One that lapsed gives way to the next.
CREATE FUNCTION fence.lapse_before_asking() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.lapse_factor_removals(new.user_id);
    RETURN new;
END $$;
ALTER FUNCTION fence.lapse_before_asking OWNER TO aloe_definer;
CREATE TRIGGER factor_removals_lapse BEFORE INSERT ON aloe.factor_removals FOR EACH ROW EXECUTE FUNCTION fence.lapse_before_asking();

CREATE OR REPLACE FUNCTION fence.ask_factor_removal(organisation uuid, member uuid) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whose aloe.memberships%ROWTYPE;
    due timestamptz;
BEGIN
    IF fence.organisation('team') IS DISTINCT FROM organisation OR member = fence.acting_membership() THEN
        RAISE EXCEPTION 'somebody else asks' USING ERRCODE = 'AL003';
    END IF;
    PERFORM fence.want_proof();
    SELECT * INTO whose FROM aloe.memberships m WHERE m.organisation_id = organisation AND m.membership_id = member AND m.active;
    IF NOT FOUND OR NOT fence.has_factor(whose.user_id) THEN
        RETURN NULL;
    END IF;
    IF 'owner' = ANY (whose.roles) AND fence.organisation('owners') IS NULL THEN
        RAISE EXCEPTION 'only owners ask for an owner' USING ERRCODE = 'AL004';
    END IF;
    SELECT r.effective_at INTO due FROM aloe.factor_removals r
    WHERE r.organisation_id = organisation AND r.user_id = whose.user_id AND r.ended_at IS NULL AND r.effective_at > now() - interval '3 days';
    IF due IS NULL THEN
        INSERT INTO aloe.factor_removals (organisation_id, membership_id, user_id) VALUES (organisation, member, whose.user_id)
        RETURNING effective_at INTO due;
        PERFORM fence.tell_account(whose.user_id, 'factor_removal_asked');
    END IF;
    RETURN due;
END $$;
