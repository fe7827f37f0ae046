-- Somebody rattles at the door, or does inside what they never do: whoever runs the organisation, or the installation, is told.

CREATE TABLE aloe.alerts (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    alert_id        uuid NOT NULL DEFAULT gen_random_uuid(),
    kind            text NOT NULL CHECK (kind IN ('account_guessed', 'mass_reveal', 'unusual_hours', 'sms_pumping', 'program_made')),
    membership_id   uuid,
    detail          jsonb NOT NULL DEFAULT '{}',
    raised_at       timestamptz NOT NULL DEFAULT now(),
    last_at         timestamptz NOT NULL DEFAULT now(),
    times           integer NOT NULL DEFAULT 1 CHECK (times > 0),
    mailed_at       timestamptz,
    seen_at         timestamptz,
    seen_by         uuid,
    PRIMARY KEY (organisation_id, alert_id),
    FOREIGN KEY (organisation_id, membership_id) REFERENCES aloe.memberships,
    FOREIGN KEY (organisation_id, seen_by) REFERENCES aloe.memberships,
    CHECK ((seen_at IS NULL) = (seen_by IS NULL))
);
COMMENT ON TABLE aloe.alerts IS 'retention=audit; people=yes; restriction=none';
COMMENT ON COLUMN aloe.alerts.membership_id IS 'whom it is about: whose account is guessed at, or who did it';
CREATE UNIQUE INDEX alerts_open ON aloe.alerts (organisation_id, kind, coalesce(membership_id, organisation_id)) WHERE seen_at IS NULL;
CREATE INDEX alerts_at ON aloe.alerts (organisation_id, last_at DESC);
CREATE INDEX alerts_member ON aloe.alerts (organisation_id, membership_id);
CREATE INDEX alerts_seen_by ON aloe.alerts (organisation_id, seen_by);
ALTER TABLE aloe.alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE aloe.alerts FORCE ROW LEVEL SECURITY;
CREATE POLICY alerts_definer ON aloe.alerts TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON aloe.alerts TO aloe_definer;
CREATE POLICY alerts_team ON aloe.alerts TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('team'))) WITH CHECK (organisation_id = (SELECT fence.organisation('team')));
GRANT SELECT ON aloe.alerts TO aloe_member;
GRANT UPDATE (seen_at, seen_by) ON aloe.alerts TO aloe_member;
CREATE TRIGGER alerts_audit AFTER UPDATE OF seen_at ON aloe.alerts FOR EACH ROW EXECUTE FUNCTION audit.record('alert_id', '', 'detail');

-- Whoever puts an alert away does so under their own name.
CREATE FUNCTION fence.sign_seen() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    new.seen_by := fence.acting_membership();
    RETURN new;
END $$;
ALTER FUNCTION fence.sign_seen OWNER TO aloe_definer;
CREATE TRIGGER alerts_sign BEFORE UPDATE OF seen_at, seen_by ON aloe.alerts FOR EACH ROW EXECUTE FUNCTION fence.sign_seen();

-- What concerns the installation: for the operator.
CREATE TABLE fence.operator_alerts (
    alert_id  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind      text NOT NULL CHECK (kind IN ('stuffing', 'account_guessed', 'reset_abuse', 'sms_pumping')),
    subject   text NOT NULL,
    detail    jsonb NOT NULL DEFAULT '{}',
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    times     integer NOT NULL DEFAULT 1 CHECK (times > 0),
    mailed_at timestamptz
);
CREATE INDEX operator_alerts_at ON fence.operator_alerts (raised_at DESC);

-- Wrong passwords of late, by hashes. The door writes the same line whether or not there is such an account, and looks it up later:
-- an answer takes as long for either.
CREATE TABLE fence.wrong_passwords (
    guess_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    account  bytea NOT NULL CHECK (octet_length(account) = 32),
    network  bytea NOT NULL CHECK (octet_length(network) = 32),
    source   inet,
    request  uuid,
    known    boolean NOT NULL,
    stranger boolean NOT NULL,
    noted    boolean NOT NULL DEFAULT false
);
CREATE INDEX wrong_passwords_at ON fence.wrong_passwords (at);
CREATE INDEX wrong_passwords_new ON fence.wrong_passwords (guess_id) WHERE NOT noted;
CREATE INDEX users_guessed ON aloe.users (fence.bucket('sign-in account', email_key));

CREATE TABLE fence.reset_asks (
    ask_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    source inet
);
CREATE INDEX reset_asks_at ON fence.reset_asks (at);
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['operator_alerts', 'wrong_passwords', 'reset_asks'] LOOP
        EXECUTE format('ALTER TABLE fence.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE fence.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON fence.%I TO aloe_definer USING (true) WITH CHECK (true)', t || '_definer', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON fence.%I TO aloe_definer', t);
    END LOOP;
END $$;

-- One open alert for each kind and person: what goes on is counted in it, and mailed once.
CREATE FUNCTION fence.raise_alert(organisation uuid, what text, about uuid, more jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO aloe.alerts AS a (organisation_id, kind, membership_id, detail) VALUES (organisation, what, about, more)
    ON CONFLICT (organisation_id, kind, (coalesce(membership_id, organisation_id))) WHERE seen_at IS NULL
    DO UPDATE SET times = a.times + 1, last_at = now(), detail = EXCLUDED.detail
$$;
ALTER FUNCTION fence.raise_alert OWNER TO aloe_definer;

-- What goes on for the operator within the hour is one alert.
CREATE FUNCTION fence.raise_operator_alert(what text, about text, more jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE fence.operator_alerts a SET times = a.times + 1, last_at = clock_timestamp(), detail = more
    WHERE a.kind = what AND a.subject = about AND a.raised_at > now() - interval '1 hour';
    IF NOT FOUND THEN
        INSERT INTO fence.operator_alerts (kind, subject, detail) VALUES (what, about, more);
    END IF;
END $$;
ALTER FUNCTION fence.raise_operator_alert OWNER TO aloe_definer;

CREATE FUNCTION fence.note_wrong_password(address_key text, network text, known boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    claims jsonb := fence.claims();
BEGIN
    PERFORM fence.at_the_door();
    INSERT INTO fence.wrong_passwords (account, network, source, request, known, stranger)
    VALUES (fence.bucket('sign-in account', address_key), fence.bucket('sign-in source', network), (claims->>'source')::inet,
        (claims->>'request')::uuid, known, NOT known AND fence.is_stranger(address_key, fence.bucket('sign-in source', network)));
END $$;
ALTER FUNCTION fence.note_wrong_password OWNER TO aloe_definer;

CREATE OR REPLACE FUNCTION fence.ask_reset(request uuid, sealed bytea, key_version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    INSERT INTO aloe.reset_requests (request_id, sealed, key_version) VALUES (request, sealed, key_version);
    INSERT INTO fence.reset_asks (source) VALUES ((fence.claims()->>'source')::inet);
END $$;

-- The trail's entries of wrong passwords, each with the source and request of its guess.
CREATE FUNCTION fence.write_wrong_passwords() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    WITH fresh AS (
        UPDATE fence.wrong_passwords w SET noted = true
        WHERE w.guess_id IN (SELECT n.guess_id FROM fence.wrong_passwords n WHERE NOT n.noted ORDER BY n.guess_id LIMIT 500)
        RETURNING w.account, w.source, w.request), entries AS (
        INSERT INTO aloe.audit_entries (organisation_id, actor_kind, user_id, actor, roles, source, request_id, action, outcome, entity, entity_id)
        SELECT m.organisation_id, 'auth', m.user_id, m.name, array_to_string(m.roles, ', '), f.source, f.request, 'sign_in', 'denied', 'sessions', m.user_id
        FROM fresh f JOIN aloe.users u ON fence.bucket('sign-in account', u.email_key) = f.account
        JOIN aloe.memberships m ON m.user_id = u.user_id AND m.active)
    SELECT count(*) INTO written FROM fresh;
    RETURN written;
END $$;
ALTER FUNCTION fence.write_wrong_passwords OWNER TO aloe_definer;

-- Many accounts tried from few networks, or by strangers all together; many networks, or many tries, against one account.
CREATE FUNCTION fence.watch_guesses() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    seen record;
BEGIN
    SELECT count(DISTINCT w.account) AS accounts, count(DISTINCT w.network) AS networks, count(*) AS guesses INTO seen
    FROM fence.wrong_passwords w WHERE w.at > now() - interval '10 minutes' AND w.stranger;
    IF seen.accounts >= 15 THEN
        PERFORM fence.raise_operator_alert('stuffing', 'strangers', to_jsonb(seen));
    END IF;
    FOR seen IN SELECT host(min(w.source)) AS source, count(DISTINCT w.account) AS accounts, count(*) AS guesses
        FROM fence.wrong_passwords w WHERE w.at > now() - interval '10 minutes' AND NOT w.known
        GROUP BY w.network HAVING count(DISTINCT w.account) >= 15 LOOP
        PERFORM fence.raise_operator_alert('stuffing', coalesce(seen.source, 'unknown'), to_jsonb(seen));
    END LOOP;
    -- What somebody has seen already is no news. A browser that is known may belong to a shared desk: twenty wrong in a day are many.
    FOR seen IN SELECT m.organisation_id, m.membership_id, count(DISTINCT w.network) AS networks, count(*) AS guesses
        FROM fence.wrong_passwords w
        JOIN aloe.users u ON fence.bucket('sign-in account', u.email_key) = w.account
        JOIN aloe.memberships m ON m.user_id = u.user_id AND m.active
        WHERE w.at > now() - interval '1 day' AND w.at > coalesce((SELECT max(a.seen_at) FROM aloe.alerts a
            WHERE a.organisation_id = m.organisation_id AND a.kind = 'account_guessed' AND a.membership_id = m.membership_id), '-infinity')
        GROUP BY m.organisation_id, m.membership_id
        HAVING count(DISTINCT w.network) FILTER (WHERE NOT w.known AND w.at > now() - interval '1 hour') >= 5
            OR count(*) FILTER (WHERE NOT w.known AND w.at > now() - interval '1 hour') >= 10
            OR count(*) FILTER (WHERE w.known) >= 20 LOOP
        PERFORM fence.raise_alert(seen.organisation_id, 'account_guessed', seen.membership_id,
            jsonb_build_object('networks', seen.networks, 'guesses', seen.guesses));
    END LOOP;
END $$;
ALTER FUNCTION fence.watch_guesses OWNER TO aloe_definer;

-- Links for new passwords, asked for by the dozen.
CREATE FUNCTION fence.watch_resets() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    seen record;
BEGIN
    FOR seen IN SELECT coalesce(host(r.source), 'unknown') AS source, count(*) AS asked FROM (
            SELECT CASE family(a.source) WHEN 6 THEN network(set_masklen(a.source, 64))::inet ELSE a.source END AS source
            FROM fence.reset_asks a WHERE a.at > now() - interval '1 hour') r
        GROUP BY r.source HAVING count(*) >= 10 LOOP
        PERFORM fence.raise_operator_alert('reset_abuse', seen.source, to_jsonb(seen));
    END LOOP;
    SELECT count(DISTINCT r.source) AS sources, count(*) AS asked INTO seen FROM fence.reset_asks r WHERE r.at > now() - interval '1 hour';
    IF seen.asked >= 100 THEN
        PERFORM fence.raise_operator_alert('reset_abuse', 'all together', to_jsonb(seen));
    END IF;
END $$;
ALTER FUNCTION fence.watch_resets OWNER TO aloe_definer;

-- Somebody signs in between nine at night and five in the morning, where they work, and did not in the thirty days before.
ALTER TABLE aloe.sessions ADD COLUMN watched boolean NOT NULL DEFAULT true;
ALTER TABLE aloe.sessions ALTER COLUMN watched SET DEFAULT false;
CREATE INDEX sessions_unwatched ON aloe.sessions (session_id) WHERE NOT watched;
CREATE INDEX sessions_of ON aloe.sessions (user_id, started_at DESC);
CREATE FUNCTION fence.at_night(moment timestamptz, zone text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT extract(hour FROM moment AT TIME ZONE zone) NOT BETWEEN 5 AND 20
$$;
ALTER FUNCTION fence.at_night OWNER TO aloe_definer;
CREATE FUNCTION fence.watch_hours() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    seen record;
BEGIN
    FOR seen IN WITH fresh AS (
        UPDATE aloe.sessions s SET watched = true WHERE s.session_id IN (SELECT n.session_id FROM aloe.sessions n WHERE NOT n.watched LIMIT 500)
        RETURNING s.session_id, s.user_id, s.started_at, s.source)
        SELECT m.organisation_id, m.membership_id, host(f.source) AS source, z.zone FROM fresh f
        JOIN aloe.memberships m ON m.user_id = f.user_id AND m.active
        CROSS JOIN LATERAL (SELECT coalesce((SELECT l.time_zone FROM aloe.locations l WHERE l.organisation_id = m.organisation_id
            ORDER BY l.name LIMIT 1), 'Africa/Johannesburg') AS zone) z
        WHERE fence.at_night(f.started_at, z.zone) AND NOT EXISTS (SELECT FROM aloe.sessions o WHERE o.user_id = f.user_id
            AND o.started_at BETWEEN f.started_at - interval '30 days' AND f.started_at AND o.session_id <> f.session_id
            AND fence.at_night(o.started_at, z.zone)) LOOP
        PERFORM fence.raise_alert(seen.organisation_id, 'unusual_hours', seen.membership_id, jsonb_build_object('source', seen.source));
    END LOOP;
END $$;
ALTER FUNCTION fence.watch_hours OWNER TO aloe_definer;

-- Looks at what happened at the door since the last time. Of several nodes one looks at a time. Says whether there may be more.
CREATE FUNCTION fence.watch_door() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    written bigint;
BEGIN
    PERFORM fence.at_the_door();
    IF NOT pg_try_advisory_xact_lock(hashtextextended('fence.watch_door', 0)) THEN
        RETURN false;
    END IF;
    written := fence.write_wrong_passwords();
    IF written > 0 THEN
        PERFORM fence.watch_guesses();
    END IF;
    IF EXISTS (SELECT FROM fence.reset_asks r WHERE r.at > now() - interval '5 seconds') THEN
        PERFORM fence.watch_resets();
    END IF;
    IF EXISTS (SELECT FROM aloe.sessions s WHERE NOT s.watched) THEN
        PERFORM fence.watch_hours();
    END IF;
    RETURN written = 500;
END $$;
ALTER FUNCTION fence.watch_door OWNER TO aloe_definer;

-- SMS by the dozen: a limit of an organisation, of a range of numbers or of the installation was met.
CREATE FUNCTION fence.alarm_sms(slug text, met text, sms_range text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whose uuid := (SELECT o.organisation_id FROM aloe.organisations o WHERE o.slug = alarm_sms.slug);
BEGIN
    PERFORM fence.at_the_door();
    PERFORM fence.raise_operator_alert('sms_pumping', met, jsonb_build_object('organisation', slug, 'range', sms_range));
    IF whose IS NOT NULL THEN
        PERFORM fence.raise_alert(whose, 'sms_pumping', NULL, jsonb_build_object('met', met, 'range', sms_range));
    END IF;
END $$;
ALTER FUNCTION fence.alarm_sms OWNER TO aloe_definer;

-- Alerts that nobody was mailed about yet, with one owner's address each; the mail is written in the same transaction.
CREATE FUNCTION fence.take_alert_mails() RETURNS TABLE (kind text, organisation text, slug text, name text, owner text, detail jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY WITH taken AS (
        UPDATE aloe.alerts a SET mailed_at = now() WHERE (a.organisation_id, a.alert_id) IN (SELECT n.organisation_id, n.alert_id
            FROM aloe.alerts n WHERE n.mailed_at IS NULL LIMIT 50 FOR UPDATE SKIP LOCKED)
        RETURNING a.kind, a.organisation_id, a.membership_id, a.detail)
    SELECT t.kind, o.name, o.slug, coalesce(m.name, ''), w.email, t.detail FROM taken t
    JOIN aloe.organisations o ON o.organisation_id = t.organisation_id
    JOIN aloe.memberships w ON w.organisation_id = t.organisation_id AND w.active AND 'owner' = ANY (w.roles)
    LEFT JOIN aloe.memberships m ON m.organisation_id = t.organisation_id AND m.membership_id = t.membership_id;
END $$;
ALTER FUNCTION fence.take_alert_mails OWNER TO aloe_definer;
CREATE INDEX alerts_unmailed ON aloe.alerts (organisation_id) WHERE mailed_at IS NULL;

CREATE FUNCTION fence.take_operator_alert_mails() RETURNS TABLE (kind text, subject text, detail jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY UPDATE fence.operator_alerts a SET mailed_at = now() WHERE a.alert_id IN (
        SELECT n.alert_id FROM fence.operator_alerts n WHERE n.mailed_at IS NULL LIMIT 50 FOR UPDATE SKIP LOCKED)
    RETURNING a.kind, a.subject, a.detail;
END $$;
ALTER FUNCTION fence.take_operator_alert_mails OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.note_wrong_password, fence.watch_door, fence.alarm_sms, fence.take_alert_mails,
    fence.take_operator_alert_mails TO aloe_auth;

CREATE FUNCTION fence.recent_operator_alerts(most integer)
RETURNS TABLE (kind text, subject text, detail jsonb, raised_at timestamptz, last_at timestamptz, times integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.kind, a.subject, a.detail, a.raised_at, a.last_at, a.times FROM fence.operator_alerts a ORDER BY a.raised_at DESC LIMIT most
$$;
ALTER FUNCTION fence.recent_operator_alerts OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.recent_operator_alerts TO aloe_operator;

-- As before; and whoever reveals twenty-five numbers within an hour, in whatever sessions, is made known.
ALTER TABLE aloe.sessions ADD COLUMN hour_reveals integer NOT NULL DEFAULT 0, ADD COLUMN hour_since timestamptz NOT NULL DEFAULT now();
CREATE OR REPLACE FUNCTION fence.count_reveal() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    claims jsonb := fence.claims();
    counted integer;
    hourly bigint;
BEGIN
    UPDATE aloe.sessions s SET reveals = CASE WHEN s.reveals_since > now() - interval '10 minutes' THEN s.reveals + 1 ELSE 1 END,
        reveals_since = CASE WHEN s.reveals_since > now() - interval '10 minutes' THEN s.reveals_since ELSE now() END,
        hour_reveals = CASE WHEN s.hour_since > now() - interval '1 hour' THEN s.hour_reveals + 1 ELSE 1 END,
        hour_since = CASE WHEN s.hour_since > now() - interval '1 hour' THEN s.hour_since ELSE now() END
    WHERE s.session_id = (claims->>'session')::uuid RETURNING s.reveals INTO counted;
    IF counted > 10 THEN
        RAISE EXCEPTION 'many numbers in a short time' USING ERRCODE = 'AL021';
    END IF;
    SELECT sum(s.hour_reveals) INTO hourly FROM aloe.sessions s
    WHERE s.user_id = (claims->>'user')::uuid AND s.hour_since > now() - interval '1 hour';
    IF hourly >= 25 THEN
        PERFORM fence.raise_alert((claims->>'organisation')::uuid, 'mass_reveal', (claims->>'membership')::uuid,
            jsonb_build_object('numbers', hourly));
    END IF;
END $$;

CREATE OR REPLACE FUNCTION fence.tidy() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM aloe.session_tokens t WHERE t.expires_at < now() - interval '1 day';
    DELETE FROM aloe.phone_proofs p WHERE p.expires_at < now() - interval '1 day';
    DELETE FROM aloe.booking_links l WHERE l.expires_at < now() - interval '1 day';
    DELETE FROM aloe.occupancies o WHERE o.expires_at < now();
    DELETE FROM aloe.idempotency_keys k WHERE k.created_at < now() - interval '1 day';
    DELETE FROM fence.throttles t WHERE t.next_free < now() - interval '1 day';
    DELETE FROM fence.guesses g WHERE g.last_at < now() - interval '1 day';
    DELETE FROM fence.wrong_passwords w WHERE w.at < now() - interval '1 day' AND w.noted;
    DELETE FROM fence.reset_asks r WHERE r.at < now() - interval '1 day';
    DELETE FROM fence.operator_alerts a WHERE a.last_at < now() - interval '1 year';
    DELETE FROM fence.known_sources k WHERE k.last_used_at < now() - interval '30 days';
    DELETE FROM aloe.known_devices k WHERE k.last_used_at < now() - interval '1 year';
    DELETE FROM aloe.sign_ins i WHERE i.expires_at < now();
    DELETE FROM aloe.factors f WHERE f.confirmed_at IS NULL AND f.created_at < now() - interval '1 day';
    DELETE FROM aloe.password_resets p WHERE p.expires_at < now();
    DELETE FROM aloe.account_mails m WHERE m.created_at < now() - interval '90 days';
    DELETE FROM aloe.account_notices n WHERE n.at < now() - interval '90 days';
END $$;
