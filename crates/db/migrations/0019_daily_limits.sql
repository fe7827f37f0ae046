-- What is taken says for which service: a daily limit counts the service's own bookings and holds, and those only. What was
-- written before, or by the previous version while it still serves, says nothing and counts towards every limit, as it did.
-- No foreign key: it is compared and never followed.
ALTER TABLE aloe.occupancies ADD COLUMN service_id uuid;
GRANT SELECT (service_id) ON aloe.occupancies TO aloe_public;

-- A new patient takes a file number from the organisation's row, which is no change of its settings: whoever edits them
-- meanwhile is not told that somebody saved first.
CREATE OR REPLACE TRIGGER organisations_version BEFORE UPDATE ON aloe.organisations
    FOR EACH ROW WHEN (NEW.file_number = OLD.file_number) EXECUTE FUNCTION aloe.count_version();

-- Work that fails waits longer each time, from one lease to a day, so that what cannot be done does not stand before what can.
CREATE OR REPLACE FUNCTION fence.claim_jobs(secret_hash bytea, lease interval, most int)
RETURNS TABLE (job_id uuid, kind text, entity_id uuid) LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    oldest aloe.jobs%ROWTYPE;
BEGIN
    SELECT * INTO oldest FROM aloe.jobs d WHERE d.run_at <= now() ORDER BY d.run_at LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY UPDATE aloe.jobs j SET claim_hash = secret_hash, claimed_until = now() + lease, attempts = least(j.attempts + 1, 1000),
        run_at = now() + least(lease * power(2, least(j.attempts, 20)), interval '1 day')
    FROM (SELECT d.job_id FROM aloe.jobs d
          WHERE d.organisation_id = oldest.organisation_id AND d.kind = oldest.kind AND d.run_at <= now()
              AND (d.job_id = oldest.job_id OR (oldest.attempts = 0 AND d.attempts = 0))
          ORDER BY d.job_id = oldest.job_id DESC LIMIT most FOR UPDATE SKIP LOCKED) due
    WHERE j.organisation_id = oldest.organisation_id AND j.job_id = due.job_id
    RETURNING j.job_id, j.kind, j.entity_id;
END $$;
