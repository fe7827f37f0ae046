-- What the application takes care of, held by the database too.

-- A booking that takes time takes it in the diary: the exclusion constraint on occupancies then decides about the booking
-- itself, however it was written. Checked at commit, since a move frees one stretch and takes another.
CREATE FUNCTION aloe.check_occupied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    organisation uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.organisation_id ELSE NEW.organisation_id END;
    booking uuid := CASE WHEN TG_TABLE_NAME = 'bookings' THEN NEW.booking_id ELSE OLD.booking_id END;
BEGIN
    IF EXISTS (
        SELECT FROM aloe.bookings b
        WHERE b.organisation_id = organisation AND b.booking_id = booking AND b.status NOT IN ('no_show', 'cancelled')
            AND NOT EXISTS (
                SELECT FROM aloe.occupancies o
                WHERE o.organisation_id = organisation AND o.booking_id = b.booking_id AND o.resource_id = b.resource_id
                    AND o.starts_at <= b.starts_at AND o.ends_at >= b.ends_at)) THEN
        RAISE EXCEPTION 'a booking takes its time in the diary' USING ERRCODE = 'AL012';
    END IF;
    RETURN NULL;
END $$;
ALTER FUNCTION aloe.check_occupied OWNER TO aloe_definer;
CREATE CONSTRAINT TRIGGER bookings_occupied AFTER INSERT OR UPDATE OF status, starts_at, ends_at, resource_id ON aloe.bookings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status NOT IN ('no_show', 'cancelled')) EXECUTE FUNCTION aloe.check_occupied();
CREATE CONSTRAINT TRIGGER occupancies_of_booking AFTER UPDATE OR DELETE ON aloe.occupancies
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.booking_id IS NOT NULL) EXECUTE FUNCTION aloe.check_occupied();

-- A booking that moves to a later day takes the link that was sent with it along.
CREATE FUNCTION aloe.keep_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    UPDATE aloe.booking_links l SET expires_at = NEW.ends_at + interval '1 day'
    WHERE l.organisation_id = NEW.organisation_id AND l.booking_id = NEW.booking_id AND l.expires_at < NEW.ends_at + interval '1 day';
    RETURN NULL;
END $$;
ALTER FUNCTION aloe.keep_links OWNER TO aloe_definer;
GRANT UPDATE (expires_at) ON aloe.booking_links TO aloe_definer;
CREATE TRIGGER bookings_links AFTER UPDATE OF ends_at ON aloe.bookings FOR EACH ROW
    WHEN (NEW.ends_at > OLD.ends_at) EXECUTE FUNCTION aloe.keep_links();

-- A consultation changes its file with a recorded merge or its undoing, and in no other way.
REVOKE UPDATE (patient_id) ON aloe.encounters FROM aloe_member;
CREATE OR REPLACE FUNCTION aloe.move_encounters(organisation uuid, encounters uuid[], from_patient uuid, to_patient uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    moved uuid[];
BEGIN
    IF fence.organisation('patients') IS DISTINCT FROM organisation THEN
        RAISE EXCEPTION 'no such organisation' USING ERRCODE = 'AL011';
    END IF;
    IF NOT EXISTS (SELECT FROM aloe.patients p WHERE p.organisation_id = organisation AND p.patient_id = from_patient AND p.merged_into = to_patient)
        AND NOT EXISTS (SELECT FROM aloe.patient_merges m WHERE m.organisation_id = organisation AND m.kept_id = from_patient
            AND m.merged_id = to_patient AND m.undone_at IS NULL AND encounters <@ m.moved_encounters) THEN
        RAISE EXCEPTION 'consultations follow a merge only' USING ERRCODE = 'AL007';
    END IF;
    WITH m AS (
        UPDATE aloe.encounters e SET patient_id = to_patient
        WHERE e.organisation_id = organisation AND e.patient_id = from_patient AND (encounters IS NULL OR e.encounter_id = ANY (encounters))
        RETURNING e.encounter_id)
    SELECT coalesce(pg_catalog.array_agg(encounter_id), '{}') INTO moved FROM m;
    RETURN moved;
END $$;
CREATE POLICY patients_merging ON aloe.patients FOR SELECT TO aloe_definer USING (true);
CREATE POLICY patient_merges_merging ON aloe.patient_merges FOR SELECT TO aloe_definer USING (true);
GRANT SELECT (organisation_id, patient_id, merged_into) ON aloe.patients TO aloe_definer;
GRANT SELECT ON aloe.patient_merges TO aloe_definer;
