-- Guessing passwords and codes gets slower and slower, and nobody is locked out by it: an account's wait holds for browsers that
-- never signed in to it. A browser that did has a count of its own, and right passwords count for nothing.

CREATE TABLE aloe.known_devices (
    user_id       uuid NOT NULL REFERENCES aloe.users,
    device_hash   bytea NOT NULL CHECK (octet_length(device_hash) = 32),
    first_used_at timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, device_hash)
);
COMMENT ON TABLE aloe.known_devices IS 'retention=configuration; people=no';
COMMENT ON COLUMN aloe.known_devices.device_hash IS 'of a cookie that a browser keeps for a year after it signed in';
ALTER TABLE aloe.known_devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE aloe.known_devices FORCE ROW LEVEL SECURITY;
CREATE POLICY known_devices_definer ON aloe.known_devices TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON aloe.known_devices TO aloe_definer;

-- Networks from which an account was signed in to of late: guesses at it from there do not count as strangers'.
CREATE TABLE fence.known_sources (
    user_id      uuid NOT NULL REFERENCES aloe.users,
    source_hash  bytea NOT NULL CHECK (octet_length(source_hash) = 32),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, source_hash)
);
-- Wrong guesses in a row, and from when on the next is let through. Logged, unlike throttles: a crash frees nobody.
CREATE TABLE fence.guesses (
    bucket  bytea PRIMARY KEY CHECK (octet_length(bucket) = 32),
    wrong   integer NOT NULL CHECK (wrong > 0),
    last_at timestamptz NOT NULL,
    free_at timestamptz NOT NULL
);
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['known_sources', 'guesses'] LOOP
        EXECUTE format('ALTER TABLE fence.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE fence.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON fence.%I TO aloe_definer USING (true) WITH CHECK (true)', t || '_definer', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON fence.%I TO aloe_definer', t);
    END LOOP;
END $$;

CREATE FUNCTION fence.bucket(act text, key text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(convert_to(act, 'UTF8') || '\x00' || convert_to(key, 'UTF8'))
$$;
ALTER FUNCTION fence.bucket OWNER TO aloe_definer;

-- As before, but a clock that was put back makes nobody wait longer than the whole burst; and counts are kept by login: whoever
-- reaches that of the public pages cannot fill those of sign-in.
CREATE FUNCTION fence.take(which bytea, burst int, period interval) RETURNS interval LANGUAGE plpgsql AS $$
DECLARE
    wait interval := interval '0';
    tolerance interval := period * burst;
    at timestamptz := clock_timestamp();
BEGIN
    INSERT INTO fence.throttles AS t (bucket, next_free) VALUES (which, at + period)
    ON CONFLICT (bucket) DO UPDATE SET next_free = greatest(least(t.next_free, at + tolerance), at) + period
    WHERE greatest(least(t.next_free, at + tolerance), at) + period - at <= tolerance;
    IF NOT FOUND THEN
        SELECT greatest(least(t.next_free, at + tolerance) + period - at - tolerance, interval '1 second') INTO wait
        FROM fence.throttles t WHERE t.bucket = which;
    END IF;
    RETURN wait;
END $$;
ALTER FUNCTION fence.take OWNER TO aloe_definer;
CREATE OR REPLACE FUNCTION fence.throttle(act bytea, burst int, period interval) RETURNS interval
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN fence.take(sha256(convert_to(session_user::text, 'UTF8') || act), burst, period);
END $$;

-- Several limits at once: all of them count the act, or none does. Answers which was met first, from 1, and how long it makes wait.
CREATE FUNCTION fence.throttle_all(acts bytea[], bursts int[], periods float8[], OUT met int, OUT wait interval)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own bytea[] := ARRAY(SELECT sha256(convert_to(session_user::text, 'UTF8') || a.act) FROM unnest(acts) WITH ORDINALITY a(act, at) ORDER BY a.at);
BEGIN
    met := 0;
    wait := interval '0';
    FOR n IN 1 .. cardinality(own) LOOP
        wait := fence.take(own[n], bursts[n], make_interval(secs => periods[n]));
        IF wait > interval '0' THEN
            met := n;
            FOR given IN 1 .. n - 1 LOOP
                UPDATE fence.throttles t SET next_free = t.next_free - make_interval(secs => periods[given]) WHERE t.bucket = own[given];
            END LOOP;
            RETURN;
        END IF;
    END LOOP;
END $$;
ALTER FUNCTION fence.throttle_all OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.throttle_all TO aloe_auth;
DROP FUNCTION fence.forgive;

-- Gives an act back that turned out to be none.
CREATE FUNCTION fence.give_back(act bytea, period interval) RETURNS void LANGUAGE sql AS $$
    UPDATE fence.throttles t SET next_free = t.next_free - period WHERE t.bucket = act
$$;
ALTER FUNCTION fence.give_back OWNER TO aloe_definer;

-- Seconds until another guess after so many wrong ones in a row: five are free, then five seconds, ten, twenty, to a quarter of an
-- hour. A day without a guess begins anew.
CREATE FUNCTION fence.wait_after(wrong integer) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN wrong < 5 THEN interval '0' ELSE least(interval '5 seconds' * power(2, least(wrong - 5, 8)), interval '15 minutes') END
$$;
ALTER FUNCTION fence.wait_after OWNER TO aloe_definer;

-- Counts a guess as wrong before it is looked at, so that many at once find no gap. A wait that is longer than any comes from a
-- clock that was put back, and holds nobody.
CREATE FUNCTION fence.next_guess(which bytea) RETURNS interval LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := clock_timestamp();
    wait interval := interval '0';
BEGIN
    INSERT INTO fence.guesses AS g (bucket, wrong, last_at, free_at) VALUES (which, 1, at, at)
    ON CONFLICT (bucket) DO UPDATE SET last_at = at,
        wrong = CASE WHEN g.last_at < at - interval '1 day' THEN 1 ELSE g.wrong + 1 END,
        free_at = CASE WHEN g.last_at < at - interval '1 day' THEN at ELSE at + fence.wait_after(g.wrong + 1) END
    WHERE g.free_at <= at OR g.free_at > at + interval '15 minutes';
    IF NOT FOUND THEN
        SELECT greatest(g.free_at - at, interval '1 second') INTO wait FROM fence.guesses g WHERE g.bucket = which;
    END IF;
    RETURN wait;
END $$;
ALTER FUNCTION fence.next_guess OWNER TO aloe_definer;

CREATE FUNCTION fence.is_known_device(account uuid, device bytea) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM aloe.known_devices k WHERE k.user_id = account AND k.device_hash = device)
$$;
ALTER FUNCTION fence.is_known_device OWNER TO aloe_definer;

CREATE FUNCTION fence.is_stranger(address_key text, network bytea) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM aloe.users u JOIN fence.known_sources k ON k.user_id = u.user_id AND k.source_hash = network
        AND k.last_used_at > now() - interval '30 days' WHERE u.email_key = address_key)
$$;
ALTER FUNCTION fence.is_stranger OWNER TO aloe_definer;

-- A password is about to be compared. A known browser waits for its own wrong guesses alone. Any other counts against its network
-- (twenty wrong ones, then one each half minute), against all strangers together (thirty, then one each twenty seconds; the networks
-- in which the account was signed in to are none) and against the account.
CREATE FUNCTION fence.admit_password(address_key text, source text, device bytea, OUT wait interval, OUT known boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    network bytea := fence.bucket('sign-in source', source);
    strangers bytea := fence.bucket('sign-in', 'strangers');
    stranger boolean;
BEGIN
    PERFORM fence.at_the_door();
    known := device IS NOT NULL AND EXISTS (SELECT FROM aloe.users u WHERE u.email_key = address_key AND fence.is_known_device(u.user_id, device));
    IF known THEN
        wait := fence.next_guess(fence.bucket('sign-in device', address_key || encode(device, 'hex')));
        RETURN;
    END IF;
    stranger := fence.is_stranger(address_key, network);
    wait := fence.take(network, 20, interval '30 seconds');
    IF wait = interval '0' AND stranger THEN
        wait := fence.take(strangers, 30, interval '20 seconds');
        IF wait > interval '0' THEN
            PERFORM fence.give_back(network, interval '30 seconds');
        END IF;
    END IF;
    IF wait = interval '0' THEN
        wait := fence.next_guess(fence.bucket('sign-in account', address_key));
        IF wait > interval '0' THEN
            PERFORM fence.give_back(network, interval '30 seconds');
            IF stranger THEN
                PERFORM fence.give_back(strangers, interval '20 seconds');
            END IF;
        END IF;
    END IF;
END $$;
ALTER FUNCTION fence.admit_password OWNER TO aloe_definer;

-- It was the right one: what was counted is taken back.
CREATE FUNCTION fence.forgive_password(address_key text, source text, device bytea, known boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    network bytea := fence.bucket('sign-in source', source);
BEGIN
    PERFORM fence.at_the_door();
    IF NOT known THEN
        PERFORM fence.give_back(network, interval '30 seconds');
        IF fence.is_stranger(address_key, network) THEN
            PERFORM fence.give_back(fence.bucket('sign-in', 'strangers'), interval '20 seconds');
        END IF;
        DELETE FROM fence.guesses g WHERE g.bucket = fence.bucket('sign-in account', address_key);
    ELSE
        DELETE FROM fence.guesses g WHERE g.bucket = fence.bucket('sign-in device', address_key || encode(device, 'hex'));
    END IF;
END $$;
ALTER FUNCTION fence.forgive_password OWNER TO aloe_definer;

-- A code is about to be compared; and it was right.
CREATE FUNCTION fence.code_bucket(account uuid, device bytea) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT fence.bucket('second factor', account::text || CASE WHEN fence.is_known_device(account, device) THEN encode(device, 'hex') ELSE '' END)
$$;
ALTER FUNCTION fence.code_bucket OWNER TO aloe_definer;
CREATE FUNCTION fence.admit_code(account uuid, device bytea) RETURNS interval
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN fence.next_guess(fence.code_bucket(account, device));
END $$;
ALTER FUNCTION fence.admit_code OWNER TO aloe_definer;
CREATE FUNCTION fence.forgive_code(account uuid, device bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM fence.guesses g WHERE g.bucket = fence.code_bucket(account, device);
END $$;
ALTER FUNCTION fence.forgive_code OWNER TO aloe_definer;

-- Somebody signed in wholly, or proved their mailbox: their browser is known from now on, and so is their network. Answers
-- the account's address when the browser is a new one beside others: its owner is told.
CREATE FUNCTION fence.remember_device(account uuid, source text, device bytea) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    others boolean;
BEGIN
    PERFORM fence.at_the_door();
    INSERT INTO fence.known_sources AS k (user_id, source_hash) VALUES (account, fence.bucket('sign-in source', source))
    ON CONFLICT (user_id, source_hash) DO UPDATE SET last_used_at = now() WHERE k.last_used_at < now() - interval '1 hour';
    UPDATE aloe.known_devices k SET last_used_at = now() WHERE k.user_id = account AND k.device_hash = device;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    others := EXISTS (SELECT FROM aloe.known_devices k WHERE k.user_id = account);
    INSERT INTO aloe.known_devices (user_id, device_hash) VALUES (account, device) ON CONFLICT DO NOTHING;
    -- Twenty browsers are enough for anybody: the one unused for longest is forgotten.
    DELETE FROM aloe.known_devices k WHERE k.user_id = account AND k.device_hash IN (SELECT o.device_hash FROM aloe.known_devices o
        WHERE o.user_id = account ORDER BY o.last_used_at DESC, o.device_hash OFFSET 20);
    RETURN (SELECT u.email FROM aloe.users u WHERE u.user_id = account AND others);
END $$;
ALTER FUNCTION fence.remember_device OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.admit_password, fence.forgive_password, fence.admit_code, fence.forgive_code, fence.remember_device TO aloe_auth;

-- Whoever has a new password by mail may have lost a device: none is known any more, and no wait holds for the account.
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
        UPDATE aloe.users u SET password_hash = new_hash WHERE u.user_id = account;
        UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'password reset' WHERE s.user_id = account AND s.ended_at IS NULL;
        DELETE FROM aloe.known_devices k WHERE k.user_id = account;
        DELETE FROM fence.guesses g WHERE g.bucket = fence.bucket('sign-in account', address_key);
        PERFORM fence.note_sign_in(account, 'password_reset', 'done'), fence.tell_account(account, 'password_reset');
    END IF;
    RETURN account;
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
    DELETE FROM fence.known_sources k WHERE k.last_used_at < now() - interval '30 days';
    DELETE FROM aloe.known_devices k WHERE k.last_used_at < now() - interval '1 year';
    DELETE FROM aloe.sign_ins i WHERE i.expires_at < now();
    DELETE FROM aloe.factors f WHERE f.confirmed_at IS NULL AND f.created_at < now() - interval '1 day';
    DELETE FROM aloe.password_resets p WHERE p.expires_at < now();
    DELETE FROM aloe.account_mails m WHERE m.created_at < now() - interval '90 days';
    DELETE FROM aloe.account_notices n WHERE n.at < now() - interval '90 days';
END $$;
