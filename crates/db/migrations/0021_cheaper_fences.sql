-- Who sees everybody's file, and who those of their own counter only, is a permission: the common case is decided by verifying
-- the context once for each table, where a second policy beside the first verified it once more.
INSERT INTO fence.role_permissions (role, permission)
SELECT role, 'all_patients' FROM unnest(ARRAY['reception', 'practitioner', 'administrator', 'owner', 'manager']) role;

DO $$
DECLARE
    t text;
    verb text;
BEGIN
    FOREACH t IN ARRAY ARRAY['patients', 'patient_tokens', 'identifiers'] LOOP
        EXECUTE format('ALTER POLICY %I ON aloe.%I USING (organisation_id = (SELECT fence.organisation(''all_patients''))
            OR organisation_id = (SELECT fence.organisation(''patients'')) AND fence.is_of_own_counter(organisation_id, patient_id))', t || '_staff', t);
        FOREACH verb IN ARRAY ARRAY['', '_select', '_update', '_delete'] LOOP
            EXECUTE format('DROP POLICY IF EXISTS %I ON aloe.%I', t || '_own_counter' || verb, t);
        END LOOP;
    END LOOP;
    -- A merge moves all that somebody ever booked: it is for those who see the whole.
    FOREACH verb IN ARRAY ARRAY['select', 'insert', 'update', 'delete'] LOOP
        EXECUTE format('DROP POLICY %I ON aloe.patient_merges', 'patient_merges_own_counter_' || verb);
    END LOOP;
END $$;
ALTER POLICY patient_merges_staff ON aloe.patient_merges
    USING (organisation_id = (SELECT fence.organisation('all_patients')))
    WITH CHECK (organisation_id = (SELECT fence.organisation('all_patients')));

-- Called by definers alone, who have pinned the search path: to change user and path once more for each was a tenth of it.
ALTER FUNCTION fence.hmac_sha256 RESET search_path;
ALTER FUNCTION fence.verified RESET search_path;
ALTER FUNCTION fence.verified SECURITY INVOKER;
ALTER FUNCTION fence.claims RESET search_path;
ALTER FUNCTION fence.claims SECURITY INVOKER;
