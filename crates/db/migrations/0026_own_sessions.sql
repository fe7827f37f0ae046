-- Whoever is signed in sees where else they are, ends what they do not know, and changes their password, which ends all others.
-- They are known by the token in their hand; nobody reaches another account's sessions.

-- The session behind an access token that still opens something, asked for by the door of sign-in.
CREATE FUNCTION fence.own_session(access_hash bytea, OUT session uuid, OUT account uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT s.session_id, s.user_id INTO session, account
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND s.ended_at IS NULL AND s.expires_at > now()
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    WHERE t.token_hash = access_hash AND t.use = 'access' AND t.expires_at > now() AND fence.claims()->>'kind' = 'auth';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no active session' USING ERRCODE = 'AL010';
    END IF;
END $$;
ALTER FUNCTION fence.own_session OWNER TO aloe_definer;

CREATE FUNCTION fence.own_sessions(access_hash bytea)
RETURNS TABLE (session_id uuid, started_at timestamptz, last_used_at timestamptz, source inet, device text, is_this boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    RETURN QUERY SELECT s.session_id, s.started_at, s.last_used_at, s.source, s.device, s.session_id = own.session
    FROM aloe.sessions s WHERE s.user_id = own.account AND s.ended_at IS NULL AND s.expires_at > now()
    ORDER BY s.session_id = own.session DESC, s.last_used_at DESC;
END $$;
ALTER FUNCTION fence.own_sessions OWNER TO aloe_definer;

-- Ends one other session of one's own, or, without a name, all others. Answers how many ended.
CREATE FUNCTION fence.end_own_sessions(access_hash bytea, wanted uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
    ended bigint;
BEGIN
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'ended from another session'
    WHERE s.user_id = own.account AND s.ended_at IS NULL AND s.session_id <> own.session AND s.session_id = coalesce(wanted, s.session_id);
    GET DIAGNOSTICS ended = ROW_COUNT;
    IF ended > 0 THEN
        PERFORM fence.note_sign_in(own.account, 'session_ended', 'done');
    END IF;
    RETURN ended;
END $$;
ALTER FUNCTION fence.end_own_sessions OWNER TO aloe_definer;

-- Puts a new password in place of the old one and ends all other sessions. That the old one was known is the application's to see.
CREATE FUNCTION fence.change_password(access_hash bytea, new_hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record := fence.own_session(access_hash);
BEGIN
    UPDATE aloe.users u SET password_hash = new_hash WHERE u.user_id = own.account;
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'password changed'
    WHERE s.user_id = own.account AND s.ended_at IS NULL AND s.session_id <> own.session;
    PERFORM fence.note_sign_in(own.account, 'password_changed', 'done');
END $$;
ALTER FUNCTION fence.change_password OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.own_sessions, fence.end_own_sessions, fence.change_password TO aloe_auth;
