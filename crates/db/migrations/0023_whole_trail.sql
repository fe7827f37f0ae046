-- A note, a draft or an amendment is about the patient of its consultation, and a booking that was bound to the wrong person is
-- about them too: their trail shows it.
CREATE OR REPLACE FUNCTION audit.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    left_out text[] := pg_catalog.string_to_array(coalesce(TG_ARGV[2], ''), ',') || ARRAY['organisation_id', 'version'];
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN pg_catalog.to_jsonb(OLD) END;
    became jsonb := CASE WHEN TG_OP <> 'DELETE' THEN pg_catalog.to_jsonb(NEW) END;
    row_now jsonb := coalesce(became, was);
    changed_before jsonb := was - left_out;
    changed_after jsonb := became - left_out;
    subject uuid;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT pg_catalog.jsonb_object_agg(o.key, o.value), pg_catalog.jsonb_object_agg(o.key, became->o.key)
        INTO changed_before, changed_after
        FROM pg_catalog.jsonb_each(was - left_out) o WHERE o.value IS DISTINCT FROM became->o.key;
        IF changed_before IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    IF TG_ARGV[1] = 'via:encounter_id' THEN
        SELECT e.patient_id INTO subject FROM aloe.encounters e
        WHERE e.organisation_id = (row_now->>'organisation_id')::uuid AND e.encounter_id = (row_now->>'encounter_id')::uuid;
    ELSIF coalesce(TG_ARGV[1], '') <> '' THEN
        subject := coalesce(row_now->>TG_ARGV[1], was->>TG_ARGV[1])::uuid;
    END IF;
    PERFORM audit.write(pg_catalog.lower(TG_OP), 'done', TG_TABLE_NAME::text, (row_now->>TG_ARGV[0])::uuid, (row_now->>'version')::int,
        subject, '', changed_before, changed_after, (row_now->>'organisation_id')::uuid);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER note_drafts_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.note_drafts
    FOR EACH ROW EXECUTE FUNCTION audit.record('encounter_id', 'via:encounter_id', 'encounter_id');
CREATE OR REPLACE TRIGGER notes_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.notes
    FOR EACH ROW EXECUTE FUNCTION audit.record('note_id', 'via:encounter_id', 'note_id,reason');

-- Who merges two files moves consultations, and learns nothing of them: how many there are, or which.
CREATE OR REPLACE TRIGGER patient_merges_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.patient_merges
    FOR EACH ROW EXECUTE FUNCTION audit.record('patient_merge_id', 'kept_id', 'patient_merge_id,moved_encounters');
CREATE POLICY audit_entries_of_the_record ON aloe.audit_entries AS RESTRICTIVE FOR SELECT TO aloe_member
    USING (entity NOT IN ('encounters', 'note_drafts', 'notes') OR organisation_id = (SELECT fence.organisation('clinical')));
