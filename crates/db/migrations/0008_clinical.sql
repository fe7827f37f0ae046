-- The clinical record. A draft and a note are different tables: only signing makes one into the
-- other, and a signed note is never changed. Text is sealed under the patient's own key.

CREATE TABLE aloe.encounters (
    organisation_id uuid NOT NULL,
    encounter_id    uuid NOT NULL,
    patient_id      uuid NOT NULL,
    sealed_for      uuid NOT NULL,
    booking_id      uuid,
    membership_id   uuid NOT NULL,
    practitioner    text NOT NULL,
    started_at      timestamptz NOT NULL DEFAULT now(),
    signed_at       timestamptz,
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, encounter_id),
    FOREIGN KEY (organisation_id, patient_id) REFERENCES aloe.patients,
    FOREIGN KEY (organisation_id, sealed_for) REFERENCES aloe.patients,
    FOREIGN KEY (organisation_id, booking_id) REFERENCES aloe.bookings,
    FOREIGN KEY (organisation_id, membership_id) REFERENCES aloe.memberships
);
CREATE INDEX encounters_patient ON aloe.encounters (organisation_id, patient_id, started_at DESC);
CREATE UNIQUE INDEX encounters_booking ON aloe.encounters (organisation_id, booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX encounters_member ON aloe.encounters (organisation_id, membership_id, patient_id);
CREATE INDEX encounters_sealed_for ON aloe.encounters (organisation_id, sealed_for);
COMMENT ON COLUMN aloe.encounters.sealed_for IS 'the patient whose key seals the notes: a merge moves the consultation, not its seal';
COMMENT ON TABLE aloe.encounters IS 'retention=clinical_record; people=yes';

CREATE TABLE aloe.note_drafts (
    organisation_id uuid NOT NULL,
    encounter_id    uuid NOT NULL,
    sealed          bytea NOT NULL,
    saved_at        timestamptz NOT NULL DEFAULT now(),
    saved_by        uuid NOT NULL,
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, encounter_id),
    FOREIGN KEY (organisation_id, encounter_id) REFERENCES aloe.encounters,
    FOREIGN KEY (organisation_id, saved_by) REFERENCES aloe.memberships
);
CREATE INDEX note_drafts_author ON aloe.note_drafts (organisation_id, saved_by);
COMMENT ON TABLE aloe.note_drafts IS 'retention=clinical_record; people=yes';

CREATE TABLE aloe.notes (
    organisation_id uuid NOT NULL,
    note_id         uuid NOT NULL,
    encounter_id    uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('note', 'amendment')),
    reason          text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    sealed          bytea NOT NULL,
    membership_id   uuid NOT NULL,
    author          text NOT NULL,
    registration_number text NOT NULL DEFAULT '',
    signed_at       timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'amendment') = (reason <> '')),
    PRIMARY KEY (organisation_id, note_id),
    FOREIGN KEY (organisation_id, encounter_id) REFERENCES aloe.encounters,
    FOREIGN KEY (organisation_id, membership_id) REFERENCES aloe.memberships
);
CREATE UNIQUE INDEX notes_one_note ON aloe.notes (organisation_id, encounter_id) WHERE kind = 'note';
CREATE INDEX notes_encounter ON aloe.notes (organisation_id, encounter_id, signed_at);
CREATE INDEX notes_author ON aloe.notes (organisation_id, membership_id);
COMMENT ON TABLE aloe.notes IS 'retention=clinical_record; people=yes';

-- Whatever is signed stays as it was signed.
CREATE FUNCTION aloe.refuse_signed_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF TG_TABLE_NAME = 'notes' AND TG_OP IN ('UPDATE', 'DELETE') THEN
        RAISE EXCEPTION 'a signed note is never changed: amend it' USING ERRCODE = 'AL007';
    END IF;
    IF TG_TABLE_NAME = 'note_drafts' AND TG_OP IN ('INSERT', 'UPDATE') AND EXISTS (
        SELECT FROM aloe.encounters e WHERE e.organisation_id = NEW.organisation_id AND e.encounter_id = NEW.encounter_id
        AND e.signed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'this consultation is signed: amend it' USING ERRCODE = 'AL007';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- A signed consultation follows a merge to the kept file, and changes in nothing else.
CREATE FUNCTION aloe.refuse_signed_consultation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF OLD.signed_at IS NOT NULL AND (TG_OP = 'DELETE' OR
        (NEW.signed_at, NEW.started_at, NEW.membership_id, NEW.booking_id, NEW.practitioner, NEW.sealed_for)
        IS DISTINCT FROM (OLD.signed_at, OLD.started_at, OLD.membership_id, OLD.booking_id, OLD.practitioner, OLD.sealed_for)) THEN
        RAISE EXCEPTION 'this consultation is signed: amend it' USING ERRCODE = 'AL007';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
ALTER FUNCTION aloe.refuse_signed_consultation OWNER TO aloe_definer;
ALTER FUNCTION aloe.refuse_signed_change OWNER TO aloe_definer;
CREATE TRIGGER notes_signed BEFORE UPDATE OR DELETE ON aloe.notes FOR EACH ROW EXECUTE FUNCTION aloe.refuse_signed_change();
CREATE TRIGGER note_drafts_signed BEFORE INSERT OR UPDATE ON aloe.note_drafts FOR EACH ROW EXECUTE FUNCTION aloe.refuse_signed_change();
CREATE TRIGGER encounters_signed BEFORE UPDATE OR DELETE ON aloe.encounters FOR EACH ROW EXECUTE FUNCTION aloe.refuse_signed_consultation();

-- A draft keeps its patient and its author's organisation by the encounter; the encounter's patient follows merges only.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['encounters', 'note_drafts', 'notes'] LOOP
        EXECUTE format('ALTER TABLE aloe.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE aloe.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_member USING (organisation_id = (SELECT fence.organisation(''clinical''))) WITH CHECK (organisation_id = (SELECT fence.organisation(''clinical'')))', t || '_clinical', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR INSERT TO aloe_operator WITH CHECK (organisation_id = (SELECT fence.organisation(''operator'')))', t || '_operator', t);
        EXECUTE format('GRANT SELECT, INSERT ON aloe.%I TO aloe_member', t);
        EXECUTE format('GRANT INSERT ON aloe.%I TO aloe_operator', t);
    END LOOP;
END $$;
CREATE POLICY encounters_guard ON aloe.encounters FOR SELECT TO aloe_definer USING (true);
GRANT SELECT ON aloe.encounters TO aloe_definer;
GRANT UPDATE (signed_at, patient_id) ON aloe.encounters TO aloe_member;
GRANT UPDATE (sealed, saved_at, saved_by), DELETE ON aloe.note_drafts TO aloe_member;

CREATE TRIGGER encounters_version BEFORE UPDATE ON aloe.encounters FOR EACH ROW EXECUTE FUNCTION aloe.count_version();
CREATE TRIGGER note_drafts_version BEFORE UPDATE ON aloe.note_drafts FOR EACH ROW EXECUTE FUNCTION aloe.count_version();
CREATE TRIGGER encounters_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.encounters
    FOR EACH ROW EXECUTE FUNCTION audit.record('encounter_id', 'patient_id', 'encounter_id');
CREATE TRIGGER note_drafts_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.note_drafts
    FOR EACH ROW EXECUTE FUNCTION audit.record('encounter_id', '', 'encounter_id');
CREATE TRIGGER notes_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.notes
    FOR EACH ROW EXECUTE FUNCTION audit.record('note_id', '', 'note_id');

-- A practitioner may read the trail of the patients they have seen.
CREATE POLICY audit_entries_own_patients ON aloe.audit_entries FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('audit_own_patients')) AND patient_id = ANY (ARRAY(
        SELECT e.patient_id FROM aloe.encounters e WHERE e.organisation_id = (SELECT fence.organisation('audit_own_patients'))
        AND e.membership_id = (SELECT fence.acting_membership()))));

-- Merging moves a patient's consultations with the file. Reception merges without reading the record,
-- so the move itself is the definer's, and says what it moved.
CREATE FUNCTION aloe.move_encounters(organisation uuid, encounters uuid[], from_patient uuid, to_patient uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    moved uuid[];
BEGIN
    IF fence.organisation('patients') IS DISTINCT FROM organisation THEN
        RAISE EXCEPTION 'no such organisation' USING ERRCODE = 'AL011';
    END IF;
    WITH m AS (
        UPDATE aloe.encounters e SET patient_id = to_patient
        WHERE e.organisation_id = organisation AND e.patient_id = from_patient AND (encounters IS NULL OR e.encounter_id = ANY (encounters))
        RETURNING e.encounter_id)
    SELECT coalesce(array_agg(encounter_id), '{}') INTO moved FROM m;
    RETURN moved;
END $$;
ALTER FUNCTION aloe.move_encounters OWNER TO aloe_definer;
CREATE POLICY encounters_move ON aloe.encounters FOR UPDATE TO aloe_definer USING (true) WITH CHECK (true);
GRANT UPDATE (patient_id, version) ON aloe.encounters TO aloe_definer;
GRANT EXECUTE ON FUNCTION aloe.move_encounters TO aloe_member;
