-- Whether somebody booked at the counter that acts. A function, and not a query inside each policy: whoever serves no counter
-- never comes to it, and their statements carry no plan for it.
CREATE FUNCTION fence.is_of_own_counter(organisation uuid, person uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    RETURN EXISTS (SELECT FROM aloe.bookings b
        WHERE b.organisation_id = organisation AND b.patient_id = person AND b.resource_id = fence.own_counter());
END $$;
ALTER FUNCTION fence.is_of_own_counter OWNER TO aloe_definer;
REVOKE ALL ON FUNCTION fence.is_of_own_counter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fence.is_of_own_counter TO aloe_member;

-- What a counter sees of a person is the same in every table that speaks of one: those who booked at it. Registering somebody
-- new stays possible: nothing is asked of a row that is added.
ALTER POLICY patients_own_counter ON aloe.patients
    USING ((SELECT fence.own_counter()) IS NULL OR fence.is_of_own_counter(organisation_id, patient_id));
DO $$
DECLARE
    t record;
    verb text;
BEGIN
    FOR t IN SELECT * FROM (VALUES ('patients', 'patient_id', ARRAY['UPDATE']), ('patient_tokens', 'patient_id', ARRAY['SELECT', 'UPDATE', 'DELETE']),
        ('identifiers', 'patient_id', ARRAY['SELECT', 'UPDATE', 'DELETE']), ('patient_merges', 'kept_id', ARRAY['SELECT', 'UPDATE', 'DELETE']))
        AS known (name, person, verbs) LOOP
        FOREACH verb IN ARRAY t.verbs LOOP
            EXECUTE format('CREATE POLICY %I ON aloe.%I AS RESTRICTIVE FOR %s TO aloe_member
                USING ((SELECT fence.own_counter()) IS NULL OR fence.is_of_own_counter(organisation_id, %I))',
                t.name || '_own_counter_' || lower(verb), t.name, verb, t.person);
        END LOOP;
    END LOOP;
END $$;

-- Taking back an invitation to be an owner is an owner's act, as giving it.
CREATE OR REPLACE TRIGGER invitations_guard BEFORE INSERT OR UPDATE ON aloe.invitations
    FOR EACH ROW EXECUTE FUNCTION aloe.guard_invitation();

-- Reception squeezes in who cannot wait, for a reason that is kept.
INSERT INTO fence.role_permissions (role, permission) VALUES ('reception', 'overbook');


-- A person is bound to a booking once: binding another takes the first off before, and both are on the trail. A merge moves
-- bookings from one file to another of the same person.
CREATE FUNCTION aloe.guard_booked_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM aloe.patients p WHERE p.organisation_id = NEW.organisation_id
        AND ((p.patient_id = OLD.patient_id AND p.merged_into = NEW.patient_id) OR (p.patient_id = NEW.patient_id AND p.merged_into = OLD.patient_id))) THEN
        RAISE EXCEPTION 'this booking is of somebody else' USING ERRCODE = 'AL013';
    END IF;
    RETURN NEW;
END $$;
ALTER FUNCTION aloe.guard_booked_person OWNER TO aloe_definer;
CREATE TRIGGER bookings_person BEFORE UPDATE OF patient_id ON aloe.bookings
    FOR EACH ROW WHEN (OLD.patient_id <> NEW.patient_id) EXECUTE FUNCTION aloe.guard_booked_person();

-- Where people may ask that processing of them be restricted (POPIA, section 14(6)), each table says by what: a column of its
-- own, the row that it hangs on, or nothing, with people who work here and evidence that the law asks for.
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT * FROM (VALUES
        ('patient_tokens', 'via:patients'), ('identifiers', 'via:patients'), ('identifier_values', 'via:patients'), ('patient_merges', 'via:patients'),
        ('encounters', 'via:patients'), ('note_drafts', 'via:patients'), ('notes', 'via:patients'), ('messages', 'via:bookings'),
        ('phone_proofs', 'none'), ('organisations', 'none'), ('users', 'none'), ('sessions', 'none'), ('memberships', 'none'),
        ('invitations', 'none'), ('resources', 'none'), ('audit_entries', 'none')) AS known (name, restriction) LOOP
        EXECUTE format('COMMENT ON TABLE aloe.%I IS %L', t.name,
            obj_description(('aloe.' || t.name)::regclass, 'pg_class') || '; restriction=' || t.restriction);
    END LOOP;
END $$;

-- What a member changes of a file is what its form holds: never the key that its notes are sealed under, its number or its time.
REVOKE UPDATE ON aloe.patients FROM aloe_member;
GRANT UPDATE (given_names, surname, birth_date, sex, phone, email, language, address, reception_note, merged_into) ON aloe.patients TO aloe_member;

-- A counter sees some bookings of a person, and a merge moves all of them: it is for those who see the whole.
CREATE POLICY patient_merges_own_counter_insert ON aloe.patient_merges AS RESTRICTIVE FOR INSERT TO aloe_member
    WITH CHECK ((SELECT fence.own_counter()) IS NULL);

-- A note is signed by who signs it, now.
CREATE POLICY notes_own_signature ON aloe.notes AS RESTRICTIVE FOR INSERT TO aloe_member
    WITH CHECK (membership_id = (SELECT fence.acting_membership()) AND signed_at = now());

-- The reason of an amendment is clinical text: it is sealed with the amendment. Earlier ones stay as they were signed.
ALTER TABLE aloe.notes DROP CONSTRAINT notes_check;
ALTER TABLE aloe.notes ADD CONSTRAINT notes_check CHECK (reason = '' OR kind = 'amendment');
CREATE OR REPLACE TRIGGER notes_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.notes
    FOR EACH ROW EXECUTE FUNCTION audit.record('note_id', '', 'note_id,reason');

-- One link lets somebody in, once, as what was last decided: who belongs here already is not changed by an older invitation,
-- and the others of the same address end with it, and with every change of roles or standing.
CREATE OR REPLACE FUNCTION aloe.guard_invitation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF 'owner' = ANY (NEW.roles) AND fence.claims()->>'kind' = 'member' AND fence.organisation('owners') IS NULL
        AND pg_catalog.pg_trigger_depth() = 1 THEN
        RAISE EXCEPTION 'only an owner makes or unmakes owners' USING ERRCODE = 'AL004';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION aloe.end_invitations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE aloe.invitations i SET withdrawn_at = now() FROM aloe.users u
    WHERE u.user_id = NEW.user_id AND i.organisation_id = NEW.organisation_id AND i.email_key = u.email_key
        AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL;
    RETURN NULL;
END $$;
ALTER FUNCTION aloe.end_invitations OWNER TO aloe_definer;
CREATE TRIGGER memberships_invitations AFTER INSERT OR UPDATE OF roles, active ON aloe.memberships
    FOR EACH ROW EXECUTE FUNCTION aloe.end_invitations();
CREATE OR REPLACE FUNCTION fence.accept_invitation(invitation_hash bytea, fresh_user uuid, fresh_membership uuid, chosen_name text, new_hash text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    invitation aloe.invitations%ROWTYPE;
    account uuid;
BEGIN
    IF fence.claims()->>'kind' IS DISTINCT FROM 'auth' THEN
        RETURN NULL;
    END IF;
    SELECT i.* INTO invitation FROM aloe.invitations i
    WHERE i.token_hash = invitation_hash AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > now() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT u.user_id INTO account FROM aloe.users u WHERE u.email_key = invitation.email_key;
    IF EXISTS (SELECT FROM aloe.memberships m WHERE m.organisation_id = invitation.organisation_id AND m.user_id = account AND m.active) THEN
        RETURN NULL;
    END IF;
    UPDATE aloe.invitations i SET accepted_at = now()
    WHERE i.organisation_id = invitation.organisation_id AND i.invitation_id = invitation.invitation_id;
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

-- The notice in force is among what public pages keep of an organisation.
CREATE TRIGGER privacy_notices_agenda AFTER INSERT OR UPDATE OR DELETE ON aloe.privacy_notices
    FOR EACH ROW EXECUTE FUNCTION aloe.count_agenda();

-- Asked in every policy of a person now: who serves no counter is told so without the claims being read as JSON.
CREATE OR REPLACE FUNCTION fence.own_counter() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    context bytea := fence.verified();
BEGIN
    IF context IS NULL OR position('"counter"'::bytea IN context) = 0 THEN
        RETURN NULL;
    END IF;
    RETURN (fence.claims()->>'counter')::uuid;
END $$;
