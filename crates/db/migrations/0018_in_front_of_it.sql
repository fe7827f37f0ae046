-- A counter reveals the number of whom it serves: somebody who arrived weeks ago and was never called is not in front of it.
ALTER POLICY identifier_values_verify ON aloe.identifier_values
    USING (organisation_id = (SELECT fence.organisation('reveal_to_verify')) AND EXISTS (
        SELECT FROM aloe.identifiers i JOIN aloe.bookings b ON b.organisation_id = i.organisation_id AND b.patient_id = i.patient_id
        WHERE i.organisation_id = identifier_values.organisation_id AND i.identifier_id = identifier_values.identifier_id
        AND b.status IN ('arrived', 'in_progress') AND coalesce(b.started_at, b.arrived_at) > now() - interval '1 day'));
