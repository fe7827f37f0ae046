-- Work that is not a request: messages, jobs, idempotency, and the changes that live pages follow.

CREATE TABLE aloe.messages (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    message_id      uuid NOT NULL,
    channel         text NOT NULL CHECK (channel IN ('sms', 'email')),
    template        text NOT NULL,
    language        text NOT NULL,
    sealed          bytea NOT NULL,
    key_version     integer NOT NULL,
    booking_id      uuid,
    dedupe_key      text COLLATE "C" NOT NULL,
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'shown', 'sent', 'failed', 'suppressed')),
    state_reason    text NOT NULL DEFAULT '',
    attempts        smallint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now(),
    settled_at      timestamptz,
    PRIMARY KEY (organisation_id, message_id),
    UNIQUE (organisation_id, dedupe_key),
    FOREIGN KEY (organisation_id, booking_id) REFERENCES aloe.bookings
);
CREATE INDEX messages_created ON aloe.messages (organisation_id, created_at DESC);
CREATE INDEX messages_booking ON aloe.messages (organisation_id, booking_id);
COMMENT ON TABLE aloe.messages IS 'retention=message; people=yes';
COMMENT ON COLUMN aloe.messages.sealed IS 'recipient, subject and body, sealed under the organisation''s key';

CREATE TABLE aloe.jobs (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    job_id          uuid NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    entity_id       uuid NOT NULL,
    run_at          timestamptz NOT NULL DEFAULT now(),
    attempts        smallint NOT NULL DEFAULT 0,
    claim_hash      bytea CHECK (octet_length(claim_hash) = 32),
    claimed_until   timestamptz,
    last_error      text NOT NULL DEFAULT '',
    PRIMARY KEY (organisation_id, job_id),
    UNIQUE (organisation_id, kind, entity_id)
);
CREATE INDEX jobs_due ON aloe.jobs (run_at);
COMMENT ON TABLE aloe.jobs IS 'retention=session; people=no';

-- A repeated request finds the answer of the first. The fingerprint catches a key used for something else.
CREATE TABLE aloe.idempotency_keys (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    key_hash        bytea NOT NULL CHECK (octet_length(key_hash) = 32),
    fingerprint     bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    answer          uuid NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, key_hash)
);
COMMENT ON TABLE aloe.idempotency_keys IS 'retention=session; people=no';

-- What changed, for pages that are open. NOTIFY inside a business transaction would take one lock for
-- all commits, so a dispatcher takes these rows and notifies.
CREATE TABLE aloe.changes (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    change_id       bigint GENERATED ALWAYS AS IDENTITY,
    topic           text NOT NULL,
    PRIMARY KEY (organisation_id, change_id)
);
COMMENT ON TABLE aloe.changes IS 'retention=session; people=no';

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['messages', 'jobs', 'idempotency_keys', 'changes'] LOOP
        EXECUTE format('ALTER TABLE aloe.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE aloe.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR INSERT TO aloe_member WITH CHECK (organisation_id = (SELECT fence.organisation(''member'')))', t || '_member', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR INSERT TO aloe_public WITH CHECK (organisation_id = (SELECT fence.organisation(''public'')))', t || '_public', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR INSERT TO aloe_operator WITH CHECK (organisation_id = (SELECT fence.organisation(''operator'')))', t || '_operator', t);
        EXECUTE format('GRANT INSERT ON aloe.%I TO aloe_member, aloe_public, aloe_operator', t);
    END LOOP;
END $$;
CREATE POLICY messages_read ON aloe.messages FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('settings')) OR organisation_id = (SELECT fence.organisation('schedule')));
CREATE POLICY messages_job ON aloe.messages TO aloe_job
    USING (organisation_id = (SELECT fence.organisation('job')) AND message_id::text = (SELECT fence.subject()))
    WITH CHECK (organisation_id = (SELECT fence.organisation('job')) AND message_id::text = (SELECT fence.subject()));
GRANT SELECT ON aloe.messages TO aloe_member, aloe_job;
GRANT UPDATE (state, state_reason, attempts, settled_at) ON aloe.messages TO aloe_job;
CREATE POLICY idempotency_keys_read_member ON aloe.idempotency_keys FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('member')));
CREATE POLICY idempotency_keys_read_public ON aloe.idempotency_keys FOR SELECT TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('public')));
GRANT SELECT ON aloe.idempotency_keys TO aloe_member, aloe_public;
CREATE POLICY jobs_definer ON aloe.jobs TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE, DELETE ON aloe.jobs TO aloe_definer;
CREATE POLICY changes_definer ON aloe.changes TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON aloe.changes TO aloe_definer;

-- Claims one due job. The claim's secret is what the job enters with; a job whose worker died is due again.
CREATE FUNCTION fence.claim_job(secret_hash bytea, lease interval)
RETURNS TABLE (job_id uuid, kind text, entity_id uuid, attempts smallint) LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    UPDATE aloe.jobs j SET claim_hash = secret_hash, claimed_until = now() + lease, attempts = j.attempts + 1, run_at = now() + lease
    WHERE (j.organisation_id, j.job_id) = (
        SELECT d.organisation_id, d.job_id FROM aloe.jobs d WHERE d.run_at <= now() ORDER BY d.run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING j.job_id, j.kind, j.entity_id, j.attempts
$$;
ALTER FUNCTION fence.claim_job OWNER TO aloe_definer;

-- A job enters with its id and the secret of its claim, and gets the organisation from its own row.
CREATE FUNCTION fence.enter_job(job uuid, secret_hash bytea, request uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    claimed record;
BEGIN
    SELECT j.organisation_id, j.entity_id, j.kind INTO claimed FROM aloe.jobs j
    WHERE j.job_id = job AND j.claim_hash = secret_hash AND j.claimed_until > now();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this job is not claimed' USING ERRCODE = 'AL010';
    END IF;
    PERFORM fence.write_context(pg_catalog.jsonb_build_object('kind', 'job', 'organisation', claimed.organisation_id,
        'actor', 'system: ' || claimed.kind, 'subject', claimed.entity_id, 'job', job, 'permissions', '["job"]'::jsonb, 'request', request));
    RETURN claimed.organisation_id;
END $$;
ALTER FUNCTION fence.enter_job OWNER TO aloe_definer;

-- Ends the entered job (done), or puts it off to try again.
CREATE FUNCTION fence.finish_job() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    DELETE FROM aloe.jobs j WHERE j.organisation_id = fence.organisation('job') AND j.job_id = (fence.claims()->>'job')::uuid
$$;
CREATE FUNCTION fence.postpone_job(wait interval, why text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    UPDATE aloe.jobs j SET run_at = now() + wait, claim_hash = NULL, claimed_until = NULL, last_error = left(why, 200)
    WHERE j.organisation_id = fence.organisation('job') AND j.job_id = (fence.claims()->>'job')::uuid
$$;
ALTER FUNCTION fence.finish_job OWNER TO aloe_definer;
ALTER FUNCTION fence.postpone_job OWNER TO aloe_definer;

-- The dispatcher takes committed changes, each organisation and topic once, and notifies.
CREATE FUNCTION fence.dispatch_changes() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    WITH taken AS (DELETE FROM aloe.changes RETURNING organisation_id, topic),
         told AS (SELECT pg_catalog.pg_notify('aloe_changes', organisation_id::text || ' ' || topic)
                  FROM (SELECT DISTINCT organisation_id, topic FROM taken) distinct_changes)
    SELECT count(*) FROM told
$$;
ALTER FUNCTION fence.dispatch_changes OWNER TO aloe_definer;

-- Housekeeping that belongs to no organisation: spent tokens, proofs, holds, throttles and answers past their use.
CREATE FUNCTION fence.tidy() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    DELETE FROM aloe.session_tokens t WHERE t.expires_at < now() - interval '1 day';
    DELETE FROM aloe.phone_proofs p WHERE p.expires_at < now() - interval '1 day';
    DELETE FROM aloe.booking_links l WHERE l.expires_at < now() - interval '1 day';
    DELETE FROM aloe.occupancies o WHERE o.expires_at < now();
    DELETE FROM aloe.idempotency_keys k WHERE k.created_at < now() - interval '1 day';
    DELETE FROM fence.throttles t WHERE t.next_free < now() - interval '1 day';
END $$;
ALTER FUNCTION fence.tidy OWNER TO aloe_definer;
CREATE POLICY occupancies_tidy ON aloe.occupancies FOR DELETE TO aloe_definer USING (expires_at IS NOT NULL);
GRANT DELETE ON aloe.occupancies TO aloe_definer;
CREATE POLICY idempotency_keys_tidy ON aloe.idempotency_keys TO aloe_definer USING (true);
GRANT SELECT, DELETE ON aloe.idempotency_keys TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.claim_job, fence.enter_job, fence.finish_job, fence.postpone_job, fence.dispatch_changes, fence.tidy TO aloe_job;

CREATE TRIGGER messages_audit AFTER UPDATE ON aloe.messages
    FOR EACH ROW EXECUTE FUNCTION audit.record('message_id', '', 'sealed,message_id,key_version,attempts,settled_at');
