-- Bookings, and the time they occupy. Two bookings never hold the same lane of a resource at once:
-- the exclusion constraint says so, whatever the application believes.

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
GRANT USAGE ON SCHEMA public TO aloe_owner, aloe_definer, aloe_member, aloe_public, aloe_job, aloe_operator;

CREATE TABLE aloe.bookings (
    organisation_id uuid NOT NULL,
    booking_id      uuid NOT NULL,
    reference       text COLLATE "C" NOT NULL CHECK (length(reference) = 8),
    service_id      uuid NOT NULL,
    location_id     uuid NOT NULL,
    resource_id     uuid NOT NULL,
    patient_id      uuid,
    status          text NOT NULL CHECK (status IN ('pending', 'confirmed', 'arrived', 'in_progress', 'completed', 'no_show', 'cancelled')),
    channel         text NOT NULL CHECK (channel IN ('web', 'desk', 'phone', 'api', 'walk_in')),
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    contact_name    text NOT NULL CHECK (length(contact_name) BETWEEN 1 AND 120),
    contact_phone   text NOT NULL DEFAULT '' CHECK (contact_phone ~ '^(\+\d{7,15})?$'),
    for_whom        text NOT NULL DEFAULT '' CHECK (length(for_whom) <= 120),
    language        text NOT NULL DEFAULT 'en',
    note            text NOT NULL DEFAULT '' CHECK (length(note) <= 600),
    overbook_reason text NOT NULL DEFAULT '' CHECK (length(overbook_reason) <= 200),
    cancel_reason   text NOT NULL DEFAULT '' CHECK (length(cancel_reason) <= 200),
    notice_version  integer,
    arrived_at      timestamptz,
    started_at      timestamptz,
    completed_at    timestamptz,
    booked_by       text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL DEFAULT now(),
    restricted_at   timestamptz,
    version         integer NOT NULL DEFAULT 1,
    CHECK (ends_at > starts_at AND ends_at - starts_at <= interval '12 hours'),
    CHECK (status <> 'cancelled' OR cancel_reason <> ''),
    CHECK (channel <> 'web' OR (overbook_reason = '' AND contact_phone <> '')),
    PRIMARY KEY (organisation_id, booking_id),
    UNIQUE (organisation_id, reference),
    FOREIGN KEY (organisation_id, service_id) REFERENCES aloe.services,
    FOREIGN KEY (organisation_id, location_id) REFERENCES aloe.locations,
    FOREIGN KEY (organisation_id, resource_id) REFERENCES aloe.resources,
    FOREIGN KEY (organisation_id, patient_id) REFERENCES aloe.patients,
    FOREIGN KEY (organisation_id, notice_version) REFERENCES aloe.privacy_notices
);
CREATE INDEX bookings_starts ON aloe.bookings (organisation_id, starts_at);
CREATE INDEX bookings_resource ON aloe.bookings (organisation_id, resource_id, starts_at);
CREATE INDEX bookings_patient ON aloe.bookings (organisation_id, patient_id, starts_at DESC) WHERE patient_id IS NOT NULL;
CREATE INDEX bookings_phone ON aloe.bookings (organisation_id, contact_phone, starts_at DESC);
CREATE INDEX bookings_service ON aloe.bookings (organisation_id, service_id, starts_at);
CREATE INDEX bookings_location ON aloe.bookings (organisation_id, location_id);
CREATE INDEX bookings_notice ON aloe.bookings (organisation_id, notice_version);
COMMENT ON TABLE aloe.bookings IS 'retention=booking_record; people=yes; restriction=restricted_at';

-- A row occupies one lane of one resource: for a booking (with its buffers), or for a hold while someone types.
CREATE TABLE aloe.occupancies (
    organisation_id uuid NOT NULL,
    occupancy_id    uuid NOT NULL,
    booking_id      uuid,
    resource_id     uuid NOT NULL,
    lane            smallint NOT NULL CHECK (lane BETWEEN 0 AND 99),
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    hold_hash       bytea CHECK (octet_length(hold_hash) = 32),
    expires_at      timestamptz,
    CHECK (ends_at > starts_at),
    CHECK ((booking_id IS NULL) = (expires_at IS NOT NULL) AND (expires_at IS NULL) = (hold_hash IS NULL)),
    PRIMARY KEY (organisation_id, occupancy_id),
    FOREIGN KEY (organisation_id, booking_id) REFERENCES aloe.bookings ON DELETE CASCADE,
    FOREIGN KEY (organisation_id, resource_id) REFERENCES aloe.resources,
    CONSTRAINT occupancies_no_overlap EXCLUDE USING gist
        (organisation_id WITH =, resource_id WITH =, lane WITH =, tstzrange(starts_at, ends_at) WITH &&)
);
CREATE INDEX occupancies_starts ON aloe.occupancies (organisation_id, resource_id, starts_at);
CREATE INDEX occupancies_booking ON aloe.occupancies (organisation_id, booking_id);
CREATE INDEX occupancies_hold ON aloe.occupancies (organisation_id, expires_at) WHERE expires_at IS NOT NULL;
COMMENT ON TABLE aloe.occupancies IS 'retention=booking_record; people=no';

-- A lane at or above the capacity is an overbooking: it needs the permission, and its booking a reason.
CREATE FUNCTION aloe.guard_lane() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    lanes smallint;
BEGIN
    SELECT r.capacity INTO lanes FROM aloe.resources r
    WHERE r.organisation_id = NEW.organisation_id AND r.resource_id = NEW.resource_id;
    IF NEW.lane >= lanes AND (fence.organisation('overbook') IS DISTINCT FROM NEW.organisation_id OR NOT EXISTS (
        SELECT FROM aloe.bookings b WHERE b.organisation_id = NEW.organisation_id AND b.booking_id = NEW.booking_id
        AND b.overbook_reason <> '')) THEN
        RAISE EXCEPTION 'beyond the capacity: overbooking needs the permission and a reason' USING ERRCODE = 'AL006';
    END IF;
    RETURN NEW;
END $$;
ALTER FUNCTION aloe.guard_lane OWNER TO aloe_definer;
CREATE TRIGGER occupancies_lane BEFORE INSERT OR UPDATE OF lane, resource_id ON aloe.occupancies
    FOR EACH ROW EXECUTE FUNCTION aloe.guard_lane();

-- The link sent to the person who booked: opens its own booking only, and ends.
CREATE TABLE aloe.booking_links (
    organisation_id uuid NOT NULL,
    token_hash      bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    booking_id      uuid NOT NULL,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, token_hash),
    FOREIGN KEY (organisation_id, booking_id) REFERENCES aloe.bookings ON DELETE CASCADE
);
CREATE INDEX booking_links_booking ON aloe.booking_links (organisation_id, booking_id);
COMMENT ON TABLE aloe.booking_links IS 'retention=session; people=no';

-- One proof of a phone number by a one-time PIN, and the short session that follows it.
CREATE TABLE aloe.phone_proofs (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    phone_proof_id  uuid NOT NULL,
    phone           text NOT NULL CHECK (phone ~ '^\+\d{7,15}$'),
    pin_mac         bytea NOT NULL CHECK (octet_length(pin_mac) = 32),
    pin_expires_at  timestamptz NOT NULL,
    tries           smallint NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
    proof_hash      bytea CHECK (octet_length(proof_hash) = 32),
    proven_at       timestamptz,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, phone_proof_id),
    UNIQUE (organisation_id, proof_hash)
);
COMMENT ON TABLE aloe.phone_proofs IS 'retention=session; people=yes';

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['bookings', 'occupancies', 'booking_links', 'phone_proofs'] LOOP
        EXECUTE format('ALTER TABLE aloe.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE aloe.%I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['bookings', 'occupancies'] LOOP
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_member
            USING (organisation_id = (SELECT fence.organisation(''schedule'')))
            WITH CHECK (organisation_id = (SELECT fence.organisation(''schedule'')))', t || '_staff', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I AS RESTRICTIVE TO aloe_member
            USING ((SELECT fence.own_counter()) IS NULL OR resource_id = (SELECT fence.own_counter()))
            WITH CHECK ((SELECT fence.own_counter()) IS NULL OR resource_id = (SELECT fence.own_counter()))', t || '_own_counter', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_operator USING (organisation_id = (SELECT fence.organisation(''operator''))) WITH CHECK (organisation_id = (SELECT fence.organisation(''operator'')))', t || '_operator', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR SELECT TO aloe_definer USING (true)', t || '_guard', t);
        EXECUTE format('GRANT SELECT ON aloe.%I TO aloe_definer', t);
        EXECUTE format('GRANT SELECT, INSERT ON aloe.%I TO aloe_member, aloe_operator', t);
    END LOOP;
END $$;
CREATE POLICY resources_guard ON aloe.resources FOR SELECT TO aloe_definer USING (true);
GRANT SELECT ON aloe.resources TO aloe_definer;
-- A counter sees the people who booked at it, and the identifiers of those who have arrived.
CREATE POLICY patients_own_counter ON aloe.patients AS RESTRICTIVE FOR SELECT TO aloe_member
    USING ((SELECT fence.own_counter()) IS NULL OR EXISTS (SELECT FROM aloe.bookings b
        WHERE b.organisation_id = patients.organisation_id AND b.patient_id = patients.patient_id));
CREATE POLICY identifier_values_verify ON aloe.identifier_values FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('reveal_to_verify')) AND EXISTS (
        SELECT FROM aloe.identifiers i JOIN aloe.bookings b ON b.organisation_id = i.organisation_id AND b.patient_id = i.patient_id
        WHERE i.organisation_id = identifier_values.organisation_id AND i.identifier_id = identifier_values.identifier_id
        AND b.status IN ('arrived', 'in_progress')));
GRANT UPDATE ON aloe.bookings, aloe.occupancies TO aloe_member;
GRANT DELETE ON aloe.occupancies TO aloe_member;

-- The public sees when a lane is taken and nothing else; with a proven phone it books for that phone;
-- with a link it sees and changes that one booking.
CREATE POLICY occupancies_public ON aloe.occupancies FOR SELECT TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('public')));
CREATE POLICY occupancies_hold ON aloe.occupancies FOR INSERT TO aloe_public
    WITH CHECK (organisation_id = (SELECT fence.organisation('public')) AND booking_id IS NULL AND expires_at <= now() + interval '15 minutes');
CREATE POLICY occupancies_book ON aloe.occupancies FOR INSERT TO aloe_public
    WITH CHECK (organisation_id = (SELECT fence.organisation('person')) AND booking_id IS NOT NULL);
CREATE POLICY occupancies_move ON aloe.occupancies FOR INSERT TO aloe_public
    WITH CHECK (organisation_id = (SELECT fence.organisation('link')) AND booking_id::text = (SELECT fence.subject()));
CREATE POLICY occupancies_end_hold ON aloe.occupancies FOR DELETE TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('public')) AND expires_at IS NOT NULL);
CREATE POLICY occupancies_cancel ON aloe.occupancies FOR DELETE TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('link')) AND booking_id::text = (SELECT fence.subject()));
GRANT SELECT (organisation_id, occupancy_id, booking_id, resource_id, lane, starts_at, ends_at, expires_at, hold_hash), INSERT, DELETE
    ON aloe.occupancies TO aloe_public;

CREATE POLICY bookings_person ON aloe.bookings FOR SELECT TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('person')) AND contact_phone = (SELECT fence.subject()));
CREATE POLICY bookings_book ON aloe.bookings FOR INSERT TO aloe_public
    WITH CHECK (organisation_id = (SELECT fence.organisation('person')) AND contact_phone = (SELECT fence.subject())
        AND channel = 'web' AND patient_id IS NULL AND status IN ('pending', 'confirmed'));
CREATE POLICY bookings_link ON aloe.bookings FOR SELECT TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('link')) AND booking_id::text = (SELECT fence.subject()));
CREATE POLICY bookings_link_change ON aloe.bookings FOR UPDATE TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('link')) AND booking_id::text = (SELECT fence.subject())
        AND status IN ('pending', 'confirmed'))
    WITH CHECK (organisation_id = (SELECT fence.organisation('link')) AND booking_id::text = (SELECT fence.subject())
        AND status IN ('pending', 'confirmed', 'cancelled'));
GRANT SELECT (organisation_id, booking_id, reference, service_id, location_id, resource_id, status, starts_at, ends_at, contact_name,
    contact_phone, for_whom, language, created_at, version), INSERT,
    UPDATE (status, starts_at, ends_at, resource_id, location_id, cancel_reason) ON aloe.bookings TO aloe_public;

CREATE POLICY booking_links_book ON aloe.booking_links FOR INSERT TO aloe_public
    WITH CHECK (organisation_id = (SELECT fence.organisation('person')));
CREATE POLICY booking_links_staff ON aloe.booking_links FOR INSERT TO aloe_member
    WITH CHECK (organisation_id = (SELECT fence.organisation('schedule')));
CREATE POLICY booking_links_definer ON aloe.booking_links TO aloe_definer USING (true) WITH CHECK (true);
GRANT INSERT ON aloe.booking_links TO aloe_public, aloe_member;
GRANT SELECT, DELETE ON aloe.booking_links TO aloe_definer;

CREATE POLICY phone_proofs_public ON aloe.phone_proofs FOR INSERT TO aloe_public
    WITH CHECK (organisation_id = (SELECT fence.organisation('public')) AND proven_at IS NULL AND tries = 0);
CREATE POLICY phone_proofs_definer ON aloe.phone_proofs TO aloe_definer USING (true) WITH CHECK (true);
GRANT INSERT ON aloe.phone_proofs TO aloe_public;
GRANT SELECT, UPDATE, DELETE ON aloe.phone_proofs TO aloe_definer;

-- One guess at a PIN. It counts before it is compared, so that a cancelled request cannot take it back.
-- Answers 'proven', 'wrong', 'spent' (five tries) or 'expired'.
CREATE FUNCTION fence.prove_phone(proof uuid, guess_mac bytea, fresh_proof_hash bytea, lifetime interval)
RETURNS TABLE (verdict text, tries_left int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    attempt aloe.phone_proofs%ROWTYPE;
BEGIN
    SELECT * INTO attempt FROM aloe.phone_proofs p
    WHERE p.organisation_id = fence.organisation('public') AND p.phone_proof_id = proof FOR UPDATE;
    IF NOT FOUND OR attempt.pin_expires_at < now() OR attempt.proven_at IS NOT NULL THEN
        RETURN QUERY SELECT 'expired', 0;
    ELSIF attempt.tries >= 5 THEN
        RETURN QUERY SELECT 'spent', 0;
    ELSIF attempt.pin_mac = guess_mac THEN
        UPDATE aloe.phone_proofs p SET proven_at = now(), proof_hash = fresh_proof_hash, expires_at = now() + lifetime, tries = attempt.tries + 1
        WHERE p.organisation_id = attempt.organisation_id AND p.phone_proof_id = proof;
        RETURN QUERY SELECT 'proven', 4 - attempt.tries;
    ELSE
        UPDATE aloe.phone_proofs p SET tries = attempt.tries + 1
        WHERE p.organisation_id = attempt.organisation_id AND p.phone_proof_id = proof;
        RETURN QUERY SELECT CASE WHEN attempt.tries >= 4 THEN 'spent' ELSE 'wrong' END, 4 - attempt.tries;
    END IF;
END $$;
ALTER FUNCTION fence.prove_phone OWNER TO aloe_definer;

-- The phone a PIN was sent to, for the page that asks for it.
CREATE FUNCTION fence.phone_to_prove(proof uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT p.phone FROM aloe.phone_proofs p
    WHERE p.organisation_id = fence.organisation('public') AND p.phone_proof_id = proof AND p.expires_at > now()
$$;
ALTER FUNCTION fence.phone_to_prove OWNER TO aloe_definer;

-- Someone whose phone is proven.
CREATE FUNCTION fence.enter_person(slug text, proof_hash bytea, source inet, request uuid) RETURNS TABLE (organisation uuid, phone text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    proven record;
BEGIN
    SELECT o.organisation_id, p.phone INTO proven
    FROM aloe.organisations o JOIN aloe.phone_proofs p ON p.organisation_id = o.organisation_id
    WHERE o.slug = enter_person.slug AND p.proof_hash = enter_person.proof_hash AND p.proven_at IS NOT NULL AND p.expires_at > now();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the phone number is not proven, or no longer' USING ERRCODE = 'AL010';
    END IF;
    PERFORM fence.write_context(pg_catalog.jsonb_build_object('kind', 'person', 'organisation', proven.organisation_id,
        'actor', 'person with a proven phone', 'subject', proven.phone, 'permissions', '["public", "person"]'::jsonb,
        'source', source, 'request', request));
    RETURN QUERY SELECT proven.organisation_id, proven.phone;
END $$;
ALTER FUNCTION fence.enter_person OWNER TO aloe_definer;

-- Someone with the link of one booking.
CREATE FUNCTION fence.enter_link(slug text, token_hash bytea, source inet, request uuid) RETURNS TABLE (organisation uuid, booking uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    link record;
BEGIN
    SELECT l.organisation_id, l.booking_id INTO link
    FROM aloe.organisations o JOIN aloe.booking_links l ON l.organisation_id = o.organisation_id
    WHERE o.slug = enter_link.slug AND l.token_hash = enter_link.token_hash AND l.expires_at > now();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this link does not open a booking, or no longer' USING ERRCODE = 'AL010';
    END IF;
    PERFORM fence.write_context(pg_catalog.jsonb_build_object('kind', 'link', 'organisation', link.organisation_id,
        'actor', 'person with the booking''s link', 'subject', link.booking_id, 'permissions', '["public", "link"]'::jsonb,
        'source', source, 'request', request));
    RETURN QUERY SELECT link.organisation_id, link.booking_id;
END $$;
ALTER FUNCTION fence.enter_link OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.prove_phone, fence.phone_to_prove, fence.enter_person, fence.enter_link TO aloe_public;

CREATE TRIGGER bookings_version BEFORE UPDATE ON aloe.bookings FOR EACH ROW EXECUTE FUNCTION aloe.count_version();
CREATE TRIGGER bookings_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.bookings
    FOR EACH ROW EXECUTE FUNCTION audit.record('booking_id', 'patient_id', 'booking_id,created_at');
