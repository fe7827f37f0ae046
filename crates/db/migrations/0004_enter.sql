-- The doors. Each login may call its own and no other.

-- A member of the staff, by session token. Returns who this is, for the first page line.
CREATE FUNCTION fence.enter_member(token_hash bytea, organisation uuid, source inet, request uuid)
RETURNS TABLE (membership_id uuid, actor text, permissions text[]) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    who record;
    granted jsonb;
BEGIN
    SELECT m.membership_id, m.user_id, m.name, m.roles, m.resource_id, m.access_version, s.session_id, o.reception_may_reveal, o.kind
    INTO who
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND s.ended_at IS NULL AND s.expires_at > now()
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
ALTER FUNCTION fence.enter_member OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.enter_member TO aloe_member;

-- Someone on an organisation's public pages.
CREATE FUNCTION fence.enter_public(slug text, source inet, request uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    organisation uuid;
BEGIN
    SELECT o.organisation_id INTO organisation FROM aloe.organisations o WHERE o.slug = enter_public.slug;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such organisation' USING ERRCODE = 'AL011';
    END IF;
    PERFORM fence.write_context(pg_catalog.jsonb_build_object('kind', 'public', 'organisation', organisation,
        'actor', 'public booking page', 'permissions', '["public"]'::jsonb, 'source', source, 'request', request));
    RETURN organisation;
END $$;
ALTER FUNCTION fence.enter_public OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.enter_public TO aloe_public;

-- Opens the sealed context of a job, a command of the operator or the door to sign-in.
CREATE FUNCTION fence.enter_auth(source inet, request uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    SELECT fence.write_context(pg_catalog.jsonb_build_object('kind', 'auth', 'actor', 'sign-in',
        'permissions', '["auth"]'::jsonb, 'source', source, 'request', request))
$$;
ALTER FUNCTION fence.enter_auth OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.enter_auth TO aloe_auth;

-- The operator, for one organisation and a stated purpose. The organisation sees it in its trail.
CREATE FUNCTION fence.enter_operator(organisation uuid, operator_name text, purpose text, request uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF pg_catalog.length(pg_catalog.btrim(purpose)) = 0 THEN
        RAISE EXCEPTION 'the operator states a purpose' USING ERRCODE = 'AL003';
    END IF;
    PERFORM fence.write_context(pg_catalog.jsonb_build_object('kind', 'operator', 'organisation', organisation,
        'actor', 'operator: ' || operator_name, 'permissions', '["operator"]'::jsonb, 'request', request));
    IF EXISTS (SELECT FROM aloe.organisations o WHERE o.organisation_id = enter_operator.organisation) THEN
        PERFORM audit.note('enter', 'done', 'organisations', organisation, NULL, purpose, NULL);
    END IF;
END $$;
ALTER FUNCTION fence.enter_operator OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.enter_operator TO aloe_operator;

-- What sign-in needs of one account. The hash goes to the caller, who alone can compare it.
CREATE FUNCTION fence.find_account(account_key text)
RETURNS TABLE (user_id uuid, name text, email text, password_hash text, disabled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT u.user_id, u.name, u.email, u.password_hash, u.disabled_at IS NOT NULL FROM aloe.users u
    WHERE u.email_key = account_key AND fence.claims()->>'kind' = 'auth'
$$;
ALTER FUNCTION fence.find_account OWNER TO aloe_definer;

CREATE FUNCTION fence.replace_password_hash(account uuid, new_hash text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    UPDATE aloe.users u SET password_hash = new_hash WHERE u.user_id = account AND fence.claims()->>'kind' = 'auth'
$$;
ALTER FUNCTION fence.replace_password_hash OWNER TO aloe_definer;

-- One entry in the trail of each organisation the user belongs to.
CREATE FUNCTION fence.note_sign_in(account uuid, what text, verdict text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    INSERT INTO aloe.audit_entries (organisation_id, actor_kind, user_id, actor, roles, source, request_id, action, outcome, entity, entity_id)
    SELECT m.organisation_id, 'auth', m.user_id, m.name, pg_catalog.array_to_string(m.roles, ', '), (c.claims->>'source')::inet,
        (c.claims->>'request')::uuid, what, verdict, 'sessions', m.user_id
    FROM aloe.memberships m, (SELECT fence.claims() AS claims) c
    WHERE m.user_id = account AND m.active AND c.claims IS NOT NULL
$$;
ALTER FUNCTION fence.note_sign_in OWNER TO aloe_definer;

CREATE FUNCTION fence.start_session(account uuid, session uuid, device text, lifetime interval,
    access_hash bytea, access_lifetime interval, refresh_hash bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    claims jsonb := fence.claims();
BEGIN
    IF claims->>'kind' IS DISTINCT FROM 'auth' THEN
        RAISE EXCEPTION 'sessions start at sign-in' USING ERRCODE = 'AL003';
    END IF;
    INSERT INTO aloe.sessions (session_id, user_id, expires_at, source, device)
    VALUES (session, account, now() + lifetime, (claims->>'source')::inet, left(start_session.device, 200));
    INSERT INTO aloe.session_tokens (token_hash, session_id, use, expires_at)
    VALUES (access_hash, session, 'access', now() + access_lifetime), (refresh_hash, session, 'refresh', now() + lifetime);
    PERFORM fence.note_sign_in(account, 'sign_in', 'done');
END $$;
ALTER FUNCTION fence.start_session OWNER TO aloe_definer;

-- The session behind an access token, with its memberships. No row: sign in, or renew.
CREATE FUNCTION fence.look_up_session(access_hash bytea)
RETURNS TABLE (session_id uuid, user_id uuid, name text, email text, language text, organisation_id uuid, organisation_name text,
    organisation_slug text, organisation_kind text, membership_id uuid, member_name text, roles text[], resource_id uuid, reception_may_reveal boolean,
    synthetic boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.session_id, u.user_id, u.name, u.email, u.language, o.organisation_id, o.name, o.slug, o.kind, m.membership_id, m.name,
        m.roles, m.resource_id, o.reception_may_reveal, o.synthetic
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND s.ended_at IS NULL AND s.expires_at > now()
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    LEFT JOIN aloe.memberships m ON m.user_id = u.user_id AND m.active
    LEFT JOIN aloe.organisations o ON o.organisation_id = m.organisation_id
    WHERE t.token_hash = access_hash AND t.use = 'access' AND t.expires_at > now()
    ORDER BY o.name
$$;
ALTER FUNCTION fence.look_up_session OWNER TO aloe_definer;

-- Spends a refresh token and puts a new pair in its place. Answers 'renewed', 'unknown', or 'reused'
-- when a token spent more than ten seconds ago came back: then the session ends, for one of the two holders is a thief.
CREATE FUNCTION fence.renew_session(spent_hash bytea, access_hash bytea, access_lifetime interval, refresh_hash bytea)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    token record;
BEGIN
    SELECT t.session_id, t.spent_at, s.expires_at, s.user_id INTO token
    FROM aloe.session_tokens t JOIN aloe.sessions s ON s.session_id = t.session_id
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    WHERE t.token_hash = spent_hash AND t.use = 'refresh' AND s.ended_at IS NULL AND s.expires_at > now()
    FOR UPDATE OF t;
    IF NOT FOUND OR fence.claims()->>'kind' IS DISTINCT FROM 'auth' THEN
        RETURN 'unknown';
    END IF;
    IF token.spent_at < now() - interval '10 seconds' THEN
        UPDATE aloe.sessions SET ended_at = now(), ended_why = 'spent token used again' WHERE session_id = token.session_id;
        PERFORM fence.note_sign_in(token.user_id, 'token_reused', 'denied');
        RETURN 'reused';
    END IF;
    UPDATE aloe.session_tokens SET spent_at = coalesce(spent_at, now()) WHERE token_hash = spent_hash;
    UPDATE aloe.sessions SET last_used_at = now() WHERE session_id = token.session_id;
    DELETE FROM aloe.session_tokens t WHERE t.session_id = token.session_id AND t.use = 'access' AND t.expires_at < now();
    INSERT INTO aloe.session_tokens (token_hash, session_id, use, expires_at)
    VALUES (access_hash, token.session_id, 'access', now() + access_lifetime), (refresh_hash, token.session_id, 'refresh', token.expires_at);
    RETURN 'renewed';
END $$;
ALTER FUNCTION fence.renew_session OWNER TO aloe_definer;

CREATE FUNCTION fence.end_session(any_token_hash bytea, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    account uuid;
BEGIN
    UPDATE aloe.sessions s SET ended_at = now(), ended_why = why
    FROM aloe.session_tokens t WHERE t.token_hash = any_token_hash AND s.session_id = t.session_id AND s.ended_at IS NULL
        AND fence.claims()->>'kind' = 'auth'
    RETURNING s.user_id INTO account;
    IF account IS NOT NULL THEN
        PERFORM fence.note_sign_in(account, 'sign_out', 'done');
    END IF;
END $$;
ALTER FUNCTION fence.end_session OWNER TO aloe_definer;

-- An invitation by its token: what the page shows, and the account it would join, if there is one.
CREATE FUNCTION fence.find_invitation(invitation_hash bytea)
RETURNS TABLE (organisation_id uuid, invitation_id uuid, organisation_name text, email text, name text, roles text[], account uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT i.organisation_id, i.invitation_id, o.name, i.email, i.name, i.roles, u.user_id
    FROM aloe.invitations i JOIN aloe.organisations o ON o.organisation_id = i.organisation_id
    LEFT JOIN aloe.users u ON u.email_key = i.email_key
    WHERE i.token_hash = invitation_hash AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > now()
        AND fence.claims()->>'kind' = 'auth'
$$;
ALTER FUNCTION fence.find_invitation OWNER TO aloe_definer;

-- Accepts an invitation once: makes the account when there is none, and the membership.
CREATE FUNCTION fence.accept_invitation(invitation_hash bytea, fresh_user uuid, fresh_membership uuid, chosen_name text, new_hash text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    invitation aloe.invitations%ROWTYPE;
    account uuid;
BEGIN
    IF fence.claims()->>'kind' IS DISTINCT FROM 'auth' THEN
        RETURN NULL;
    END IF;
    UPDATE aloe.invitations i SET accepted_at = now()
    WHERE i.token_hash = invitation_hash AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > now()
    RETURNING i.* INTO invitation;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT u.user_id INTO account FROM aloe.users u WHERE u.email_key = invitation.email_key;
    IF account IS NULL THEN
        INSERT INTO aloe.users (user_id, email, email_key, name, password_hash)
        VALUES (fresh_user, invitation.email, invitation.email_key, chosen_name, new_hash);
        account := fresh_user;
    END IF;
    INSERT INTO aloe.memberships (organisation_id, membership_id, user_id, name, email, roles)
    VALUES (invitation.organisation_id, fresh_membership, account, chosen_name, invitation.email, invitation.roles)
    ON CONFLICT (organisation_id, user_id) DO UPDATE SET active = true, roles = excluded.roles;
    RETURN account;
END $$;
ALTER FUNCTION fence.accept_invitation OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.find_account, fence.replace_password_hash, fence.note_sign_in, fence.start_session, fence.look_up_session,
    fence.renew_session, fence.end_session, fence.find_invitation, fence.accept_invitation TO aloe_auth;

-- A new organisation with its first owner invited. The operator alone makes one.
CREATE FUNCTION fence.create_organisation(new_organisation uuid, new_slug text, new_kind text, new_name text, is_synthetic boolean)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF (fence.claims()->>'organisation')::uuid IS DISTINCT FROM new_organisation OR fence.claims()->>'kind' <> 'operator' THEN
        RAISE EXCEPTION 'only the operator makes an organisation' USING ERRCODE = 'AL003';
    END IF;
    INSERT INTO aloe.organisations (organisation_id, slug, kind, name, synthetic)
    VALUES (new_organisation, new_slug, new_kind, new_name, is_synthetic);
END $$;
ALTER FUNCTION fence.create_organisation OWNER TO aloe_definer;

CREATE FUNCTION fence.invite_first_owner(new_organisation uuid, invitation uuid, address text, address_key text, owner_name text,
    invitation_hash bytea, lifetime interval)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF fence.organisation('operator') IS DISTINCT FROM new_organisation OR EXISTS (
        SELECT FROM aloe.memberships m WHERE m.organisation_id = new_organisation AND m.active) THEN
        RAISE EXCEPTION 'the operator invites the first owner and nobody after' USING ERRCODE = 'AL003';
    END IF;
    INSERT INTO aloe.invitations (organisation_id, invitation_id, email, email_key, name, roles, token_hash, expires_at)
    SELECT new_organisation, invitation, address, address_key, owner_name,
        ARRAY['owner'], invitation_hash, now() + lifetime
    FROM aloe.organisations o WHERE o.organisation_id = new_organisation;
END $$;
ALTER FUNCTION fence.invite_first_owner OWNER TO aloe_definer;

-- The demonstration's staff, in a synthetic organisation only.
CREATE FUNCTION fence.add_synthetic_member(organisation uuid, fresh_user uuid, fresh_membership uuid, address text, address_key text,
    member_name text, member_roles text[], new_hash text, diary uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    account uuid;
BEGIN
    IF fence.organisation('operator') IS DISTINCT FROM organisation OR NOT EXISTS (
        SELECT FROM aloe.organisations o WHERE o.organisation_id = organisation AND o.synthetic) THEN
        RAISE EXCEPTION 'only a synthetic organisation has synthetic members' USING ERRCODE = 'AL003';
    END IF;
    INSERT INTO aloe.users (user_id, email, email_key, name, password_hash)
    VALUES (fresh_user, address, address_key, member_name, new_hash) ON CONFLICT (email_key) DO NOTHING;
    SELECT u.user_id INTO STRICT account FROM aloe.users u WHERE u.email_key = address_key;
    INSERT INTO aloe.memberships (organisation_id, membership_id, user_id, name, email, roles, resource_id)
    VALUES (organisation, fresh_membership, account, member_name, address, member_roles, diary);
END $$;
ALTER FUNCTION fence.add_synthetic_member OWNER TO aloe_definer;

CREATE FUNCTION fence.open_synthetic(organisation uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE aloe.organisations o SET live = true WHERE o.organisation_id = organisation AND o.synthetic
        AND fence.organisation('operator') = organisation;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'only a synthetic organisation is opened by the operator' USING ERRCODE = 'AL003';
    END IF;
END $$;
ALTER FUNCTION fence.open_synthetic OWNER TO aloe_definer;

CREATE FUNCTION fence.find_organisation(wanted_slug text) RETURNS TABLE (organisation_id uuid, name text, synthetic boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT o.organisation_id, o.name, o.synthetic FROM aloe.organisations o WHERE o.slug = wanted_slug
$$;
ALTER FUNCTION fence.find_organisation OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.create_organisation, fence.invite_first_owner, fence.add_synthetic_member, fence.open_synthetic, fence.find_organisation TO aloe_operator;

-- Generic cell rate algorithm: the wait until this act is allowed, zero when it is (and then it counts).
CREATE UNLOGGED TABLE fence.throttles (
    bucket      bytea PRIMARY KEY CHECK (octet_length(bucket) = 32),
    next_free   timestamptz NOT NULL
);
ALTER TABLE fence.throttles ENABLE ROW LEVEL SECURITY;
ALTER TABLE fence.throttles FORCE ROW LEVEL SECURITY;
CREATE POLICY throttles_definer ON fence.throttles TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON fence.throttles TO aloe_definer;

CREATE FUNCTION fence.throttle(act bytea, burst int, period interval) RETURNS interval
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    wait interval := interval '0';
    tolerance interval := period * burst;
BEGIN
    INSERT INTO fence.throttles AS t (bucket, next_free) VALUES (act, clock_timestamp() + period)
    ON CONFLICT (bucket) DO UPDATE SET next_free = greatest(t.next_free, clock_timestamp()) + period
    WHERE greatest(t.next_free, clock_timestamp()) + period - clock_timestamp() <= tolerance;
    IF NOT FOUND THEN
        SELECT greatest(t.next_free + period - clock_timestamp() - tolerance, interval '1 second') INTO wait
        FROM fence.throttles t WHERE t.bucket = act;
    END IF;
    RETURN wait;
END $$;
ALTER FUNCTION fence.throttle OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.throttle TO aloe_member, aloe_public, aloe_auth;
