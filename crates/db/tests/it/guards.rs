//! What the database holds by itself where the application takes care too (lessons 1, 3, 7, 13 and 24).

use aloe_db::bookings::{self, BookingError, Move};
use aloe_db::error::DbError;
use aloe_db::patients;
use aloe_domain::booking::Status;
use aloe_domain::permission::Role;
use aloe_domain::permission::need::{AllPatients, Owners, Patients, Schedule};
use aloe_testkit::{Member, Organisation, TestDb, visit};
use aloe_vault::{Token, TokenDomain};
use jiff::{SignedDuration, Timestamp};

use crate::bookings::{agenda, book, book_because, soon};

fn code(error: &tokio_postgres::Error) -> String {
    error.as_db_error().unwrap().code().code().to_owned()
}

async fn move_to(
    db: &TestDb,
    at: &Organisation,
    by: &Member,
    id: aloe_domain::ids::BookingId,
    starts_at: Timestamp,
    reason: &str,
) -> Result<(), BookingError> {
    let agenda = agenda(db, at).await;
    let scope = by.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await?;
    let version = bookings::find(&mut tx, id).await?.version;
    let to = Move {
        version,
        resource: at.resources[0],
        location: at.location,
        starts_at,
        minutes: 20,
        overbook_reason: reason.to_owned(),
    };
    bookings::move_at_desk(&mut tx, &agenda, id, &to).await?;
    Ok(tx.commit().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_a_booking_that_takes_no_time_in_the_diary_is_refused_by_the_database() {
    let db = TestDb::fresh().await;
    let practice = db.practice("untaken").await;
    let owner = db.member(&practice, Role::Owner).await;
    let id = book(&db, &practice, &owner, soon()).await.unwrap();
    let later = "UPDATE aloe.bookings SET starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '1 hour' WHERE booking_id = $1";
    let copy = "INSERT INTO aloe.bookings (organisation_id, booking_id, reference, service_id, location_id, resource_id, status, channel, starts_at, ends_at, contact_name)
        SELECT organisation_id, gen_random_uuid(), 'ZZZZ2345', service_id, location_id, resource_id, 'pending', 'desk', starts_at, ends_at, 'Somebody' FROM aloe.bookings WHERE booking_id = $1";
    let free = "DELETE FROM aloe.occupancies WHERE booking_id = $1";
    for by_hand in [later, copy, free] {
        let raw = db.raw_member(&practice, &owner).await.0;
        assert_eq!(raw.execute(by_hand, &[&id.as_uuid()]).await.unwrap(), 1, "{by_hand}");
        let error = raw.batch_execute("COMMIT").await.unwrap_err();
        assert_eq!(code(&error), "AL012", "{by_hand}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_for_overbooking_covers_the_time_that_it_was_given_for_and_no_other() {
    let db = TestDb::fresh().await;
    let practice = db.practice("reason").await;
    let (reception, owner) = (
        db.member(&practice, Role::Reception).await,
        db.member(&practice, Role::Owner).await,
    );
    let later = soon() + SignedDuration::from_hours(1);
    for starts_at in [soon(), later] {
        book(&db, &practice, &owner, starts_at).await.unwrap();
    }
    let squeezed = book_because(&db, &practice, &owner, soon(), "a sick child")
        .await
        .unwrap();
    for by in [&owner, &reception] {
        let moved = move_to(&db, &practice, by, squeezed, later, "").await;
        assert!(
            matches!(moved, Err(BookingError::Clash(ref c)) if c.len() == 1),
            "{moved:?}"
        );
    }
    move_to(&db, &practice, &owner, squeezed, later, "the mother works")
        .await
        .unwrap();
    let free = soon() + SignedDuration::from_hours(2);
    move_to(&db, &practice, &reception, squeezed, free, "").await.unwrap();
    let reasons =
        "SELECT array_agg(coalesce(after->>'overbook_reason', '') ORDER BY audit_entry_id) FROM aloe.audit_entries
        WHERE entity = 'bookings' AND entity_id = $1 AND (action = 'insert' OR after ? 'overbook_reason')";
    let superuser = db.superuser().await;
    let row = superuser.query_one(reasons, &[&squeezed.as_uuid()]).await.unwrap();
    let reasons: Vec<String> = row.get(0);
    assert_eq!(reasons, ["a sick child", "the mother works", ""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permitted_member_without_a_reason_overbooks_nothing_by_hand() {
    let db = TestDb::fresh().await;
    let practice = db.practice("noreason").await;
    let owner = db.member(&practice, Role::Owner).await;
    let id = book(&db, &practice, &owner, soon()).await.unwrap();
    let raw = db.raw_member(&practice, &owner).await.0;
    let beyond = "UPDATE aloe.occupancies SET lane = 50 WHERE booking_id = $1";
    let error = raw.execute(beyond, &[&id.as_uuid()]).await.unwrap_err();
    assert_eq!(code(&error), "AL006");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_and_goes_along_when_the_booking_moves_to_a_later_day() {
    let db = TestDb::fresh().await;
    let practice = db.practice("later").await;
    let owner = db.member(&practice, Role::Owner).await;
    let id = book(&db, &practice, &owner, soon()).await.unwrap();
    let token = Token::random().unwrap().hash(TokenDomain::MANAGE_LINK);
    let scope = owner.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    bookings::add_link(&mut tx, id, &token, soon()).await.unwrap();
    tx.commit().await.unwrap();
    let superuser = db.superuser().await;
    let ends = "SELECT l.expires_at = b.ends_at + interval '1 day' FROM aloe.booking_links l JOIN aloe.bookings b USING (organisation_id, booking_id)";
    let two_weeks = soon() + SignedDuration::from_hours(14 * 24);
    move_to(&db, &practice, &owner, id, two_weeks, "").await.unwrap();
    assert!(superuser.query_one(ends, &[]).await.unwrap().get::<_, bool>(0));
    assert!(db.doors.link(&visit(), &practice.slug, &token).await.is_ok());
    let over = "UPDATE aloe.booking_links SET expires_at = now() - interval '1 second'";
    superuser.batch_execute(over).await.unwrap();
    let refused = db.doors.link(&visit(), &practice.slug, &token).await;
    assert!(matches!(refused, Err(DbError::NotEntered)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_booking_is_not_reopened_by_its_link_by_hand_either() {
    let db = TestDb::fresh().await;
    let practice = db.practice("reopen").await;
    let owner = db.member(&practice, Role::Owner).await;
    let id = book(&db, &practice, &owner, soon()).await.unwrap();
    let token = Token::random().unwrap().hash(TokenDomain::MANAGE_LINK);
    let scope = owner.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    bookings::add_link(&mut tx, id, &token, soon()).await.unwrap();
    tx.commit().await.unwrap();
    let (mut tx, _) = db.doors.link(&visit(), &practice.slug, &token).await.unwrap();
    bookings::cancel_by_link(&mut tx, id, "by the person").await.unwrap();
    tx.commit().await.unwrap();
    let raw = db.login("aloe_public").await;
    raw.batch_execute("BEGIN").await.unwrap();
    let source = std::net::IpAddr::from([192, 0, 2, 7]);
    raw.query(
        "SELECT * FROM fence.enter_link($1, $2, $3, $4)",
        &[
            &practice.slug,
            &token.as_bytes().as_slice(),
            &source,
            &uuid::Uuid::now_v7(),
        ],
    )
    .await
    .unwrap();
    let reopened = raw
        .execute(
            "UPDATE aloe.bookings SET status = 'confirmed', cancel_reason = 'x'",
            &[],
        )
        .await;
    assert!(matches!(reopened, Ok(0) | Err(_)), "{reopened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_consultation_changes_its_file_with_a_merge_and_in_no_other_way() {
    let db = TestDb::fresh().await;
    let practice = db.practice("file").await;
    let (owner, reception) = (
        db.member(&practice, Role::Owner).await,
        db.member(&practice, Role::Reception).await,
    );
    let (mine, other) = (
        db.patient(&owner, "Dlamini", "8001015009087").await,
        db.patient(&owner, "Nkosi", "").await,
    );
    let encounter = crate::clinical::signed_consultation(&db, &owner, mine).await;
    let raw = db.raw_member(&practice, &owner).await.0;
    let by_hand = "UPDATE aloe.encounters SET patient_id = $1 WHERE encounter_id = $2";
    let error = raw
        .execute(by_hand, &[&other.as_uuid(), &encounter.as_uuid()])
        .await
        .unwrap_err();
    assert_eq!(code(&error), "42501");
    let raw = db.raw_member(&practice, &reception).await.0;
    // Nor by the file: only a merge closes one, and it is on the trail.
    let closed = raw
        .execute(
            "UPDATE aloe.patients SET merged_into = $1 WHERE patient_id = $2",
            &[&other.as_uuid(), &mine.as_uuid()],
        )
        .await;
    assert_eq!(code(&closed.unwrap_err()), "42501");
    for statement in [
        "SELECT moved_encounters FROM aloe.patient_merges",
        "INSERT INTO aloe.patient_merges SELECT * FROM aloe.patient_merges",
    ] {
        let raw = db.raw_member(&practice, &reception).await.0;
        assert_eq!(
            code(&raw.execute(statement, &[]).await.unwrap_err()),
            "42501",
            "{statement}"
        );
    }
    let foreign = db.practice("elsewhere").await;
    let raw = db.raw_member(&practice, &owner).await.0;
    let call = "SELECT aloe.merge_files($1, gen_random_uuid(), $2, $3)";
    let error = raw
        .execute(call, &[&foreign.id.as_uuid(), &other.as_uuid(), &mine.as_uuid()])
        .await
        .unwrap_err();
    assert_eq!(code(&error), "AL011");
}

/// A type of the caller's own that is named like one of PostgreSQL's runs nothing as the definer.
#[tokio::test(flavor = "multi_thread")]
async fn no_temporary_type_runs_as_the_definer() {
    let db = TestDb::fresh().await;
    let raw = db.login("aloe_operator").await;
    raw.batch_execute(
        "CREATE TABLE pg_temp.ran (as_whom text); GRANT ALL ON pg_temp.ran TO PUBLIC;
        CREATE FUNCTION pg_temp.grab(bytea) RETURNS boolean LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO pg_temp.ran VALUES (current_user); RETURN true; END $$;
        CREATE DOMAIN pg_temp.bytea AS pg_catalog.bytea CHECK (pg_temp.grab(VALUE::pg_catalog.bytea));",
    )
    .await
    .unwrap();
    let _ = raw.query("SELECT fence.organisation('operator')", &[]).await;
    let ran: i64 = raw
        .query_one("SELECT count(*) FROM pg_temp.ran", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(ran, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_leaves_everything_findable_and_its_undo_puts_back_what_it_moved() {
    let db = TestDb::fresh().await;
    let practice = db.practice("findable").await;
    let owner = db.member(&practice, Role::Owner).await;
    let (keep, merged, last) = (
        db.patient(&owner, "Dlamini", "").await,
        db.patient(&owner, "Ngubane", "8001015009087").await,
        db.patient(&owner, "Zondi", "").await,
    );
    let booking = book(&db, &practice, &owner, soon()).await.unwrap();
    let encounter = crate::clinical::signed_consultation(&db, &owner, merged).await;
    let scope = owner.membership.scope::<Patients>().unwrap();
    let schedule = owner.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &schedule).await.unwrap();
    bookings::attach_patient(&mut tx, booking, merged).await.unwrap();
    tx.commit().await.unwrap();
    let whose = "SELECT (SELECT patient_id FROM aloe.bookings WHERE booking_id = $1), (SELECT patient_id FROM aloe.encounters WHERE encounter_id = $2)";
    let superuser = db.superuser().await;
    let ids: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&booking.as_uuid(), &encounter.as_uuid()];

    let all = owner.membership.scope::<AllPatients>().unwrap();
    let mut tx = db.doors.member(&visit(), &all).await.unwrap();
    patients::merge(&mut tx, keep, merged).await.unwrap();
    patients::merge(&mut tx, last, keep).await.unwrap();
    tx.commit().await.unwrap();
    let row = superuser.query_one(whose, &ids).await.unwrap();
    assert_eq!((row.get(0), row.get(1)), (Some(last.as_uuid()), Some(last.as_uuid())));
    for typed in ["8001015009087", "Ngubane", "Dlamini", "1980-01-01"] {
        let found = crate::patients::find_all(&db, &owner, typed).await;
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [last], "{typed}");
    }
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let document = aloe_testkit::registration("Khumalo", "8001015009087").document;
    let warned = patients::duplicates(&mut tx, &db.keys, Some(&document), None, None)
        .await
        .unwrap();
    assert_eq!(warned[0].0.id, last);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_merge_puts_back_bookings_and_consultations() {
    let db = TestDb::fresh().await;
    let practice = db.practice("undone").await;
    let owner = db.member(&practice, Role::Owner).await;
    let (keep, merged) = (
        db.patient(&owner, "Dlamini", "").await,
        db.patient(&owner, "Ngubane", "8001015009087").await,
    );
    let booking = book(&db, &practice, &owner, soon()).await.unwrap();
    let encounter = crate::clinical::signed_consultation(&db, &owner, merged).await;
    let schedule = owner.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &schedule).await.unwrap();
    bookings::attach_patient(&mut tx, booking, merged).await.unwrap();
    tx.commit().await.unwrap();
    let scope = owner.membership.scope::<AllPatients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let merge = patients::merge(&mut tx, keep, merged).await.unwrap();
    patients::undo_merge(&mut tx, merge).await.unwrap();
    tx.commit().await.unwrap();
    let whose = "SELECT (SELECT patient_id FROM aloe.bookings WHERE booking_id = $1), (SELECT patient_id FROM aloe.encounters WHERE encounter_id = $2)";
    let superuser = db.superuser().await;
    let row = superuser
        .query_one(whose, &[&booking.as_uuid(), &encounter.as_uuid()])
        .await
        .unwrap();
    assert_eq!(
        (row.get(0), row.get(1)),
        (Some(merged.as_uuid()), Some(merged.as_uuid()))
    );
    let entries = "SELECT count(*) FROM aloe.audit_entries WHERE entity = 'patient_merges'";
    assert_eq!(superuser.query_one(entries, &[]).await.unwrap().get::<_, i64>(0), 2);
}

/// Lesson 2: a request that waits to be confirmed takes its time, and of twenty who confirm it at once one does.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_takes_its_time_and_is_confirmed_once() {
    let db = TestDb::fresh().await;
    let practice = db.practice("pending").await;
    let owner = db.member(&practice, Role::Owner).await;
    let id = book(&db, &practice, &owner, soon()).await.unwrap();
    let superuser = db.superuser().await;
    let pending = "UPDATE aloe.bookings SET status = 'pending'";
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    superuser.batch_execute(pending).await.unwrap();
    let second = book(&db, &practice, &owner, soon()).await;
    assert!(matches!(second, Err(BookingError::Clash(_))), "{second:?}");
    let agenda = agenda(&db, &practice).await;
    let confirm = async || {
        let scope = owner.membership.scope::<Schedule>().unwrap();
        let mut tx = db.doors.member(&visit(), &scope).await?;
        bookings::set_status(&mut tx, &agenda, id, 1, Status::Confirmed, "").await?;
        Ok::<_, BookingError>(tx.commit().await?)
    };
    let all = futures_util::future::join_all((0..20).map(|_| confirm())).await;
    assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 1, "{all:?}");
    let others = all.iter().filter(|one| one.is_err());
    assert!(
        others.clone().all(|one| matches!(one, Err(BookingError::Stale))),
        "{all:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_patient_is_no_change_of_the_settings_that_somebody_edits() {
    let db = TestDb::fresh().await;
    let practice = db.practice("settings").await;
    let owner = db.member(&practice, Role::Owner).await;
    let superuser = db.superuser().await;
    let version = async || -> i32 {
        let query = "SELECT version FROM aloe.organisations WHERE organisation_id = $1";
        superuser
            .query_one(query, &[&practice.id.as_uuid()])
            .await
            .unwrap()
            .get(0)
    };
    let before = version().await;
    db.patient(&owner, "Dlamini", "8001015009087").await;
    assert_eq!(version().await, before);
    let scope = owner.membership.scope::<Owners>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    aloe_db::settings::let_reception_reveal(&mut tx, before, true)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(version().await, before + 1);
}

/// By hand, whoever proved one phone gives a link to no booking of another, and no proof outlives its half hour.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_given_for_ones_own_booking_only_and_a_proof_is_short() {
    let db = TestDb::fresh().await;
    let at = db.furnished("links", "8001015009087").await;
    let insert = "INSERT INTO aloe.booking_links (organisation_id, token_hash, booking_id, expires_at)
        VALUES ($1, $2, $3, now() + interval '1 day')";
    let hash = [9_u8; 32].as_slice();
    let raw = db.raw(aloe_testkit::Door::Person, &at).await.0;
    let theirs = raw
        .execute(insert, &[&at.at.id.as_uuid(), &hash, &at.booking.as_uuid()])
        .await;
    assert_eq!(code(&theirs.unwrap_err()), "AL014");
    let raw = db.raw(aloe_testkit::Door::Person, &at).await.0;
    let own = raw
        .execute(insert, &[&at.at.id.as_uuid(), &hash, &at.online.as_uuid()])
        .await;
    assert_eq!(own.unwrap(), 1);
    let long =
        "UPDATE aloe.phone_proofs SET expires_at = proven_at + interval '31 minutes' WHERE proven_at IS NOT NULL";
    let error = db.superuser().await.execute(long, &[]).await.unwrap_err();
    assert_eq!(code(&error), "23514");
}

/// In a demonstration, an invitation to be an owner stands in the outbox of owners alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_owners_invitation_is_read_by_owners_only() {
    let db = TestDb::fresh().await;
    let practice = db.practice("letters").await;
    let (owner, administrator) = (
        db.member(&practice, Role::Owner).await,
        db.member(&practice, Role::Administrator).await,
    );
    for template in ["invitation", "owner_invitation"] {
        let raw = db.raw_member(&practice, &owner).await.0;
        let add = "INSERT INTO aloe.messages (organisation_id, message_id, channel, template, language, sealed, key_version, dedupe_key)
            VALUES ($1, gen_random_uuid(), 'email', $2, 'en', '\\x00', 1, $2)";
        raw.execute(add, &[&practice.id.as_uuid(), &template]).await.unwrap();
        raw.batch_execute("COMMIT").await.unwrap();
    }
    for (member, sees) in [(&owner, 2_i64), (&administrator, 1)] {
        let raw = db.raw_member(&practice, member).await.0;
        let row = raw.query_one("SELECT count(*) FROM aloe.messages", &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), sees);
    }
}
