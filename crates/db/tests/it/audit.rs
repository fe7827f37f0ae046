//! Lessons 15 and 16, the privileges half: the trail is append-only and misses nothing (P13, P15).

use aloe_domain::permission::{Role, need};
use aloe_testkit::{TestDb, visit};

#[tokio::test(flavor = "multi_thread")]
async fn p15_no_runtime_login_and_not_even_the_owner_changes_an_entry() {
    let db = TestDb::fresh().await;
    let practice = db.practice("append").await;
    db.member(&practice, Role::Owner).await;
    let admin = db.superuser().await;
    for statement in [
        "UPDATE aloe.audit_entries SET actor = 'x'",
        "DELETE FROM aloe.audit_entries",
        "TRUNCATE aloe.audit_entries",
    ] {
        let error = admin.batch_execute(statement).await.unwrap_err();
        assert_eq!(error.as_db_error().unwrap().code().code(), "AL002", "{statement}");
        for login in aloe_db::connect::LOGINS {
            assert!(
                db.login(login).await.batch_execute(statement).await.is_err(),
                "{login}: {statement}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p13_every_table_that_people_change_records_its_changes() {
    let db = TestDb::fresh().await;
    // Tables without a trigger say here why they need none.
    let exempt = [
        ("known_devices", "sign-in is recorded"),
        ("passkey_questions", "what follows is recorded"),
        ("factors", "adding and turning off are recorded"),
        ("recovery_codes", "making and using are recorded"),
        ("sign_ins", "what follows is recorded"),
        ("account_mails", "tells of what is recorded itself"),
        ("password_resets", "asking and using are recorded"),
        ("reset_requests", "taken at once; what follows is recorded"),
        ("account_notices", "tells of what is recorded itself"),
        ("agenda_versions", "a count of changes that are recorded themselves"),
        ("audit_entries", "the trail itself"),
        ("booking_links", "made with its booking"),
        ("changes", "tells open pages, holds no values"),
        ("identifier_values", "changes with identifiers"),
        ("idempotency_keys", "answers of a day"),
        ("jobs", "messages record their own settling"),
        ("occupancies", "follows bookings"),
        ("patient_tokens", "follows patients"),
        ("phone_proofs", "a proof of minutes"),
        ("session_tokens", "sessions record sign-in and sign-out"),
        ("sessions", "recorded by sign-in and sign-out"),
        ("users", "recorded by invitation and sign-in"),
    ];
    let query = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'aloe' AND c.relkind = 'r' AND NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        JOIN pg_namespace s ON s.oid = p.pronamespace WHERE t.tgrelid = c.oid AND s.nspname = 'audit' AND p.proname = 'record')";
    for row in db.superuser().await.query(query, &[]).await.unwrap() {
        let table: String = row.get(0);
        assert!(exempt.iter().any(|(name, _)| *name == table), "{table} records nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p13_a_change_without_a_known_actor_does_not_happen() {
    let db = TestDb::fresh().await;
    let practice = db.practice("actor").await;
    let update = "UPDATE aloe.locations SET name = 'x' WHERE organisation_id = $1";
    let error = db
        .superuser()
        .await
        .execute(update, &[&practice.id.as_uuid()])
        .await
        .unwrap_err();
    assert_eq!(error.as_db_error().unwrap().code().code(), "AL003");
}

#[tokio::test(flavor = "multi_thread")]
async fn p13_a_change_leaves_who_when_whence_before_and_after() {
    let db = TestDb::fresh().await;
    let practice = db.practice("change").await;
    let owner = db.member(&practice, Role::Owner).await;
    let scope = owner.membership.scope::<need::Settings>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let agenda = aloe_db::agenda::Agenda::offered(&mut tx, jiff::civil::date(2020, 1, 1))
        .await
        .unwrap();
    let mut place = agenda.locations[0].clone();
    place.name = "New rooms".to_owned();
    aloe_db::settings::save_location(&mut tx, &place).await.unwrap();
    tx.commit().await.unwrap();
    let query = "SELECT before->>'name', after->>'name', user_id, source::text FROM aloe.audit_entries WHERE entity = 'locations' AND action = 'update'";
    let rows = db.superuser().await.query(query, &[]).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].get::<_, &str>(0), rows[0].get::<_, &str>(1)),
        ("Main rooms", "New rooms")
    );
    assert_eq!(rows[0].get::<_, uuid::Uuid>(2), owner.membership.user.as_uuid());
    assert!(rows[0].get::<_, &str>(3).starts_with("192.0.2.7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn searching_and_opening_a_file_leave_exactly_one_entry_each() {
    let db = TestDb::fresh().await;
    let practice = db.practice("reads").await;
    let owner = db.member(&practice, Role::Owner).await;
    let patient = db.patient(&owner, "Dlamini", "").await;
    crate::patients::find_all(&db, &owner, "dlamini").await;
    let scope = owner.membership.scope::<need::Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    aloe_db::clinical::open_file(&mut tx, patient, 10).await.unwrap();
    tx.commit().await.unwrap();
    let query = "SELECT action, count(*) FROM aloe.audit_entries WHERE action IN ('search', 'open_file') GROUP BY action ORDER BY action";
    let rows = db.superuser().await.query(query, &[]).await.unwrap();
    let counted: Vec<(String, i64)> = rows.iter().map(|r| (r.get(0), r.get(1))).collect();
    assert_eq!(counted, [("open_file".to_owned(), 1), ("search".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_without_the_right_reads_their_own_entries_only() {
    let db = TestDb::fresh().await;
    let practice = db.practice("own").await;
    let (owner, reception) = (
        db.member(&practice, Role::Owner).await,
        db.member(&practice, Role::Reception).await,
    );
    db.patient(&owner, "Dlamini", "").await;
    db.patient(&reception, "Khumalo", "").await;
    let raw = db.raw_member(&practice, &reception).await.0;
    let others = "SELECT count(*) FROM aloe.audit_entries WHERE user_id IS DISTINCT FROM $1";
    assert_eq!(
        raw.query_one(others, &[&reception.membership.user.as_uuid()])
            .await
            .unwrap()
            .get::<_, i64>(0),
        0
    );
    let own: i64 = raw
        .query_one("SELECT count(*) FROM aloe.audit_entries", &[])
        .await
        .unwrap()
        .get(0);
    assert!(own >= 2, "{own}");
}

/// Lesson 16: each act leaves the entries that it should, and does not happen when they cannot be written.
/// The operations themselves, and not only what they call: none happens without its entry.
#[tokio::test(flavor = "multi_thread")]
async fn p13_searching_opening_revealing_and_merging_fail_without_their_entry() {
    let db = TestDb::fresh().await;
    let at = db.furnished("unwritten", "8001015009087").await;
    let superuser = db.superuser().await;
    superuser
        .batch_execute("REVOKE INSERT ON aloe.audit_entries FROM aloe_definer")
        .await
        .unwrap();
    let today = jiff::civil::date(2026, 11, 23);
    let membership = &at.owner.membership;
    let scope = membership.scope::<need::Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    for typed in ["Person", "8001015009087", "1980-01-01", "nobody of this name"] {
        assert!(
            aloe_db::patients::search(&mut tx, &db.keys, typed, today)
                .await
                .is_err(),
            "searching for {typed}"
        );
        tx = db.doors.member(&visit(), &scope).await.unwrap();
    }
    let scope = membership.scope::<need::Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    assert!(aloe_db::clinical::open_file(&mut tx, at.patient, 10).await.is_err());
    let scope = membership.scope::<need::RevealToVerify>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let revealed = aloe_db::patients::reveal(&mut tx, &db.keys, at.identifier, "to verify").await;
    assert!(revealed.is_err());
    let scope = membership.scope::<need::AllPatients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    assert!(aloe_db::patients::merge(&mut tx, at.patient, at.kept.0).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn p13_each_act_leaves_its_entries_and_does_not_happen_without_them() {
    let db = TestDb::fresh().await;
    let practice = db.practice("acts").await;
    let owner = db.member(&practice, Role::Owner).await;
    let other = db.member(&practice, Role::Reception).await;
    let (keep, merged) = (
        db.patient(&owner, "Dlamini", "").await,
        db.patient(&owner, "Nkosi", "").await,
    );
    let role = format!(
        "UPDATE aloe.memberships SET roles = '{{practitioner}}' WHERE membership_id = '{}'",
        other.membership.id
    );
    let merge = format!(
        "SELECT aloe.merge_files('{}', gen_random_uuid(), '{keep}', '{merged}')",
        practice.id
    );
    let acts = [
        ("a change of roles", role.as_str(), 1),
        ("a merge, and the file that it closes", merge.as_str(), 2),
        ("a changed place", "UPDATE aloe.locations SET name = 'Elsewhere'", 1),
        (
            "a changed setting",
            "UPDATE aloe.organisations SET letterhead = 'New'",
            1,
        ),
        (
            "a search",
            "SELECT audit.note('search', 'done', 'patients', NULL, NULL, '', NULL)",
            1,
        ),
        (
            "an opened file",
            "SELECT audit.note('open_file', 'done', 'patients', NULL, NULL, '', NULL)",
            1,
        ),
        (
            "a refused attempt",
            "SELECT audit.note('denied', 'denied', 'memberships', NULL, NULL, '', NULL)",
            1,
        ),
    ];
    let superuser = db.superuser().await;
    let count = "SELECT count(*) FROM aloe.audit_entries";
    for (what, act, entries) in acts {
        let raw = db.raw_member(&practice, &owner).await.0;
        let before: i64 = raw.query_one(count, &[]).await.unwrap().get(0);
        raw.batch_execute(act).await.unwrap();
        let after: i64 = raw.query_one(count, &[]).await.unwrap().get(0);
        raw.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(after - before, entries, "{what}");
    }
    superuser
        .batch_execute("REVOKE INSERT ON aloe.audit_entries FROM aloe_definer")
        .await
        .unwrap();
    for (what, act, _) in acts {
        let raw = db.raw_member(&practice, &owner).await.0;
        assert!(
            raw.batch_execute(act).await.is_err(),
            "{what} happened without its entry"
        );
    }
}
