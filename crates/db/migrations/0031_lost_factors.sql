-- Whoever lost every second factor asks a colleague who runs the organisation. What the colleague asks for happens a day later,
-- the owner of the account is told at once, and signing in with a factor meanwhile, or one click, stops it.

CREATE TABLE aloe.factor_removals (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    removal_id      uuid NOT NULL DEFAULT gen_random_uuid(),
    membership_id   uuid NOT NULL,
    user_id         uuid NOT NULL REFERENCES aloe.users,
    asked_at        timestamptz NOT NULL DEFAULT now(),
    effective_at    timestamptz NOT NULL DEFAULT now() + interval '24 hours' CHECK (effective_at >= asked_at + interval '24 hours'),
    ended_at        timestamptz,
    ended_how       text CHECK (ended_how IN ('stopped', 'done')),
    PRIMARY KEY (organisation_id, removal_id),
    FOREIGN KEY (organisation_id, membership_id) REFERENCES aloe.memberships,
    CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
CREATE UNIQUE INDEX factor_removals_open ON aloe.factor_removals (organisation_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX factor_removals_membership ON aloe.factor_removals (organisation_id, membership_id);
COMMENT ON TABLE aloe.factor_removals IS 'retention=configuration; people=yes; restriction=none';
ALTER TABLE aloe.factor_removals ENABLE ROW LEVEL SECURITY;
ALTER TABLE aloe.factor_removals FORCE ROW LEVEL SECURITY;
CREATE POLICY factor_removals_definer ON aloe.factor_removals TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON aloe.factor_removals TO aloe_definer;
CREATE POLICY factor_removals_team ON aloe.factor_removals FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('team')));
GRANT SELECT ON aloe.factor_removals TO aloe_member;
CREATE TRIGGER factor_removals_audit AFTER INSERT OR UPDATE ON aloe.factor_removals
    FOR EACH ROW EXECUTE FUNCTION audit.record('removal_id', '', '');

-- A colleague with the permission over the team asks, after a fresh proof; never for oneself, and for an owner only an owner.
CREATE FUNCTION fence.ask_factor_removal(organisation uuid, member uuid) RETURNS timestamptz
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
    WHERE r.organisation_id = organisation AND r.user_id = whose.user_id AND r.ended_at IS NULL;
    IF due IS NULL THEN
        INSERT INTO aloe.factor_removals (organisation_id, membership_id, user_id) VALUES (organisation, member, whose.user_id)
        RETURNING effective_at INTO due;
        PERFORM fence.tell_account(whose.user_id, 'factor_removal_asked');
    END IF;
    RETURN due;
END $$;
ALTER FUNCTION fence.ask_factor_removal OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.ask_factor_removal TO aloe_member;

-- The operator asks for the only owner of an organisation, who has no colleague to ask.
CREATE FUNCTION fence.ask_owner_factor_removal(organisation uuid, account_key text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whose aloe.memberships%ROWTYPE;
    due timestamptz;
BEGIN
    IF fence.organisation('operator') IS DISTINCT FROM organisation THEN
        RAISE EXCEPTION 'the operator asks' USING ERRCODE = 'AL003';
    END IF;
    SELECT m.* INTO whose FROM aloe.memberships m JOIN aloe.users u ON u.user_id = m.user_id AND u.email_key = account_key
    WHERE m.organisation_id = organisation AND m.active AND 'owner' = ANY (m.roles);
    IF NOT FOUND OR NOT fence.has_factor(whose.user_id) OR EXISTS (SELECT FROM aloe.memberships m
        WHERE m.organisation_id = organisation AND m.active AND 'owner' = ANY (m.roles) AND m.user_id <> whose.user_id) THEN
        RETURN NULL;
    END IF;
    INSERT INTO aloe.factor_removals (organisation_id, membership_id, user_id)
    VALUES (organisation, whose.membership_id, whose.user_id)
    ON CONFLICT (organisation_id, user_id) WHERE ended_at IS NULL DO UPDATE SET asked_at = factor_removals.asked_at
    RETURNING effective_at INTO due;
    PERFORM fence.tell_account(whose.user_id, 'factor_removal_asked');
    RETURN due;
END $$;
ALTER FUNCTION fence.ask_owner_factor_removal OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.ask_owner_factor_removal TO aloe_operator;

CREATE FUNCTION fence.end_factor_removals(account uuid, how text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    ended bigint;
BEGIN
    UPDATE aloe.factor_removals r SET ended_at = now(), ended_how = how WHERE r.user_id = account AND r.ended_at IS NULL;
    GET DIAGNOSTICS ended = ROW_COUNT;
    IF ended > 0 AND how = 'stopped' THEN
        PERFORM fence.tell_account(account, 'factor_removal_stopped');
    END IF;
    RETURN ended;
END $$;
ALTER FUNCTION fence.end_factor_removals OWNER TO aloe_definer;

-- Whoever shows a factor has not lost it.
CREATE OR REPLACE FUNCTION fence.start_strong_session(account uuid, session uuid, device text, lifetime interval,
    access_hash bytea, access_lifetime interval, refresh_hash bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.start_session(account, session, device, lifetime, access_hash, access_lifetime, refresh_hash);
    UPDATE aloe.sessions s SET strong_at = now() WHERE s.session_id = session;
    PERFORM fence.end_factor_removals(account, 'stopped');
END $$;

-- What was asked for a day ago happens when its owner signs in with the password: then they add another factor.
CREATE OR REPLACE FUNCTION fence.account_has_factor(account uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    IF EXISTS (SELECT FROM aloe.factor_removals r WHERE r.user_id = account AND r.ended_at IS NULL AND r.effective_at <= now()) THEN
        DELETE FROM aloe.factors f WHERE f.user_id = account;
        DELETE FROM aloe.recovery_codes r WHERE r.user_id = account;
        UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'second factor lost' WHERE s.user_id = account AND s.ended_at IS NULL;
        PERFORM fence.end_factor_removals(account, 'done'), fence.note_sign_in(account, 'factor_removed', 'done'),
            fence.tell_account(account, 'factor_removed');
    END IF;
    RETURN fence.has_factor(account);
END $$;

-- One's own: when it is to happen, and stopping it.
CREATE FUNCTION fence.own_factor_removal(access_hash bytea) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    RETURN (SELECT min(r.effective_at) FROM aloe.factor_removals r WHERE r.user_id = own.account AND r.ended_at IS NULL);
END $$;
ALTER FUNCTION fence.own_factor_removal OWNER TO aloe_definer;

CREATE FUNCTION fence.stop_factor_removal(access_hash bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    RETURN fence.end_factor_removals(own.account, 'stopped');
END $$;
ALTER FUNCTION fence.stop_factor_removal OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.own_factor_removal, fence.stop_factor_removal TO aloe_auth;
