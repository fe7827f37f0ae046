-- People of an organisation, their identifiers, and the keys that seal what must not be read from a copy of the database.

CREATE TABLE aloe.organisation_keys (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    key_version     integer NOT NULL CHECK (key_version > 0),
    wrapped         bytea NOT NULL,
    made_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, key_version)
);
COMMENT ON TABLE aloe.organisation_keys IS 'retention=clinical_record; people=no';

CREATE TABLE aloe.patients (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    patient_id      uuid NOT NULL,
    file_number     bigint NOT NULL,
    given_names     text NOT NULL DEFAULT '' CHECK (length(given_names) <= 120),
    surname         text NOT NULL CHECK (length(surname) BETWEEN 1 AND 120),
    birth_date      date,
    sex             text NOT NULL DEFAULT 'unknown' CHECK (sex IN ('female', 'male', 'other', 'unknown')),
    phone           text NOT NULL DEFAULT '' CHECK (phone ~ '^(\+\d{7,15})?$'),
    email           text NOT NULL DEFAULT '' CHECK (length(email) <= 254),
    language        text NOT NULL DEFAULT 'en',
    address         text NOT NULL DEFAULT '' CHECK (length(address) <= 400),
    reception_note  text NOT NULL DEFAULT '' CHECK (length(reception_note) <= 600),
    notice_version  integer,
    notice_shown_at timestamptz,
    subject_key     bytea NOT NULL,
    merged_into     uuid,
    restricted_at   timestamptz,
    import_key      bytea CHECK (octet_length(import_key) = 32),
    created_at      timestamptz NOT NULL DEFAULT now(),
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, patient_id),
    UNIQUE (organisation_id, file_number),
    UNIQUE (organisation_id, import_key),
    FOREIGN KEY (organisation_id, merged_into) REFERENCES aloe.patients,
    FOREIGN KEY (organisation_id, notice_version) REFERENCES aloe.privacy_notices,
    CHECK (merged_into <> patient_id),
    CHECK ((notice_version IS NULL) = (notice_shown_at IS NULL))
);
CREATE INDEX patients_birth ON aloe.patients (organisation_id, birth_date);
CREATE INDEX patients_phone ON aloe.patients (organisation_id, phone);
CREATE INDEX patients_merged ON aloe.patients (organisation_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX patients_notice ON aloe.patients (organisation_id, notice_version);
COMMENT ON TABLE aloe.patients IS 'retention=clinical_record; people=yes; restriction=restricted_at';

-- One row for each way a person may be asked for: parts of the name, phone, birth date, file number.
-- Searched by range in the C collation, since LIKE cannot use an index under row-level security.
CREATE TABLE aloe.patient_tokens (
    organisation_id uuid NOT NULL,
    token           text COLLATE "C" NOT NULL CHECK (length(token) BETWEEN 1 AND 120),
    patient_id      uuid NOT NULL,
    PRIMARY KEY (organisation_id, token, patient_id),
    FOREIGN KEY (organisation_id, patient_id) REFERENCES aloe.patients ON DELETE CASCADE
);
CREATE INDEX patient_tokens_patient ON aloe.patient_tokens (organisation_id, patient_id);
COMMENT ON TABLE aloe.patient_tokens IS 'retention=clinical_record; people=yes';

CREATE TABLE aloe.identifiers (
    organisation_id uuid NOT NULL,
    identifier_id   uuid NOT NULL,
    patient_id      uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('sa_id', 'passport', 'asylum_permit', 'refugee_permit', 'medical_aid')),
    country         text NOT NULL DEFAULT '' CHECK (country ~ '^([A-Z]{3})?$'),
    scheme          text NOT NULL DEFAULT '' CHECK (length(scheme) <= 120),
    dependant_code  text NOT NULL DEFAULT '' CHECK (dependant_code ~ '^(\d{2})?$'),
    masked          text NOT NULL CHECK (length(masked) <= 40),
    blind_index     bytea NOT NULL CHECK (octet_length(blind_index) = 32),
    key_version     integer NOT NULL,
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, identifier_id),
    UNIQUE (organisation_id, patient_id, kind),
    FOREIGN KEY (organisation_id, patient_id) REFERENCES aloe.patients ON DELETE CASCADE
);
CREATE INDEX identifiers_blind ON aloe.identifiers (organisation_id, kind, blind_index);
COMMENT ON TABLE aloe.identifiers IS 'retention=clinical_record; people=yes';

-- The sealed values stand apart, so that only who may reveal can even read the ciphertext.
CREATE TABLE aloe.identifier_values (
    organisation_id uuid NOT NULL,
    identifier_id   uuid NOT NULL,
    sealed          bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 80 AND 1024),
    PRIMARY KEY (organisation_id, identifier_id),
    FOREIGN KEY (organisation_id, identifier_id) REFERENCES aloe.identifiers ON DELETE CASCADE
);
COMMENT ON TABLE aloe.identifier_values IS 'retention=clinical_record; people=yes';

-- A merge keeps what it moved, so that it can be undone.
CREATE TABLE aloe.patient_merges (
    organisation_id uuid NOT NULL,
    patient_merge_id uuid NOT NULL,
    kept_id         uuid NOT NULL,
    merged_id       uuid NOT NULL,
    moved_bookings  uuid[] NOT NULL,
    moved_encounters uuid[] NOT NULL,
    merged_at       timestamptz NOT NULL DEFAULT now(),
    undone_at       timestamptz,
    PRIMARY KEY (organisation_id, patient_merge_id),
    FOREIGN KEY (organisation_id, kept_id) REFERENCES aloe.patients,
    FOREIGN KEY (organisation_id, merged_id) REFERENCES aloe.patients
);
CREATE INDEX patient_merges_kept ON aloe.patient_merges (organisation_id, kept_id);
CREATE INDEX patient_merges_merged ON aloe.patient_merges (organisation_id, merged_id);
COMMENT ON TABLE aloe.patient_merges IS 'retention=clinical_record; people=yes';

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['organisation_keys', 'patients', 'patient_tokens', 'identifiers', 'identifier_values', 'patient_merges'] LOOP
        EXECUTE format('ALTER TABLE aloe.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE aloe.%I FORCE ROW LEVEL SECURITY', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['patients', 'patient_tokens', 'identifiers', 'patient_merges'] LOOP
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_member USING (organisation_id = (SELECT fence.organisation(''patients''))) WITH CHECK (organisation_id = (SELECT fence.organisation(''patients'')))', t || '_staff', t);
        EXECUTE format('GRANT SELECT, INSERT ON aloe.%I TO aloe_member', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['patients', 'patient_tokens', 'identifiers', 'identifier_values'] LOOP
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_operator USING (organisation_id = (SELECT fence.organisation(''operator''))) WITH CHECK (organisation_id = (SELECT fence.organisation(''operator'')))', t || '_operator', t);
        EXECUTE format('GRANT INSERT ON aloe.%I TO aloe_operator', t);
    END LOOP;
END $$;
GRANT UPDATE ON aloe.patients TO aloe_member;
GRANT DELETE ON aloe.patient_tokens, aloe.identifiers TO aloe_member;
GRANT UPDATE (undone_at) ON aloe.patient_merges TO aloe_member;
GRANT SELECT (organisation_id, patient_id, import_key, file_number) ON aloe.patients TO aloe_operator;

-- A counter sees an identifier of the person who stands in front of it: see the policies with bookings.
CREATE POLICY identifier_values_reveal ON aloe.identifier_values FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('reveal')));
CREATE POLICY identifier_values_add ON aloe.identifier_values FOR INSERT TO aloe_member
    WITH CHECK (organisation_id = (SELECT fence.organisation('patients')));
GRANT SELECT, INSERT ON aloe.identifier_values TO aloe_member;

CREATE POLICY organisation_keys_member ON aloe.organisation_keys FOR SELECT TO aloe_member
    USING (organisation_id = (SELECT fence.organisation('member')));
CREATE POLICY organisation_keys_public ON aloe.organisation_keys FOR SELECT TO aloe_public
    USING (organisation_id = (SELECT fence.organisation('public')));
CREATE POLICY organisation_keys_job ON aloe.organisation_keys FOR SELECT TO aloe_job
    USING (organisation_id = (SELECT fence.organisation('job')));
CREATE POLICY organisation_keys_operator ON aloe.organisation_keys TO aloe_operator
    USING (organisation_id = (SELECT fence.organisation('operator'))) WITH CHECK (organisation_id = (SELECT fence.organisation('operator')));
GRANT SELECT ON aloe.organisation_keys TO aloe_member, aloe_public, aloe_job;
GRANT SELECT, INSERT, UPDATE (wrapped) ON aloe.organisation_keys TO aloe_operator;

-- The next file number of an organisation: a gap-free count that nobody else can read.
CREATE FUNCTION aloe.next_file_number(organisation uuid, how_many integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    last_taken bigint;
BEGIN
    IF organisation IS DISTINCT FROM coalesce(fence.organisation('patients'), fence.organisation('operator')) THEN
        RAISE EXCEPTION 'no such organisation' USING ERRCODE = 'AL011';
    END IF;
    UPDATE aloe.organisations o SET file_number = o.file_number + how_many WHERE o.organisation_id = organisation
    RETURNING o.file_number INTO last_taken;
    RETURN last_taken - how_many + 1;
END $$;
ALTER FUNCTION aloe.next_file_number OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION aloe.next_file_number TO aloe_member, aloe_operator;

CREATE TRIGGER patients_version BEFORE UPDATE ON aloe.patients FOR EACH ROW EXECUTE FUNCTION aloe.count_version();
CREATE TRIGGER patients_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.patients
    FOR EACH ROW EXECUTE FUNCTION audit.record('patient_id', 'patient_id', 'subject_key,import_key,patient_id,created_at');
CREATE TRIGGER identifiers_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.identifiers
    FOR EACH ROW EXECUTE FUNCTION audit.record('identifier_id', 'patient_id', 'blind_index,identifier_id,key_version');
CREATE TRIGGER patient_merges_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.patient_merges
    FOR EACH ROW EXECUTE FUNCTION audit.record('patient_merge_id', 'kept_id', 'patient_merge_id');
CREATE TRIGGER organisation_keys_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.organisation_keys
    FOR EACH ROW EXECUTE FUNCTION audit.record('organisation_id', '', 'wrapped');
