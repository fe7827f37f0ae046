-- Passkeys: a second factor, and a way in without a password. What a browser was asked is kept here until its answer comes, once.

ALTER TABLE aloe.factors ADD COLUMN name_hash bytea UNIQUE CHECK (octet_length(name_hash) = 32),
    ADD CHECK ((kind = 'passkey') = (name_hash IS NOT NULL));
COMMENT ON COLUMN aloe.factors.name_hash IS 'names the credential of a passkey: no two accounts have the same';

CREATE TABLE aloe.passkey_questions (
    browser_hash bytea NOT NULL CHECK (octet_length(browser_hash) = 32),
    purpose      text NOT NULL CHECK (purpose IN ('add', 'sign_in', 'second_step', 'prove')),
    question_id  uuid NOT NULL,
    sealed       bytea NOT NULL,
    expires_at   timestamptz NOT NULL DEFAULT now() + interval '5 minutes',
    PRIMARY KEY (browser_hash, purpose)
);
COMMENT ON TABLE aloe.passkey_questions IS 'retention=session; people=no';
COMMENT ON COLUMN aloe.passkey_questions.sealed IS 'the state of the question, sealed under the installation''s key';
ALTER TABLE aloe.passkey_questions ENABLE ROW LEVEL SECURITY;
ALTER TABLE aloe.passkey_questions FORCE ROW LEVEL SECURITY;
CREATE POLICY passkey_questions_definer ON aloe.passkey_questions TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON aloe.passkey_questions TO aloe_definer;

-- Keeps a question; the one before it, for the same purpose in the same browser, gives way.
CREATE FUNCTION fence.keep_question(browser bytea, what text, question uuid, sealed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM aloe.passkey_questions q WHERE q.browser_hash = browser AND q.purpose = what OR q.expires_at < now();
    INSERT INTO aloe.passkey_questions (browser_hash, purpose, question_id, sealed) VALUES (browser, what, question, sealed);
END $$;
ALTER FUNCTION fence.keep_question OWNER TO aloe_definer;

-- Takes it, once.
CREATE FUNCTION fence.take_question(browser bytea, what text) RETURNS TABLE (question_id uuid, sealed bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY DELETE FROM aloe.passkey_questions q WHERE q.browser_hash = browser AND q.purpose = what AND q.expires_at > now()
    RETURNING q.question_id, q.sealed;
END $$;
ALTER FUNCTION fence.take_question OWNER TO aloe_definer;

-- Adds a passkey, which was shown to work by being made, and ends every other session of the account.
CREATE FUNCTION fence.add_passkey(access_hash bytea, factor uuid, name text, sealed bytea, key_version integer, named bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.fresh_own_session(access_hash);
BEGIN
    INSERT INTO aloe.factors (user_id, factor_id, kind, name, sealed, key_version, name_hash)
    VALUES (own.account, factor, 'passkey', name, sealed, key_version, named);
    PERFORM fence.confirm_factor(access_hash, factor, 0);
END $$;
ALTER FUNCTION fence.add_passkey OWNER TO aloe_definer;

-- Keeps what a passkey last said of itself.
CREATE FUNCTION fence.use_passkey(account uuid, factor uuid, now_sealed bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    UPDATE aloe.factors f SET sealed = now_sealed, last_used_at = now() WHERE f.user_id = account AND f.factor_id = factor;
END $$;
ALTER FUNCTION fence.use_passkey OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.keep_question, fence.take_question, fence.add_passkey, fence.use_passkey TO aloe_auth;

-- An account that was closed signs in by no passkey either.
CREATE FUNCTION fence.account_is_open(account uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN EXISTS (SELECT FROM aloe.users u WHERE u.user_id = account AND u.disabled_at IS NULL);
END $$;
ALTER FUNCTION fence.account_is_open OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.account_is_open TO aloe_auth;
