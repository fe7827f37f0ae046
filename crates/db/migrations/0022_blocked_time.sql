-- Time that is blocked in one diary, on one day, is the desk's to give and to take, as bookings are. Every other closure is a
-- setting.
CREATE POLICY closures_block ON aloe.closures FOR INSERT TO aloe_member
    WITH CHECK (kind = 'closed' AND resource_id IS NOT NULL AND first_day = last_day AND opens IS NOT NULL
        AND organisation_id = (SELECT fence.organisation('schedule'))
        AND ((SELECT fence.own_counter()) IS NULL OR resource_id = (SELECT fence.own_counter())));
CREATE POLICY closures_unblock ON aloe.closures FOR DELETE TO aloe_member
    USING (kind = 'closed' AND resource_id IS NOT NULL AND first_day = last_day AND opens IS NOT NULL
        AND organisation_id = (SELECT fence.organisation('schedule'))
        AND ((SELECT fence.own_counter()) IS NULL OR resource_id = (SELECT fence.own_counter())));

-- A link is given for a booking of one's own phone, or by the desk. Asked when the statement is over: it may have made both.
CREATE FUNCTION aloe.guard_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM aloe.bookings b WHERE b.organisation_id = NEW.organisation_id AND b.booking_id = NEW.booking_id
        AND (b.contact_phone = fence.subject()
            OR b.organisation_id = fence.organisation('schedule') AND b.resource_id = coalesce(fence.own_counter(), b.resource_id))) THEN
        RAISE EXCEPTION 'a link is for whoever booked' USING ERRCODE = 'AL014';
    END IF;
    RETURN NULL;
END $$;
ALTER FUNCTION aloe.guard_link OWNER TO aloe_definer;
CREATE TRIGGER booking_links_guard AFTER INSERT ON aloe.booking_links FOR EACH ROW EXECUTE FUNCTION aloe.guard_link();

-- However long a caller asks for: who proved a phone books within the half hour.
ALTER TABLE aloe.phone_proofs ADD CONSTRAINT phone_proofs_short CHECK (expires_at <= proven_at + interval '30 minutes') NOT VALID;

-- The link in an invitation to be an owner is read by owners alone, in a demonstration's outbox too.
CREATE POLICY messages_to_owners ON aloe.messages AS RESTRICTIVE FOR SELECT TO aloe_member
    USING (template <> 'owner_invitation' OR organisation_id = (SELECT fence.organisation('owners')));
