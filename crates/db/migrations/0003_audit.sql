-- The audit trail. Row triggers record every change in the same transaction; reads that matter
-- are recorded by `audit.note`. No runtime login can change or delete an entry.

CREATE TABLE aloe.audit_entries (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    audit_entry_id  bigint GENERATED ALWAYS AS IDENTITY,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_kind      text NOT NULL,
    user_id         uuid,
    actor           text NOT NULL,
    roles           text NOT NULL DEFAULT '',
    session_id      uuid,
    source          inet,
    request_id      uuid,
    action          text NOT NULL,
    outcome         text NOT NULL DEFAULT 'done' CHECK (outcome IN ('done', 'denied')),
    entity          text COLLATE "C" NOT NULL,
    entity_id       uuid,
    row_version     integer,
    patient_id      uuid,
    purpose         text NOT NULL DEFAULT '',
    before          jsonb,
    after           jsonb,
    PRIMARY KEY (organisation_id, audit_entry_id)
);
CREATE INDEX audit_entries_at ON aloe.audit_entries (organisation_id, at DESC);
CREATE INDEX audit_entries_patient ON aloe.audit_entries (organisation_id, patient_id, at DESC) WHERE patient_id IS NOT NULL;
CREATE INDEX audit_entries_user ON aloe.audit_entries (organisation_id, user_id, at DESC);
COMMENT ON TABLE aloe.audit_entries IS 'retention=audit; people=yes';
ALTER TABLE aloe.audit_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE aloe.audit_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_entries_definer ON aloe.audit_entries FOR INSERT TO aloe_definer WITH CHECK (true);
CREATE POLICY audit_entries_all ON aloe.audit_entries FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('audit_all')));
CREATE POLICY audit_entries_own ON aloe.audit_entries FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('audit_own')) AND user_id = (SELECT fence.acting_user()));
GRANT INSERT ON aloe.audit_entries TO aloe_definer;
GRANT SELECT ON aloe.audit_entries TO aloe_member;

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the audit trail is never changed or deleted' USING ERRCODE = 'AL002';
END $$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON aloe.audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON aloe.audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- Writes one entry under the claims of this transaction. Without claims there is no entry,
-- and without an entry there is no change.
CREATE FUNCTION audit.write(what text, verdict text, entity_name text, entity_key uuid, entity_version int,
    subject uuid, why text, was jsonb, became jsonb, in_organisation uuid DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    claims jsonb := fence.claims();
BEGIN
    IF claims IS NULL THEN
        RAISE EXCEPTION 'nothing is changed or read without knowing who does it' USING ERRCODE = 'AL003';
    END IF;
    INSERT INTO aloe.audit_entries (organisation_id, actor_kind, user_id, actor, roles, session_id, source, request_id,
        action, outcome, entity, entity_id, row_version, patient_id, purpose, before, after)
    VALUES (coalesce(in_organisation, (claims->>'organisation')::uuid), claims->>'kind', (claims->>'user')::uuid, claims->>'actor',
        coalesce(claims->>'roles', ''), (claims->>'session')::uuid, (claims->>'source')::inet, (claims->>'request')::uuid,
        what, verdict, entity_name, entity_key, entity_version, subject, why, was, became);
END $$;
ALTER FUNCTION audit.write OWNER TO aloe_definer;

-- Records a read that matters, or an attempt that was refused.
CREATE FUNCTION audit.note(what text, verdict text, entity_name text, entity_key uuid, subject uuid, why text, detail jsonb)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    SELECT audit.write(what, verdict, entity_name, entity_key, NULL, subject, why, NULL, detail)
$$;
ALTER FUNCTION audit.note OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION audit.note TO aloe_member, aloe_public, aloe_auth, aloe_job, aloe_operator;

-- Row trigger. Arguments: the entity's key column, the data subject's column or '', and the
-- columns that are left out of the entry (token hashes, bookkeeping), separated by commas.
CREATE FUNCTION audit.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    left_out text[] := pg_catalog.string_to_array(coalesce(TG_ARGV[2], ''), ',') || ARRAY['organisation_id', 'version'];
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN pg_catalog.to_jsonb(OLD) END;
    became jsonb := CASE WHEN TG_OP <> 'DELETE' THEN pg_catalog.to_jsonb(NEW) END;
    row_now jsonb := coalesce(became, was);
    changed_before jsonb := was - left_out;
    changed_after jsonb := became - left_out;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT pg_catalog.jsonb_object_agg(o.key, o.value), pg_catalog.jsonb_object_agg(o.key, became->o.key)
        INTO changed_before, changed_after
        FROM pg_catalog.jsonb_each(was - left_out) o WHERE o.value IS DISTINCT FROM became->o.key;
        IF changed_before IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    PERFORM audit.write(pg_catalog.lower(TG_OP), 'done', TG_TABLE_NAME::text, (row_now->>TG_ARGV[0])::uuid, (row_now->>'version')::int,
        CASE WHEN coalesce(TG_ARGV[1], '') <> '' THEN (row_now->>TG_ARGV[1])::uuid END, '', changed_before, changed_after,
        (row_now->>'organisation_id')::uuid);
    RETURN NULL;
END $$;
ALTER FUNCTION audit.record OWNER TO aloe_definer;

-- Row versions: a stale edit is shown to its author, never overwritten.
CREATE FUNCTION aloe.count_version() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER organisations_version BEFORE UPDATE ON aloe.organisations FOR EACH ROW EXECUTE FUNCTION aloe.count_version();
CREATE TRIGGER memberships_version BEFORE UPDATE ON aloe.memberships FOR EACH ROW EXECUTE FUNCTION aloe.count_version();
CREATE TRIGGER organisations_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.organisations
    FOR EACH ROW EXECUTE FUNCTION audit.record('organisation_id', '', 'file_number,created_at');
CREATE TRIGGER memberships_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.memberships
    FOR EACH ROW EXECUTE FUNCTION audit.record('membership_id', '', 'access_version,membership_id');
CREATE TRIGGER invitations_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.invitations
    FOR EACH ROW EXECUTE FUNCTION audit.record('invitation_id', '', 'token_hash,email_key,invitation_id');

-- A change of roles or standing takes effect on the member's next statement, and an
-- organisation always keeps one active owner. The lock on the organisation makes two owners
-- who remove each other at once take turns.
CREATE FUNCTION aloe.guard_membership() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    owners_changed boolean := (OLD.active AND 'owner' = ANY (OLD.roles)) <> (NEW.active AND 'owner' = ANY (NEW.roles));
BEGIN
    PERFORM FROM aloe.organisations WHERE organisation_id = NEW.organisation_id FOR NO KEY UPDATE;
    IF owners_changed AND fence.claims()->>'kind' = 'member' AND fence.organisation('owners') IS NULL THEN
        RAISE EXCEPTION 'only an owner makes or unmakes owners' USING ERRCODE = 'AL004';
    END IF;
    IF NEW.roles IS DISTINCT FROM OLD.roles OR NEW.active <> OLD.active OR NEW.resource_id IS DISTINCT FROM OLD.resource_id THEN
        NEW.access_version := OLD.access_version + 1;
    END IF;
    IF OLD.active AND 'owner' = ANY (OLD.roles) AND NOT (NEW.active AND 'owner' = ANY (NEW.roles)) AND NOT EXISTS (
        SELECT FROM aloe.memberships m WHERE m.organisation_id = NEW.organisation_id AND m.membership_id <> NEW.membership_id
        AND m.active AND 'owner' = ANY (m.roles)) THEN
        RAISE EXCEPTION 'an organisation keeps at least one owner' USING ERRCODE = 'AL005';
    END IF;
    RETURN NEW;
END $$;
ALTER FUNCTION aloe.guard_membership OWNER TO aloe_definer;
CREATE TRIGGER memberships_guard BEFORE UPDATE ON aloe.memberships FOR EACH ROW EXECUTE FUNCTION aloe.guard_membership();

-- Whether reception reveals identifiers is an owner's decision.
CREATE FUNCTION aloe.guard_organisation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NEW.reception_may_reveal <> OLD.reception_may_reveal AND fence.organisation('owners') IS NULL THEN
        RAISE EXCEPTION 'only an owner lets reception reveal' USING ERRCODE = 'AL003';
    END IF;
    RETURN NEW;
END $$;
ALTER FUNCTION aloe.guard_organisation OWNER TO aloe_definer;
CREATE TRIGGER organisations_guard BEFORE UPDATE OF reception_may_reveal ON aloe.organisations
    FOR EACH ROW EXECUTE FUNCTION aloe.guard_organisation();

-- An invitation to be an owner is an owner's to give.
CREATE FUNCTION aloe.guard_invitation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF 'owner' = ANY (NEW.roles) AND fence.claims()->>'kind' = 'member' AND fence.organisation('owners') IS NULL THEN
        RAISE EXCEPTION 'only an owner makes or unmakes owners' USING ERRCODE = 'AL004';
    END IF;
    RETURN NEW;
END $$;
ALTER FUNCTION aloe.guard_invitation OWNER TO aloe_definer;
CREATE TRIGGER invitations_guard BEFORE INSERT ON aloe.invitations FOR EACH ROW EXECUTE FUNCTION aloe.guard_invitation();
