-- Whoever forgot a password gets a link that works once, for half an hour; so do those who are invited, who may ask for a new one
-- while their invitation is open. Mail to an account belongs to no organisation, so it is sealed under the installation's key.

CREATE TABLE aloe.account_mails (
    mail_id     uuid PRIMARY KEY,
    template    text NOT NULL CHECK (template ~ '^[a-z_]{1,40}$'),
    sealed      bytea NOT NULL,
    key_version integer NOT NULL,
    state       text NOT NULL DEFAULT 'shown' CHECK (state IN ('queued', 'shown', 'sent', 'failed')),
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_mails_created ON aloe.account_mails (created_at DESC);
COMMENT ON TABLE aloe.account_mails IS 'retention=message; people=yes; restriction=none';
COMMENT ON COLUMN aloe.account_mails.sealed IS 'recipient, subject and body, sealed under the installation''s key';

-- What was asked for at the door, whoever's address it is: looked up later, so that the answer takes as long for every address.
CREATE TABLE aloe.reset_requests (
    request_id  uuid PRIMARY KEY,
    sealed      bytea NOT NULL,
    key_version integer NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE aloe.reset_requests IS 'retention=session; people=yes; restriction=none';
COMMENT ON COLUMN aloe.reset_requests.sealed IS 'the address, sealed under the installation''s key';

CREATE TABLE aloe.password_resets (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    user_id    uuid NOT NULL REFERENCES aloe.users,
    made_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at AND expires_at <= made_at + interval '30 minutes')
);
CREATE INDEX password_resets_user ON aloe.password_resets (user_id);
COMMENT ON TABLE aloe.password_resets IS 'retention=session; people=no';

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['account_mails', 'reset_requests', 'password_resets'] LOOP
        EXECUTE format('ALTER TABLE aloe.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE aloe.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON aloe.%I TO aloe_definer USING (true) WITH CHECK (true)', t || '_definer', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON aloe.%I TO aloe_definer', t);
    END LOOP;
END $$;

-- Refuses whoever did not come in by the door of sign-in.
CREATE FUNCTION fence.at_the_door() RETURNS void LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF fence.claims()->>'kind' IS DISTINCT FROM 'auth' THEN
        RAISE EXCEPTION 'this belongs to the door of sign-in' USING ERRCODE = 'AL003';
    END IF;
END $$;
ALTER FUNCTION fence.at_the_door OWNER TO aloe_definer;

CREATE FUNCTION fence.add_account_mail(mail uuid, template text, sealed bytea, key_version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    INSERT INTO aloe.account_mails (mail_id, template, sealed, key_version) VALUES (mail, template, sealed, key_version);
END $$;
ALTER FUNCTION fence.add_account_mail OWNER TO aloe_definer;

CREATE FUNCTION fence.recent_account_mails(most integer)
RETURNS TABLE (mail_id uuid, template text, sealed bytea, key_version integer, created_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY SELECT m.mail_id, m.template, m.sealed, m.key_version, m.created_at FROM aloe.account_mails m
    ORDER BY m.created_at DESC, m.mail_id DESC LIMIT most;
END $$;
ALTER FUNCTION fence.recent_account_mails OWNER TO aloe_definer;

CREATE FUNCTION fence.ask_reset(request uuid, sealed bytea, key_version integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    INSERT INTO aloe.reset_requests (request_id, sealed, key_version) VALUES (request, sealed, key_version);
END $$;
ALTER FUNCTION fence.ask_reset OWNER TO aloe_definer;

-- Takes the oldest request; it is there again when the transaction fails.
CREATE FUNCTION fence.take_reset_request() RETURNS TABLE (request_id uuid, sealed bytea, key_version integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY DELETE FROM aloe.reset_requests r WHERE r.request_id = (
        SELECT o.request_id FROM aloe.reset_requests o ORDER BY o.asked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING r.request_id, r.sealed, r.key_version;
END $$;
ALTER FUNCTION fence.take_reset_request OWNER TO aloe_definer;

-- Makes the link of an account: the newest alone works.
CREATE FUNCTION fence.make_reset(account uuid, reset_hash bytea, lifetime interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM aloe.password_resets p WHERE p.user_id = account;
    INSERT INTO aloe.password_resets (token_hash, user_id, expires_at) VALUES (reset_hash, account, now() + lifetime);
    PERFORM fence.note_sign_in(account, 'reset_asked', 'done');
END $$;
ALTER FUNCTION fence.make_reset OWNER TO aloe_definer;

CREATE FUNCTION fence.find_reset(reset_hash bytea) RETURNS TABLE (email text, name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY SELECT u.email, u.name FROM aloe.password_resets p JOIN aloe.users u ON u.user_id = p.user_id AND u.disabled_at IS NULL
    WHERE p.token_hash = reset_hash AND p.expires_at > now();
END $$;
ALTER FUNCTION fence.find_reset OWNER TO aloe_definer;

-- Spends the link: the new password holds, every session ends. Second factors stay. Answers nothing when the link is over.
CREATE FUNCTION fence.use_reset(reset_hash bytea, new_hash text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    account uuid;
BEGIN
    PERFORM fence.at_the_door();
    DELETE FROM aloe.password_resets p USING aloe.users u
    WHERE p.token_hash = reset_hash AND p.expires_at > now() AND u.user_id = p.user_id AND u.disabled_at IS NULL
    RETURNING p.user_id INTO account;
    IF account IS NOT NULL THEN
        UPDATE aloe.users u SET password_hash = new_hash WHERE u.user_id = account;
        UPDATE aloe.sessions s SET ended_at = now(), ended_why = 'password reset' WHERE s.user_id = account AND s.ended_at IS NULL;
        PERFORM fence.note_sign_in(account, 'password_reset', 'done'), fence.tell_account(account, 'password_reset');
    END IF;
    RETURN account;
END $$;
ALTER FUNCTION fence.use_reset OWNER TO aloe_definer;

-- An invitation stays open for days, each of its links for half an hour.
ALTER TABLE aloe.invitations ADD COLUMN link_expires_at timestamptz NOT NULL DEFAULT now() + interval '30 minutes';
GRANT SELECT (link_expires_at) ON aloe.invitations TO aloe_member;

CREATE FUNCTION fence.open_invitation(invitation_hash bytea)
RETURNS TABLE (organisation_name text, email text, name text, roles text[], has_account boolean, link_is_over boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY SELECT o.name, i.email, i.name, i.roles, u.user_id IS NOT NULL, i.link_expires_at <= now()
    FROM aloe.invitations i JOIN aloe.organisations o ON o.organisation_id = i.organisation_id
    LEFT JOIN aloe.users u ON u.email_key = i.email_key
    WHERE i.token_hash = invitation_hash AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > now();
END $$;
ALTER FUNCTION fence.open_invitation OWNER TO aloe_definer;

-- Puts a new link in place of one that is over. The mail with it goes to the invited address, whoever asked.
CREATE FUNCTION fence.renew_invitation(old_hash bytea, new_hash bytea) RETURNS TABLE (organisation_name text, email text, name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM fence.at_the_door();
    RETURN QUERY UPDATE aloe.invitations i SET token_hash = new_hash, link_expires_at = now() + interval '30 minutes'
    FROM aloe.organisations o
    WHERE i.token_hash = old_hash AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > now()
        AND i.link_expires_at <= now() AND o.organisation_id = i.organisation_id
    RETURNING o.name, i.email, i.name;
END $$;
ALTER FUNCTION fence.renew_invitation OWNER TO aloe_definer;
GRANT EXECUTE ON FUNCTION fence.add_account_mail, fence.recent_account_mails, fence.ask_reset, fence.take_reset_request, fence.make_reset,
    fence.find_reset, fence.use_reset, fence.open_invitation, fence.renew_invitation TO aloe_auth;

CREATE OR REPLACE FUNCTION fence.accept_invitation(invitation_hash bytea, fresh_user uuid, fresh_membership uuid, chosen_name text, new_hash text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    invitation aloe.invitations%ROWTYPE;
    account uuid;
BEGIN
    IF fence.claims()->>'kind' IS DISTINCT FROM 'auth' THEN
        RETURN NULL;
    END IF;
    SELECT i.* INTO invitation FROM aloe.invitations i
    WHERE i.token_hash = invitation_hash AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > now()
        AND i.link_expires_at > now() FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT u.user_id INTO account FROM aloe.users u WHERE u.email_key = invitation.email_key;
    IF EXISTS (SELECT FROM aloe.memberships m WHERE m.organisation_id = invitation.organisation_id AND m.user_id = account AND m.active) THEN
        RETURN NULL;
    END IF;
    UPDATE aloe.invitations i SET accepted_at = now()
    WHERE i.organisation_id = invitation.organisation_id AND i.invitation_id = invitation.invitation_id;
    IF account IS NULL THEN
        INSERT INTO aloe.users (user_id, email, email_key, name, password_hash)
        VALUES (fresh_user, invitation.email, invitation.email_key, chosen_name, new_hash);
        account := fresh_user;
    END IF;
    INSERT INTO aloe.memberships (organisation_id, membership_id, user_id, name, email, roles)
    VALUES (invitation.organisation_id, fresh_membership, account, chosen_name, invitation.email, invitation.roles)
    ON CONFLICT (organisation_id, user_id) DO UPDATE SET active = true, roles = excluded.roles;
    RETURN account;
END $$;

CREATE OR REPLACE FUNCTION fence.tidy() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM aloe.session_tokens t WHERE t.expires_at < now() - interval '1 day';
    DELETE FROM aloe.phone_proofs p WHERE p.expires_at < now() - interval '1 day';
    DELETE FROM aloe.booking_links l WHERE l.expires_at < now() - interval '1 day';
    DELETE FROM aloe.occupancies o WHERE o.expires_at < now();
    DELETE FROM aloe.idempotency_keys k WHERE k.created_at < now() - interval '1 day';
    DELETE FROM fence.throttles t WHERE t.next_free < now() - interval '1 day';
    DELETE FROM aloe.password_resets p WHERE p.expires_at < now();
    DELETE FROM aloe.account_mails m WHERE m.created_at < now() - interval '90 days';
    DELETE FROM aloe.account_notices n WHERE n.at < now() - interval '90 days';
END $$;
