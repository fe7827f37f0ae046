-- What can be booked, where, with whom and when. Times of day are the location's.

CREATE TABLE aloe.locations (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    location_id     uuid NOT NULL,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    address         text NOT NULL DEFAULT '' CHECK (length(address) <= 400),
    directions      text NOT NULL DEFAULT '' CHECK (length(directions) <= 600),
    phone           text NOT NULL DEFAULT '' CHECK (length(phone) <= 20),
    time_zone       text NOT NULL DEFAULT 'Africa/Johannesburg',
    opens_on_public_holidays boolean NOT NULL DEFAULT false,
    active          boolean NOT NULL DEFAULT true,
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, location_id)
);
COMMENT ON TABLE aloe.locations IS 'retention=configuration; people=no';

CREATE TABLE aloe.resources (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    resource_id     uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('practitioner', 'counter', 'room')),
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    discipline      text NOT NULL DEFAULT '' CHECK (length(discipline) <= 120),
    registration_number text NOT NULL DEFAULT '' CHECK (length(registration_number) <= 20),
    capacity        smallint NOT NULL DEFAULT 1 CHECK (capacity BETWEEN 1 AND 50),
    bookable_online boolean NOT NULL DEFAULT true,
    position        integer NOT NULL DEFAULT 0,
    active          boolean NOT NULL DEFAULT true,
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, resource_id)
);
COMMENT ON TABLE aloe.resources IS 'retention=configuration; people=yes';
ALTER TABLE aloe.memberships ADD FOREIGN KEY (organisation_id, resource_id) REFERENCES aloe.resources;

CREATE TABLE aloe.services (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    service_id      uuid NOT NULL,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    description     text NOT NULL DEFAULT '' CHECK (length(description) <= 600),
    bring           text NOT NULL DEFAULT '' CHECK (length(bring) <= 600),
    minutes         integer NOT NULL CHECK (minutes BETWEEN 5 AND 720 AND minutes % 5 = 0),
    buffer_before   integer NOT NULL DEFAULT 0 CHECK (buffer_before BETWEEN 0 AND 240 AND buffer_before % 5 = 0),
    buffer_after    integer NOT NULL DEFAULT 0 CHECK (buffer_after BETWEEN 0 AND 240 AND buffer_after % 5 = 0),
    step            integer NOT NULL DEFAULT 20 CHECK (step BETWEEN 5 AND 240 AND step % 5 = 0),
    lead_minutes    integer NOT NULL DEFAULT 60 CHECK (lead_minutes BETWEEN 0 AND 43200),
    horizon_days    integer NOT NULL DEFAULT 30 CHECK (horizon_days BETWEEN 1 AND 366),
    daily_limit     integer CHECK (daily_limit BETWEEN 1 AND 1000),
    online          boolean NOT NULL DEFAULT true,
    position        integer NOT NULL DEFAULT 0,
    active          boolean NOT NULL DEFAULT true,
    version         integer NOT NULL DEFAULT 1,
    PRIMARY KEY (organisation_id, service_id)
);
COMMENT ON TABLE aloe.services IS 'retention=configuration; people=no';

CREATE TABLE aloe.service_resources (
    organisation_id uuid NOT NULL,
    service_id      uuid NOT NULL,
    resource_id     uuid NOT NULL,
    PRIMARY KEY (organisation_id, service_id, resource_id),
    FOREIGN KEY (organisation_id, service_id) REFERENCES aloe.services,
    FOREIGN KEY (organisation_id, resource_id) REFERENCES aloe.resources
);
CREATE INDEX service_resources_resource ON aloe.service_resources (organisation_id, resource_id);
COMMENT ON TABLE aloe.service_resources IS 'retention=configuration; people=no';

CREATE TABLE aloe.weekly_hours (
    organisation_id uuid NOT NULL,
    weekly_hours_id uuid NOT NULL,
    resource_id     uuid NOT NULL,
    location_id     uuid NOT NULL,
    weekday         smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    opens           smallint NOT NULL CHECK (opens BETWEEN 0 AND 1435 AND opens % 5 = 0),
    closes          smallint NOT NULL CHECK (closes BETWEEN 5 AND 1440 AND closes % 5 = 0),
    CHECK (opens < closes),
    PRIMARY KEY (organisation_id, weekly_hours_id),
    FOREIGN KEY (organisation_id, resource_id) REFERENCES aloe.resources,
    FOREIGN KEY (organisation_id, location_id) REFERENCES aloe.locations
);
CREATE INDEX weekly_hours_resource ON aloe.weekly_hours (organisation_id, resource_id);
CREATE INDEX weekly_hours_location ON aloe.weekly_hours (organisation_id, location_id);
COMMENT ON TABLE aloe.weekly_hours IS 'retention=configuration; people=no';
COMMENT ON COLUMN aloe.weekly_hours.opens IS 'minutes after midnight at the location';

CREATE TABLE aloe.closures (
    organisation_id uuid NOT NULL,
    closure_id      uuid NOT NULL,
    location_id     uuid NOT NULL,
    resource_id     uuid,
    first_day       date NOT NULL,
    last_day        date NOT NULL,
    opens           smallint CHECK (opens BETWEEN 0 AND 1435 AND opens % 5 = 0),
    closes          smallint CHECK (closes BETWEEN 5 AND 1440 AND closes % 5 = 0),
    kind            text NOT NULL CHECK (kind IN ('closed', 'open')),
    reason          text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    version         integer NOT NULL DEFAULT 1,
    CHECK (first_day <= last_day AND last_day - first_day <= 366),
    CHECK ((opens IS NULL) = (closes IS NULL) AND opens < closes),
    CHECK (kind = 'closed' OR opens IS NOT NULL),
    PRIMARY KEY (organisation_id, closure_id),
    FOREIGN KEY (organisation_id, location_id) REFERENCES aloe.locations,
    FOREIGN KEY (organisation_id, resource_id) REFERENCES aloe.resources
);
CREATE INDEX closures_days ON aloe.closures (organisation_id, last_day);
CREATE INDEX closures_location ON aloe.closures (organisation_id, location_id);
CREATE INDEX closures_resource ON aloe.closures (organisation_id, resource_id);
COMMENT ON TABLE aloe.closures IS 'retention=configuration; people=no';

CREATE TABLE aloe.privacy_notices (
    organisation_id uuid NOT NULL REFERENCES aloe.organisations,
    notice_version  integer NOT NULL,
    body            text NOT NULL CHECK (length(body) BETWEEN 1 AND 8000),
    published_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, notice_version)
);
COMMENT ON TABLE aloe.privacy_notices IS 'retention=booking_record; people=no';

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['locations', 'resources', 'services', 'service_resources', 'weekly_hours', 'closures', 'privacy_notices'] LOOP
        EXECUTE format('ALTER TABLE aloe.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE aloe.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR SELECT TO aloe_member USING (organisation_id = (SELECT fence.organisation(''member'')))', t || '_member', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR INSERT TO aloe_member WITH CHECK (organisation_id = (SELECT fence.organisation(''settings'')))', t || '_add', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR UPDATE TO aloe_member USING (organisation_id = (SELECT fence.organisation(''settings''))) WITH CHECK (organisation_id = (SELECT fence.organisation(''settings'')))', t || '_change', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR DELETE TO aloe_member USING (organisation_id = (SELECT fence.organisation(''settings'')))', t || '_remove', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR SELECT TO aloe_public USING (organisation_id = (SELECT fence.organisation(''public'')))', t || '_public', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I FOR SELECT TO aloe_job USING (organisation_id = (SELECT fence.organisation(''job'')))', t || '_job', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_operator USING (organisation_id = (SELECT fence.organisation(''operator''))) WITH CHECK (organisation_id = (SELECT fence.organisation(''operator'')))', t || '_operator', t);
        EXECUTE format('GRANT SELECT ON aloe.%I TO aloe_member, aloe_public, aloe_job', t);
        EXECUTE format('GRANT SELECT, INSERT ON aloe.%I TO aloe_operator', t);
        EXECUTE format('GRANT INSERT ON aloe.%I TO aloe_member', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['locations', 'resources', 'services', 'closures'] LOOP
        EXECUTE format('GRANT UPDATE ON aloe.%I TO aloe_member', t);
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE ON aloe.%I FOR EACH ROW EXECUTE FUNCTION aloe.count_version()', t || '_version', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['weekly_hours', 'closures', 'service_resources'] LOOP
        EXECUTE format('GRANT DELETE ON aloe.%I TO aloe_member', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['location', 'resource', 'service', 'closure'] LOOP
        EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON aloe.%I FOR EACH ROW EXECUTE FUNCTION audit.record(%L, '''', %L)',
            t || 's_audit', t || 's', t || '_id', t || '_id');
    END LOOP;
END $$;
CREATE TRIGGER weekly_hours_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.weekly_hours
    FOR EACH ROW EXECUTE FUNCTION audit.record('resource_id', '', 'weekly_hours_id');
CREATE TRIGGER service_resources_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.service_resources
    FOR EACH ROW EXECUTE FUNCTION audit.record('service_id', '', '');
CREATE TRIGGER privacy_notices_audit AFTER INSERT OR UPDATE OR DELETE ON aloe.privacy_notices
    FOR EACH ROW EXECUTE FUNCTION audit.record('organisation_id', '', '');
