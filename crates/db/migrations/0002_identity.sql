-- Who people are, and where they belong. Users and sessions cross organisations, so no
-- organisation's policy can hold them: only the definer reads them, through functions.

CREATE TABLE aloe.organisations (
    organisation_id      uuid PRIMARY KEY,
    slug                 text COLLATE "C" NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
    kind                 text NOT NULL CHECK (kind IN ('practice', 'public_office')),
    name                 text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    practice_number      text CHECK (practice_number ~ '^(\d{7}|\d{13})$'),
    letterhead           text NOT NULL DEFAULT '' CHECK (length(letterhead) <= 1000),
    officer_name         text NOT NULL DEFAULT '',
    officer_email        text NOT NULL DEFAULT '',
    officer_phone        text NOT NULL DEFAULT '',
    language             text NOT NULL DEFAULT 'en',
    reception_may_reveal boolean NOT NULL DEFAULT false,
    live                 boolean NOT NULL DEFAULT false,
    synthetic            boolean NOT NULL DEFAULT false,
    welcome              text NOT NULL DEFAULT '' CHECK (length(welcome) <= 600),
    file_number          bigint NOT NULL DEFAULT 0,
    created_at           timestamptz NOT NULL DEFAULT now(),
    version              integer NOT NULL DEFAULT 1
);
COMMENT ON TABLE aloe.organisations IS 'retention=configuration; people=yes';

CREATE TABLE aloe.users (
    user_id       uuid PRIMARY KEY,
    email         text NOT NULL CHECK (length(email) <= 254),
    email_key     text COLLATE "C" NOT NULL UNIQUE,
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    password_hash text NOT NULL,
    language      text NOT NULL DEFAULT 'en',
    created_at    timestamptz NOT NULL DEFAULT now(),
    disabled_at   timestamptz
);
COMMENT ON TABLE aloe.users IS 'retention=configuration; people=yes';

CREATE TABLE aloe.sessions (
    session_id   uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES aloe.users,
    started_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    source       inet,
    device       text NOT NULL DEFAULT '' CHECK (length(device) <= 200),
    ended_at     timestamptz,
    ended_why    text
);
CREATE INDEX sessions_user ON aloe.sessions (user_id) WHERE ended_at IS NULL;
COMMENT ON TABLE aloe.sessions IS 'retention=session; people=yes';

-- Access and refresh tokens, as SHA-256 of 256 random bits. A refresh token is spent once;
-- within ten seconds a lost answer or a second tab is forgiven, later use ends the session.
CREATE TABLE aloe.session_tokens (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    session_id uuid NOT NULL REFERENCES aloe.sessions ON DELETE CASCADE,
    use        text NOT NULL CHECK (use IN ('access', 'refresh')),
    expires_at timestamptz NOT NULL,
    spent_at   timestamptz
);
CREATE INDEX session_tokens_session ON aloe.session_tokens (session_id);
COMMENT ON TABLE aloe.session_tokens IS 'retention=session; people=no';

CREATE TABLE aloe.memberships (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    membership_id   uuid NOT NULL,
    user_id         uuid NOT NULL REFERENCES aloe.users,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    email           text NOT NULL,
    roles           text[] NOT NULL CHECK (roles <@ ARRAY['reception','practitioner','administrator','owner','counter','manager']
                                            AND cardinality(roles) > 0),
    resource_id     uuid,
    active          boolean NOT NULL DEFAULT true,
    access_version  integer NOT NULL DEFAULT 1,
    joined_at       timestamptz NOT NULL DEFAULT now(),
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, membership_id),
    UNIQUE (organisation_id, user_id)
);
CREATE INDEX memberships_user ON aloe.memberships (user_id);
COMMENT ON TABLE aloe.memberships IS 'retention=configuration; people=yes';

CREATE TABLE aloe.invitations (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    invitation_id   uuid NOT NULL,
    email           text NOT NULL CHECK (length(email) <= 254),
    email_key       text COLLATE "C" NOT NULL,
    name            text NOT NULL,
    roles           text[] NOT NULL CHECK (roles <@ ARRAY['reception','practitioner','administrator','owner','counter','manager']
                                            AND cardinality(roles) > 0),
    token_hash      bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    expires_at      timestamptz NOT NULL,
    invited_by      uuid,
    invited_at      timestamptz NOT NULL DEFAULT now(),
    accepted_at     timestamptz,
    withdrawn_at    timestamptz,
    PRIMARY KEY (organisation_id, invitation_id)
);
COMMENT ON TABLE aloe.invitations IS 'retention=configuration; people=yes';

INSERT INTO fence.role_permissions (role, permission)
SELECT role, unnest(string_to_array(permissions, ' ')) FROM (VALUES
    ('reception', 'schedule patients audit_own'),
    ('practitioner', 'schedule patients overbook clinical reveal reveal_to_verify audit_own_patients audit_own'),
    ('administrator', 'schedule patients overbook clinical reveal reveal_to_verify team settings audit_all audit_own_patients audit_own'),
    ('owner', 'schedule patients overbook clinical reveal reveal_to_verify team settings owners export keys audit_all audit_own_patients audit_own'),
    ('counter', 'schedule patients reveal_to_verify audit_own'),
    ('manager', 'schedule patients overbook reveal reveal_to_verify team settings audit_all audit_own')) granted (role, permissions);

-- The permissions of a set of roles in an organisation. Reception reveals only where an owner granted it.
CREATE FUNCTION fence.permissions_of(member_roles text[], reception_may_reveal boolean)
RETURNS jsonb LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT coalesce(pg_catalog.jsonb_agg(DISTINCT permission), '[]'::jsonb)
    FROM (SELECT p.permission FROM fence.role_permissions p WHERE p.role = ANY (member_roles)
          UNION ALL SELECT unnest(ARRAY['reveal', 'reveal_to_verify']) WHERE reception_may_reveal AND 'reception' = ANY (member_roles)) granted
$$;
ALTER FUNCTION fence.permissions_of OWNER TO aloe_definer;

-- The organisation of this transaction when its context is genuine, grants `need`, and, for a
-- member, the session and the membership are still active and unchanged; else NULL.
CREATE FUNCTION fence.organisation(need text) RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    claims jsonb := fence.claims();
BEGIN
    IF claims IS NULL OR NOT claims->'permissions' ? need THEN
        RETURN NULL;
    END IF;
    IF claims->>'kind' = 'member' AND NOT EXISTS (
        SELECT FROM aloe.memberships m, aloe.sessions s
        WHERE m.organisation_id = (claims->>'organisation')::uuid AND m.membership_id = (claims->>'membership')::uuid
          AND m.active AND m.access_version = (claims->>'access_version')::int
          AND s.session_id = (claims->>'session')::uuid AND s.ended_at IS NULL AND s.expires_at > now()) THEN
        RETURN NULL;
    END IF;
    RETURN (claims->>'organisation')::uuid;
END $$;
ALTER FUNCTION fence.organisation OWNER TO aloe_definer;

-- The single claims that policies compare with. NULL without a genuine context.
CREATE FUNCTION fence.acting_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = ''
    AS $$ SELECT (fence.claims()->>'user')::uuid $$;
CREATE FUNCTION fence.acting_membership() RETURNS uuid LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = ''
    AS $$ SELECT (fence.claims()->>'membership')::uuid $$;
-- The counter that someone is bound to who serves one counter and nothing else; NULL for everybody else.
CREATE FUNCTION fence.own_counter() RETURNS uuid LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = ''
    AS $$ SELECT (fence.claims()->>'counter')::uuid $$;
CREATE FUNCTION fence.subject() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = ''
    AS $$ SELECT fence.claims()->>'subject' $$;
ALTER FUNCTION fence.acting_user OWNER TO aloe_definer;
ALTER FUNCTION fence.acting_membership OWNER TO aloe_definer;
ALTER FUNCTION fence.own_counter OWNER TO aloe_definer;
ALTER FUNCTION fence.subject OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.organisation, fence.acting_user, fence.acting_membership, fence.own_counter, fence.subject
    TO aloe_member, aloe_public, aloe_auth, aloe_job, aloe_operator;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['organisations', 'users', 'sessions', 'session_tokens', 'memberships', 'invitations'] LOOP
        EXECUTE format('ALTER TABLE aloe.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE aloe.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_definer USING (true) WITH CHECK (true)', t || '_definer', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON aloe.%I TO aloe_definer', t);
    END LOOP;
END $$;

CREATE POLICY organisations_member ON aloe.organisations FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('member')));
CREATE POLICY organisations_settings ON aloe.organisations FOR UPDATE TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('settings'))) WITH CHECK (organisation_id = (SELECT fence.organisation('settings')));
CREATE POLICY organisations_public ON aloe.organisations FOR SELECT TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('public')));
CREATE POLICY organisations_job ON aloe.organisations FOR SELECT TO aloe_job
    USING (organisation_id = (SELECT fence.organisation('job')));
CREATE POLICY organisations_operator ON aloe.organisations FOR SELECT TO aloe_operator
    USING (organisation_id = (SELECT fence.organisation('operator')));
GRANT SELECT ON aloe.organisations TO aloe_member, aloe_public, aloe_job, aloe_operator;
GRANT UPDATE (name, practice_number, letterhead, officer_name, officer_email, officer_phone, language, reception_may_reveal,
    live, welcome) ON aloe.organisations TO aloe_member;

CREATE POLICY memberships_member ON aloe.memberships FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('member')));
CREATE POLICY memberships_team ON aloe.memberships FOR UPDATE TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('team'))) WITH CHECK (organisation_id = (SELECT fence.organisation('team')));
GRANT SELECT ON aloe.memberships TO aloe_member;
GRANT UPDATE (name, roles, resource_id, active) ON aloe.memberships TO aloe_member;

CREATE POLICY invitations_team ON aloe.invitations TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('team'))) WITH CHECK (organisation_id = (SELECT fence.organisation('team')));
GRANT SELECT (organisation_id, invitation_id, email, email_key, name, roles, expires_at, invited_by, invited_at, accepted_at, withdrawn_at),
    INSERT, UPDATE (withdrawn_at) ON aloe.invitations TO aloe_member;
