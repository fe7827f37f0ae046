-- The same fence and the same entries in fewer steps: what a booking costs was measured, statement by statement.

-- Verification in one expression instead of a chain of functions, each of which would set up an executor of its own.
CREATE OR REPLACE FUNCTION fence.claims() RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    context text := pg_catalog.current_setting('aloe.context', true);
    body text := substr(context, 65);
    claims jsonb;
BEGIN
    IF context IS NULL OR length(context) < 66 THEN
        RETURN NULL;
    END IF;
    claims := body::jsonb;
    -- RFC 2104 over the built-in SHA-256, as in fence.hmac_sha256.
    IF (claims->>'backend')::int = pg_catalog.pg_backend_pid()
        AND (claims->>'began')::numeric = extract(epoch FROM pg_catalog.transaction_timestamp())
        AND EXISTS (SELECT FROM fence.context_keys k WHERE k.context_key_id = (claims->>'key')::bigint
            AND pg_catalog.encode(pg_catalog.sha256(k.outer_block || pg_catalog.sha256(k.inner_block
                || pg_catalog.convert_to(body, 'UTF8'))), 'hex') = left(context, 64)) THEN
        RETURN claims;
    END IF;
    RETURN NULL;
EXCEPTION WHEN invalid_text_representation OR invalid_parameter_value THEN
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION fence.organisation(need text) RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    claims jsonb := fence.claims();
BEGIN
    IF claims IS NULL OR NOT claims->'permissions' ? need THEN
        RETURN NULL;
    END IF;
    IF claims->>'kind' = 'member' THEN
        IF NOT EXISTS (
            SELECT FROM aloe.memberships m, aloe.sessions s
            WHERE m.organisation_id = (claims->>'organisation')::uuid AND m.membership_id = (claims->>'membership')::uuid
              AND m.active AND m.access_version = (claims->>'access_version')::int
              AND s.session_id = (claims->>'session')::uuid AND s.ended_at IS NULL AND s.expires_at > now()) THEN
            RETURN NULL;
        END IF;
    END IF;
    RETURN (claims->>'organisation')::uuid;
END $$;

CREATE OR REPLACE FUNCTION fence.acting_user() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
BEGIN RETURN (fence.claims()->>'user')::uuid; END $$;
CREATE OR REPLACE FUNCTION fence.acting_membership() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
BEGIN RETURN (fence.claims()->>'membership')::uuid; END $$;
CREATE OR REPLACE FUNCTION fence.own_counter() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
BEGIN RETURN (fence.claims()->>'counter')::uuid; END $$;
CREATE OR REPLACE FUNCTION fence.subject() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
BEGIN RETURN fence.claims()->>'subject'; END $$;

-- A function in SQL that is not inlined is planned anew at each call; one in PL/pgSQL keeps its plan. These run at every
-- entrance, at every look at a session and at every search.
CREATE OR REPLACE FUNCTION fence.hmac_sha256(inner_block bytea, outer_block bytea, message bytea)
RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = '' AS $$
BEGIN RETURN pg_catalog.sha256(outer_block || pg_catalog.sha256(inner_block || message)); END $$;

CREATE OR REPLACE FUNCTION fence.permissions_of(member_roles text[], reception_may_reveal boolean)
RETURNS jsonb LANGUAGE plpgsql STABLE SET search_path = '' AS $$
BEGIN
    RETURN (SELECT coalesce(pg_catalog.jsonb_agg(DISTINCT granted.permission), '[]'::jsonb)
        FROM (SELECT p.permission FROM fence.role_permissions p WHERE p.role = ANY (member_roles)
              UNION ALL SELECT unnest(ARRAY['reveal', 'reveal_to_verify']) WHERE reception_may_reveal AND 'reception' = ANY (member_roles)) granted);
END $$;

CREATE OR REPLACE FUNCTION fence.look_up_session(access_hash bytea)
RETURNS TABLE (session_id uuid, user_id uuid, name text, email text, language text, organisation_id uuid, organisation_name text,
    organisation_slug text, organisation_kind text, membership_id uuid, member_name text, roles text[], resource_id uuid, reception_may_reveal boolean,
    synthetic boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN QUERY SELECT s.session_id, u.user_id, u.name, u.email, u.language, o.organisation_id, o.name, o.slug, o.kind, m.membership_id,
        m.name, m.roles, m.resource_id, o.reception_may_reveal, o.synthetic
    FROM aloe.session_tokens t
    JOIN aloe.sessions s ON s.session_id = t.session_id AND s.ended_at IS NULL AND s.expires_at > now()
    JOIN aloe.users u ON u.user_id = s.user_id AND u.disabled_at IS NULL
    LEFT JOIN aloe.memberships m ON m.user_id = u.user_id AND m.active
    LEFT JOIN aloe.organisations o ON o.organisation_id = m.organisation_id
    WHERE t.token_hash = access_hash AND t.use = 'access' AND t.expires_at > now()
    ORDER BY o.name;
END $$;

CREATE OR REPLACE FUNCTION audit.note(what text, verdict text, entity_name text, entity_key uuid, subject uuid, why text, detail jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    PERFORM audit.write(what, verdict, entity_name, entity_key, NULL, subject, why, NULL, detail);
END $$;

-- A number that grows with every change of what the booking pages read of an organisation's settings, so that a server
-- may keep them and ask only whether they are still these.
CREATE TABLE aloe.agenda_versions (
    organisation_id uuid PRIMARY KEY REFERENCES aloe.organisations,
    version         bigint NOT NULL DEFAULT 1
);
COMMENT ON TABLE aloe.agenda_versions IS 'retention=session; people=no';
ALTER TABLE aloe.agenda_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE aloe.agenda_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY agenda_versions_definer ON aloe.agenda_versions TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON aloe.agenda_versions TO aloe_definer;

CREATE FUNCTION aloe.count_agenda() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO aloe.agenda_versions AS known (organisation_id)
    VALUES (coalesce(NEW.organisation_id, OLD.organisation_id))
    ON CONFLICT (organisation_id) DO UPDATE SET version = known.version + 1;
    RETURN NULL;
END $$;
ALTER FUNCTION aloe.count_agenda OWNER TO aloe_definer;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['services', 'service_resources', 'resources', 'locations', 'weekly_hours', 'closures'] LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON aloe.%I FOR EACH ROW EXECUTE FUNCTION aloe.count_agenda()',
            t || '_agenda', t);
    END LOOP;
END $$;
-- Not every update of an organisation is one of its settings: each new patient takes a file number from it.
CREATE TRIGGER organisations_agenda AFTER UPDATE OF slug, kind, name, practice_number, letterhead, officer_name, officer_email,
    officer_phone, language, reception_may_reveal, live, synthetic, welcome ON aloe.organisations
    FOR EACH ROW EXECUTE FUNCTION aloe.count_agenda();
INSERT INTO aloe.agenda_versions (organisation_id) SELECT organisation_id FROM aloe.organisations;

-- Which organisation an address is, and which version of its settings is in force.
CREATE FUNCTION fence.find_agenda(wanted_slug text) RETURNS TABLE (organisation uuid, version bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN QUERY SELECT o.organisation_id, coalesce(v.version, 0) FROM aloe.organisations o
    LEFT JOIN aloe.agenda_versions v ON v.organisation_id = o.organisation_id WHERE o.slug = wanted_slug;
END $$;
ALTER FUNCTION fence.find_agenda OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.find_agenda TO aloe_public;

-- A message brings the job that delivers it: neither is ever without the other.
CREATE FUNCTION aloe.deliver_message() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO aloe.jobs (organisation_id, job_id, kind, entity_id)
    VALUES (NEW.organisation_id, pg_catalog.gen_random_uuid(), 'deliver_message', NEW.message_id);
    RETURN NULL;
END $$;
ALTER FUNCTION aloe.deliver_message OWNER TO aloe_definer;
GRANT INSERT ON aloe.jobs TO aloe_definer;
CREATE TRIGGER messages_deliver AFTER INSERT ON aloe.messages FOR EACH ROW EXECUTE FUNCTION aloe.deliver_message();

-- Claims due jobs of one organisation and one kind together: they are entered, done and ended together. A job that failed
-- before is claimed alone, so that it does not take others with it.
CREATE FUNCTION fence.claim_jobs(secret_hash bytea, lease interval, most int)
RETURNS TABLE (job_id uuid, kind text, entity_id uuid) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    oldest aloe.jobs%ROWTYPE;
BEGIN
    SELECT * INTO oldest FROM aloe.jobs d WHERE d.run_at <= now() ORDER BY d.run_at LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY UPDATE aloe.jobs j SET claim_hash = secret_hash, claimed_until = now() + lease, attempts = j.attempts + 1, run_at = now() + lease
    FROM (SELECT d.job_id FROM aloe.jobs d
          WHERE d.organisation_id = oldest.organisation_id AND d.kind = oldest.kind AND d.run_at <= now()
              AND (d.job_id = oldest.job_id OR (oldest.attempts = 0 AND d.attempts = 0))
          ORDER BY d.job_id = oldest.job_id DESC LIMIT most FOR UPDATE SKIP LOCKED) due
    WHERE j.organisation_id = oldest.organisation_id AND j.job_id = due.job_id
    RETURNING j.job_id, j.kind, j.entity_id;
END $$;
ALTER FUNCTION fence.claim_jobs OWNER TO aloe_definer;

-- Claimed jobs enter with the secret of their claim, and get the organisation and what they are about from their own rows.
CREATE FUNCTION fence.enter_jobs(secret_hash bytea, request uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    claimed record;
BEGIN
    SELECT pg_catalog.min(j.organisation_id::text)::uuid AS organisation, pg_catalog.min(j.kind) AS kind, count(DISTINCT j.organisation_id) AS organisations,
        pg_catalog.jsonb_agg(j.entity_id) AS entities INTO claimed
    FROM aloe.jobs j WHERE j.claim_hash = secret_hash AND j.claimed_until > now();
    IF claimed.organisations <> 1 THEN
        RAISE EXCEPTION 'these jobs are not claimed' USING ERRCODE = 'AL010';
    END IF;
    PERFORM fence.write_context(pg_catalog.jsonb_build_object('kind', 'job', 'organisation', claimed.organisation,
        'actor', 'system: ' || claimed.kind, 'subjects', claimed.entities, 'claim', pg_catalog.encode(secret_hash, 'hex'),
        'permissions', '["job"]'::jsonb, 'request', request));
    RETURN claimed.organisation;
END $$;
ALTER FUNCTION fence.enter_jobs OWNER TO aloe_definer;

-- What the entered jobs are about.
CREATE FUNCTION fence.subjects() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
BEGIN RETURN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(fence.claims()->'subjects')); END $$;
ALTER FUNCTION fence.subjects OWNER TO aloe_definer;
CREATE POLICY messages_jobs ON aloe.messages TO aloe_job
    USING (organisation_id = (SELECT fence.organisation('job')) AND message_id::text = ANY ((SELECT fence.subjects())::text[]))
    WITH CHECK (organisation_id = (SELECT fence.organisation('job')) AND message_id::text = ANY ((SELECT fence.subjects())::text[]));

-- Ends the entered jobs (done), or puts them off to try again.
CREATE FUNCTION fence.finish_jobs() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    claims jsonb := fence.claims();
BEGIN
    DELETE FROM aloe.jobs j WHERE j.claim_hash = pg_catalog.decode(claims->>'claim', 'hex')
        AND j.organisation_id = (claims->>'organisation')::uuid;
END $$;
CREATE FUNCTION fence.postpone_jobs(wait interval, why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    claims jsonb := fence.claims();
BEGIN
    UPDATE aloe.jobs j SET run_at = now() + wait, claim_hash = NULL, claimed_until = NULL, last_error = left(why, 200)
    WHERE j.claim_hash = pg_catalog.decode(claims->>'claim', 'hex') AND j.organisation_id = (claims->>'organisation')::uuid;
END $$;
ALTER FUNCTION fence.finish_jobs OWNER TO aloe_definer;
ALTER FUNCTION fence.postpone_jobs OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.claim_jobs, fence.enter_jobs, fence.subjects, fence.finish_jobs, fence.postpone_jobs TO aloe_job;
-- A job enters by its claim, before it is known whose it is.
CREATE INDEX jobs_claimed ON aloe.jobs (claim_hash) WHERE claim_hash IS NOT NULL;

-- The cheap tests first: a policy that is not for this row is left before the context is verified for it.
ALTER POLICY occupancies_hold ON aloe.occupancies
    WITH CHECK (booking_id IS NULL AND expires_at <= now() + interval '15 minutes' AND organisation_id = (SELECT fence.organisation('public')));
ALTER POLICY occupancies_book ON aloe.occupancies
    WITH CHECK (booking_id IS NOT NULL AND organisation_id = (SELECT fence.organisation('person')));
ALTER POLICY occupancies_move ON aloe.occupancies
    WITH CHECK (booking_id::text = (SELECT fence.subject()) AND organisation_id = (SELECT fence.organisation('link')));

-- Rows of minutes need no look at the organisation they belong to: the policy has just compared it with the entered one.
ALTER TABLE aloe.changes DROP CONSTRAINT changes_organisation_id_fkey;
ALTER TABLE aloe.idempotency_keys DROP CONSTRAINT idempotency_keys_organisation_id_fkey;
ALTER TABLE aloe.jobs DROP CONSTRAINT jobs_organisation_id_fkey;
