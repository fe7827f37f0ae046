-- Merging is one act of the database: whoever asks for it moves bookings and consultations, and learns nothing of them.
CREATE FUNCTION aloe.merge_files(organisation uuid, merge uuid, kept uuid, merged uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_bookings uuid[];
    of_encounters uuid[];
BEGIN
    IF fence.organisation('all_patients') IS DISTINCT FROM organisation THEN
        RAISE EXCEPTION 'no such organisation' USING ERRCODE = 'AL011';
    END IF;
    PERFORM FROM aloe.patients p WHERE p.organisation_id = organisation AND p.patient_id IN (kept, merged) ORDER BY p.patient_id FOR UPDATE;
    UPDATE aloe.patients p SET merged_into = kept
    WHERE p.organisation_id = organisation AND p.patient_id = merged AND p.merged_into IS NULL AND kept <> merged
        AND EXISTS (SELECT FROM aloe.patients k WHERE k.organisation_id = organisation AND k.patient_id = kept AND k.merged_into IS NULL);
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    WITH moved AS (UPDATE aloe.bookings b SET patient_id = kept WHERE b.organisation_id = organisation AND b.patient_id = merged RETURNING b.booking_id)
    SELECT coalesce(array_agg(m.booking_id), '{}') INTO of_bookings FROM moved m;
    WITH moved AS (UPDATE aloe.encounters e SET patient_id = kept WHERE e.organisation_id = organisation AND e.patient_id = merged RETURNING e.encounter_id)
    SELECT coalesce(array_agg(m.encounter_id), '{}') INTO of_encounters FROM moved m;
    INSERT INTO aloe.patient_merges (organisation_id, patient_merge_id, kept_id, merged_id, moved_bookings, moved_encounters)
    VALUES (organisation, merge, kept, merged, of_bookings, of_encounters);
    RETURN true;
END $$;

-- What a merge moved goes back, unless it has gone on to another file since.
CREATE FUNCTION aloe.undo_merge(organisation uuid, merge uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done aloe.patient_merges%ROWTYPE;
BEGIN
    IF fence.organisation('all_patients') IS DISTINCT FROM organisation THEN
        RAISE EXCEPTION 'no such organisation' USING ERRCODE = 'AL011';
    END IF;
    SELECT * INTO done FROM aloe.patient_merges m
    WHERE m.organisation_id = organisation AND m.patient_merge_id = merge AND m.undone_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE aloe.bookings b SET patient_id = done.merged_id
    WHERE b.organisation_id = organisation AND b.patient_id = done.kept_id AND b.booking_id = ANY (done.moved_bookings);
    UPDATE aloe.encounters e SET patient_id = done.merged_id
    WHERE e.organisation_id = organisation AND e.patient_id = done.kept_id AND e.encounter_id = ANY (done.moved_encounters);
    UPDATE aloe.patients p SET merged_into = NULL
    WHERE p.organisation_id = organisation AND p.patient_id = done.merged_id AND p.merged_into = done.kept_id;
    UPDATE aloe.patient_merges m SET undone_at = now() WHERE m.organisation_id = organisation AND m.patient_merge_id = merge;
    RETURN true;
END $$;
ALTER FUNCTION aloe.merge_files OWNER TO aloe_definer;
ALTER FUNCTION aloe.undo_merge OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION aloe.merge_files, aloe.undo_merge TO aloe_member;
CREATE POLICY patients_merge ON aloe.patients FOR UPDATE TO aloe_definer USING (true) WITH CHECK (true);
CREATE POLICY bookings_merge ON aloe.bookings FOR UPDATE TO aloe_definer USING (true) WITH CHECK (true);
CREATE POLICY patient_merges_merge ON aloe.patient_merges FOR INSERT TO aloe_definer WITH CHECK (true);
CREATE POLICY patient_merges_undo ON aloe.patient_merges FOR UPDATE TO aloe_definer USING (true) WITH CHECK (true);
GRANT SELECT (created_at), UPDATE (merged_into) ON aloe.patients TO aloe_definer;
GRANT UPDATE (patient_id) ON aloe.bookings TO aloe_definer;
GRANT INSERT, UPDATE (undone_at) ON aloe.patient_merges TO aloe_definer;
DROP FUNCTION aloe.move_encounters;
REVOKE UPDATE (merged_into) ON aloe.patients FROM aloe_member;
REVOKE ALL ON aloe.patient_merges FROM aloe_member;
REVOKE UPDATE (undone_at) ON aloe.patient_merges FROM aloe_member;
GRANT SELECT (organisation_id, patient_merge_id, kept_id, merged_id, merged_at, undone_at) ON aloe.patient_merges TO aloe_member;

-- A counter binds to its bookings, and writes numbers and search words of, those who booked at it before, or whom it registers
-- in the same transaction: knowing an id gives nothing.
CREATE FUNCTION fence.serves(organisation uuid, person uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN fence.is_of_own_counter(organisation, person)
        OR EXISTS (SELECT FROM aloe.patients p WHERE p.organisation_id = organisation AND p.patient_id = person AND p.created_at = now());
END $$;
ALTER FUNCTION fence.serves OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.serves TO aloe_member;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['patient_tokens', 'identifiers'] LOOP
        EXECUTE format('ALTER POLICY %I ON aloe.%I WITH CHECK (organisation_id = (SELECT fence.organisation(''all_patients''))
            OR organisation_id = (SELECT fence.organisation(''patients'')) AND fence.serves(organisation_id, patient_id))', t || '_staff', t);
    END LOOP;
END $$;
CREATE FUNCTION aloe.guard_counters_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF fence.own_counter() IS NOT NULL AND NOT fence.serves(NEW.organisation_id, NEW.patient_id) THEN
        RAISE EXCEPTION 'no such person at this counter' USING ERRCODE = 'AL013';
    END IF;
    RETURN NEW;
END $$;
ALTER FUNCTION aloe.guard_counters_person OWNER TO aloe_definer;
CREATE TRIGGER bookings_counters_person BEFORE INSERT OR UPDATE OF patient_id ON aloe.bookings
    FOR EACH ROW WHEN (NEW.patient_id IS NOT NULL) EXECUTE FUNCTION aloe.guard_counters_person();

-- Why time is blocked is for those who work in the calendar, and at a counter for its own.
REVOKE SELECT ON aloe.closures FROM aloe_public, aloe_job;
GRANT SELECT (organisation_id, closure_id, location_id, resource_id, first_day, last_day, opens, closes, kind, version)
    ON aloe.closures TO aloe_public, aloe_job;
CREATE POLICY closures_own_counter ON aloe.closures AS RESTRICTIVE FOR SELECT TO aloe_member
    USING (resource_id IS NULL OR (SELECT fence.own_counter()) IS NULL OR resource_id = (SELECT fence.own_counter()));

-- A link ends a day after its booking, whoever makes it.
CREATE OR REPLACE FUNCTION aloe.guard_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM aloe.bookings b WHERE b.organisation_id = NEW.organisation_id AND b.booking_id = NEW.booking_id
        AND NEW.expires_at <= b.ends_at + interval '1 day 1 minute'
        AND (b.contact_phone = fence.subject()
            OR b.organisation_id = fence.organisation('schedule') AND b.resource_id = coalesce(fence.own_counter(), b.resource_id))) THEN
        RAISE EXCEPTION 'a link is for whoever booked' USING ERRCODE = 'AL014';
    END IF;
    RETURN NULL;
END $$;

-- With a blank search path PostgreSQL looks for types among the caller's temporary ones first: a type of that name would run
-- the caller's code as the definer. Named last, they are looked at last.
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('fence', 'aloe', 'audit') AND EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%') LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', f);
    END LOOP;
END $$;
