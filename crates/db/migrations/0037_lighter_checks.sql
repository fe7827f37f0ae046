-- Every request pays for the check of its session, and every transaction for entering: they say the same with the session and its
-- user looked up once, and the rules of fence.is_live and fence.needs_factor written out, since a whole row handed to a function
-- costs more than the columns that it reads.

CREATE OR REPLACE FUNCTION fence.session_at(access_hash bytea, asking text)
RETURNS TABLE (session_id uuid, user_id uuid, name text, email text, language text, organisation_id uuid, organisation_name text,
    organisation_slug text, organisation_kind text, membership_id uuid, member_name text, roles text[], resource_id uuid, reception_may_reveal boolean,
    synthetic boolean, time_zone text, has_factor boolean, owes_factor boolean, at_most text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own record;
BEGIN
    SELECT s.session_id, s.user_id, s.last_used_at, s.strong_at, s.permissions, t.used_at, u.name, u.email, u.language INTO own
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND s.ended_at IS NULL AND s.expires_at > now() AND s.last_used_at > now() - s.idle
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    WHERE t.token_hash = access_hash AND t.use = 'access' AND t.expires_at > now();
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF own.used_at IS NULL AND asking <> 'renewal' THEN
        UPDATE aloe.session_tokens t SET used_at = now() WHERE t.token_hash = access_hash AND t.used_at IS NULL;
    END IF;
    IF asking = 'person' AND own.last_used_at < now() - interval '1 minute' THEN
        UPDATE aloe.sessions s SET last_used_at = now() WHERE s.session_id = own.session_id AND s.last_used_at < now() - interval '1 minute';
    END IF;
    RETURN QUERY SELECT own.session_id, own.user_id, own.name, own.email, own.language, o.organisation_id, o.name, o.slug, o.kind, m.membership_id,
        m.name, m.roles, m.resource_id, o.reception_may_reveal, o.synthetic,
        (SELECT l.time_zone FROM aloe.locations l WHERE l.organisation_id = o.organisation_id ORDER BY l.name LIMIT 1),
        EXISTS (SELECT FROM aloe.factors f WHERE f.user_id = own.user_id AND f.confirmed_at IS NOT NULL),
        coalesce((o.factor_for_all OR 'owner' = ANY (m.roles) OR m.roles && ARRAY['administrator', 'manager'] AND NOT o.factor_optional)
            AND own.strong_at IS NULL, false), own.permissions
    FROM (SELECT own.user_id AS key) one
    LEFT JOIN aloe.memberships m ON m.user_id = one.key AND m.active
    LEFT JOIN aloe.organisations o ON o.organisation_id = m.organisation_id
    ORDER BY o.name;
END $$;

CREATE OR REPLACE FUNCTION fence.enter_member(token_hash bytea, organisation uuid, source inet, request uuid)
RETURNS TABLE (membership_id uuid, actor text, permissions text[]) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who record;
    granted jsonb;
BEGIN
    SELECT m.membership_id, m.user_id, m.name, m.roles, m.resource_id, m.access_version, s.session_id, s.permissions AS at_most,
        o.reception_may_reveal, o.kind, (o.factor_for_all OR 'owner' = ANY (m.roles) OR m.roles && ARRAY['administrator', 'manager'] AND NOT o.factor_optional)
            AND s.strong_at IS NULL AS owes_factor
    INTO who
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND s.ended_at IS NULL AND s.expires_at > now() AND s.last_used_at > now() - s.idle
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
