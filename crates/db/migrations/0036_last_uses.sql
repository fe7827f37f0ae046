-- What each member used last, of what is worth watching: by the trail, through an index of those entries alone.
CREATE INDEX audit_entries_watched ON aloe.audit_entries (organisation_id, user_id, action, entity, at DESC)
    WHERE outcome = 'done' AND (action IN ('reveal', 'open_file', 'read_trail') OR entity IN ('memberships', 'invitations', 'programs',
        'organisations', 'locations', 'resources', 'services', 'service_resources', 'weekly_hours', 'closures', 'privacy_notices'));
