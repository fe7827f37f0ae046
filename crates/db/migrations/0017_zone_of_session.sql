-- A session says in which zone its organisation's times are shown: its first place's, as the calendar does. A new name, since
-- the previous version goes on calling the old function while it serves.
CREATE FUNCTION fence.session_of(access_hash bytea)
RETURNS TABLE (session_id uuid, user_id uuid, name text, email text, language text, organisation_id uuid, organisation_name text,
    organisation_slug text, organisation_kind text, membership_id uuid, member_name text, roles text[], resource_id uuid, reception_may_reveal boolean,
    synthetic boolean, time_zone text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN QUERY SELECT s.session_id, u.user_id, u.name, u.email, u.language, o.organisation_id, o.name, o.slug, o.kind, m.membership_id,
        m.name, m.roles, m.resource_id, o.reception_may_reveal, o.synthetic,
        (SELECT l.time_zone FROM aloe.locations l WHERE l.organisation_id = o.organisation_id ORDER BY l.name LIMIT 1)
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND s.ended_at IS NULL AND s.expires_at > now()
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    LEFT JOIN aloe.memberships m ON m.user_id = u.user_id AND m.active
    LEFT JOIN aloe.organisations o ON o.organisation_id = m.organisation_id
    WHERE t.token_hash = access_hash AND t.use = 'access' AND t.expires_at > now()
    ORDER BY o.name;
END $$;
ALTER FUNCTION fence.session_of OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.session_of TO aloe_auth;
CREATE POLICY locations_session ON aloe.locations FOR SELECT TO aloe_definer USING (true);
GRANT SELECT (organisation_id, name, time_zone) ON aloe.locations TO aloe_definer;

-- How many organisations hold invented people and how many do not, before the operator mixes them.
CREATE FUNCTION fence.count_organisations() RETURNS TABLE (synthetic bigint, genuine bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN QUERY SELECT count(*) FILTER (WHERE o.synthetic), count(*) FILTER (WHERE NOT o.synthetic) FROM aloe.organisations o;
END $$;
ALTER FUNCTION fence.count_organisations OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.count_organisations TO aloe_operator;
