//! Lessons 1 to 3, 6 and 7: one slot has one winner, whoever asks and however many.

use std::sync::Arc;

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, BookingError, DeskBooking, IdempotencyKey, Move, PersonBooking};
use aloe_db::error::DbError;
use aloe_db::proofs;
use aloe_domain::booking::{Channel, Status};
use aloe_domain::ids::BookingId;
use aloe_domain::language::Language;
use aloe_domain::name::PersonName;
use aloe_domain::permission::{OrganisationKind, Role, need::Schedule};
use aloe_domain::phone::PhoneNumber;
use aloe_testkit::{Member, Organisation, TestDb, visit};
use aloe_vault::{Pin, Token, TokenDomain, TokenHash};
use jiff::Timestamp;

pub async fn agenda(db: &TestDb, at: &Organisation) -> Agenda {
    let mut tx = db.doors.public(&visit(), &at.slug).await.unwrap();
    let agenda = Agenda::offered(&mut tx, jiff::civil::date(2020, 1, 1)).await.unwrap();
    tx.done().await.unwrap();
    agenda
}

fn key() -> IdempotencyKey {
    IdempotencyKey::parse(&uuid::Uuid::new_v4().to_string()).unwrap()
}

pub fn link() -> TokenHash {
    Token::random().unwrap().hash(TokenDomain::MANAGE_LINK)
}

fn at_desk(at: &Organisation, starts_at: Timestamp, reason: &str) -> DeskBooking {
    DeskBooking {
        service: at.service,
        location: at.location,
        resource: at.resources[0],
        starts_at,
        minutes: None,
        patient: None,
        name: "Example Person".to_owned(),
        phone: "+27825550142".to_owned(),
        note: String::new(),
        channel: Channel::Desk,
        language: "en".to_owned(),
        overbook_reason: reason.to_owned(),
        booked_by: "test".to_owned(),
    }
}

/// Books at the desk of the first diary.
pub async fn book(
    db: &TestDb,
    at: &Organisation,
    by: &Member,
    starts_at: Timestamp,
) -> Result<BookingId, BookingError> {
    book_because(db, at, by, starts_at, "").await
}

pub async fn book_because(
    db: &TestDb,
    at: &Organisation,
    by: &Member,
    starts_at: Timestamp,
    reason: &str,
) -> Result<BookingId, BookingError> {
    let agenda = agenda(db, at).await;
    let scope = by.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await?;
    let booked = bookings::book_at_desk(&mut tx, &agenda, &at_desk(at, starts_at, reason), &key()).await?;
    tx.commit().await?;
    Ok(booked)
}

/// A phone proven by its PIN.
async fn proven(db: &TestDb, at: &Organisation, phone: &PhoneNumber) -> TokenHash {
    db.proven_phone(at, phone.e164()).await.hash(TokenDomain::SESSION)
}

fn wanted(at: &Organisation, starts_at: Timestamp, any: bool) -> PersonBooking {
    PersonBooking {
        service: at.service,
        location: at.location,
        resource: if any { None } else { at.resources.first().copied() },
        starts_at,
        name: PersonName::parse("Example Person").unwrap(),
        for_whom: None,
        language: Language::English,
        notice_version: Some(1),
        hold: None,
    }
}

/// A weekday morning that the practice offers, some days from now.
pub fn soon() -> Timestamp {
    let zone = jiff::tz::TimeZone::get("Africa/Johannesburg").unwrap();
    let day = Timestamp::now()
        .to_zoned(zone.clone())
        .date()
        .checked_add(jiff::Span::new().days(3))
        .unwrap();
    day.at(9, 0, 0, 0).to_zoned(zone).unwrap().timestamp()
}

async fn overlaps(db: &TestDb) -> i64 {
    let query = "SELECT count(*) FROM aloe.bookings a JOIN aloe.bookings b ON a.booking_id < b.booking_id
        AND a.resource_id = b.resource_id AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
        WHERE a.status <> 'cancelled' AND b.status <> 'cancelled'";
    db.superuser().await.query_one(query, &[]).await.unwrap().get(0)
}

/// Fifty people press at once; so many of them are booked, with so many diaries to choose from.
async fn race(any: bool, diaries: usize) {
    let db = Arc::new(TestDb::fresh().await);
    let practice = Arc::new(db.practice("race").await);
    if any && diaries == 1 {
        let away =
            "SET session_replication_role = replica; UPDATE aloe.resources SET active = false WHERE resource_id = $1";
        let second = practice.resources[1].to_string();
        let away = away.replace("$1", &format!("'{second}'"));
        db.superuser().await.batch_execute(&away).await.unwrap();
    }
    let winners = diaries;
    let agenda = Arc::new(agenda(&db, &practice).await);
    let starts_at = soon();
    let tasks = (0..50).map(|n| {
        let (db, practice, agenda) = (Arc::clone(&db), Arc::clone(&practice), Arc::clone(&agenda));
        tokio::spawn(async move {
            let phone = PhoneNumber::parse(&format!("08255501{n:02}")).unwrap();
            let proof = proven(&db, &practice, &phone).await;
            let (mut tx, phone) = db.doors.person(&visit(), &practice.slug, &proof).await.unwrap();
            let booked = bookings::book_with_proof(
                &mut tx,
                &agenda,
                &phone,
                &wanted(&practice, starts_at, any),
                &key(),
                &link(),
                Timestamp::now(),
            )
            .await;
            match booked {
                Ok(_) => tx.commit().await.map(|()| true).unwrap(),
                Err(BookingError::Taken) => false,
                Err(other) => panic!("{other:?}"),
            }
        })
    });
    let mut booked = 0;
    for task in tasks.collect::<Vec<_>>() {
        booked += usize::from(task.await.unwrap());
    }
    assert_eq!(overlaps(&db).await, 0, "two people hold one time");
    assert!(booked >= 1 && booked <= winners, "{booked} of 50 were booked");
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_fifty_people_on_one_named_slot_leave_one_booking() {
    race(false, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_fifty_people_on_one_time_with_anyone_leave_no_overlap() {
    race(true, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_fifty_people_on_one_time_with_anyone_of_one_leave_one_booking() {
    race(true, 1).await;
}

/// Times that do not overlap do not collide in the diary: a daily limit is held all the same, however many ask at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_daily_limit_is_held_by_twelve_people_who_book_twelve_times_at_once() {
    let db = Arc::new(TestDb::fresh().await);
    let practice = Arc::new(db.practice("limited").await);
    let limit = "SET session_replication_role = replica; UPDATE aloe.services SET daily_limit = 3";
    db.superuser().await.batch_execute(limit).await.unwrap();
    let agenda = Arc::new(agenda(&db, &practice).await);
    let tasks = (0..12).map(|n| {
        let (db, practice, agenda) = (Arc::clone(&db), Arc::clone(&practice), Arc::clone(&agenda));
        tokio::spawn(async move {
            let phone = PhoneNumber::parse(&format!("08255502{n:02}")).unwrap();
            let proof = proven(&db, &practice, &phone).await;
            let wanted = wanted(&practice, soon() + jiff::SignedDuration::from_mins(20 * n), false);
            let (mut tx, phone) = db.doors.person(&visit(), &practice.slug, &proof).await.unwrap();
            let (key, link, now) = (key(), link(), Timestamp::now());
            match bookings::book_with_proof(&mut tx, &agenda, &phone, &wanted, &key, &link, now).await {
                Ok(_) => tx.commit().await.map(|()| true).unwrap(),
                Err(BookingError::Taken) => false,
                Err(other) => panic!("{other:?}"),
            }
        })
    });
    let mut booked = 0;
    for task in tasks.collect::<Vec<_>>() {
        booked += usize::from(task.await.unwrap());
    }
    assert_eq!(booked, 3);
    let owner = db.member(&practice, Role::Owner).await;
    book(&db, &practice, &owner, soon() + jiff::SignedDuration::from_hours(5))
        .await
        .expect("the desk sees the day and may go beyond");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_form_sent_fifty_times_at_once_is_one_booking_and_everybody_is_told_it() {
    let db = Arc::new(TestDb::fresh().await);
    let practice = Arc::new(db.practice("again").await);
    let agenda = Arc::new(agenda(&db, &practice).await);
    let phone = PhoneNumber::parse("0825550142").unwrap();
    let (proof, key, starts_at) = (proven(&db, &practice, &phone).await, key(), soon());
    let tasks = (0..50).map(|_| {
        let (db, practice, agenda) = (Arc::clone(&db), Arc::clone(&practice), Arc::clone(&agenda));
        let key = key.clone();
        tokio::spawn(async move {
            let (mut tx, phone) = db.doors.person(&visit(), &practice.slug, &proof).await.unwrap();
            let wanted = wanted(&practice, starts_at, false);
            let booked =
                bookings::book_with_proof(&mut tx, &agenda, &phone, &wanted, &key, &link(), Timestamp::now()).await;
            let id = booked.unwrap().id;
            tx.commit().await.unwrap();
            id
        })
    });
    let mut answers = std::collections::HashSet::new();
    for task in tasks.collect::<Vec<_>>() {
        answers.insert(task.await.unwrap());
    }
    assert_eq!(answers.len(), 1, "one form, one booking");
    let count = db
        .superuser()
        .await
        .query_one("SELECT count(*) FROM aloe.bookings", &[])
        .await
        .unwrap();
    assert_eq!(count.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overlap_written_by_hand_is_refused_by_the_database() {
    let db = TestDb::fresh().await;
    let practice = db.practice("hand").await;
    let owner = db.member(&practice, Role::Owner).await;
    let id = book(&db, &practice, &owner, soon()).await.unwrap();
    let raw = db.raw_member(&practice, &owner).await.0;
    let copy = "INSERT INTO aloe.occupancies (organisation_id, occupancy_id, booking_id, resource_id, lane, starts_at, ends_at)
        SELECT organisation_id, gen_random_uuid(), booking_id, resource_id, lane, starts_at + interval '5 minutes', ends_at
        FROM aloe.occupancies WHERE booking_id = $1";
    let error = raw.execute(copy, &[&id.as_uuid()]).await.unwrap_err();
    assert_eq!(error.as_db_error().unwrap().code().code(), "23P01");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_time_is_taken_for_everyone_else_and_free_when_it_ends() {
    let db = TestDb::fresh().await;
    let practice = db.practice("hold").await;
    let agenda = agenda(&db, &practice).await;
    let (mine, theirs) = (
        Token::random().unwrap().hash(TokenDomain::CEREMONY),
        Token::random().unwrap().hash(TokenDomain::CEREMONY),
    );
    let choice = (
        practice.service,
        practice.location,
        practice.resources.first().copied(),
        soon(),
    );
    let mut tx = db.doors.public(&visit(), &practice.slug).await.unwrap();
    bookings::hold(&mut tx, &agenda, choice, &mine, Timestamp::now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = db.doors.public(&visit(), &practice.slug).await.unwrap();
    let second = bookings::hold(&mut tx, &agenda, choice, &theirs, Timestamp::now()).await;
    assert!(matches!(second, Err(BookingError::Taken)));
    tx.roll_back().await.unwrap();
    db.superuser()
        .await
        .batch_execute("UPDATE aloe.occupancies SET expires_at = now() - interval '1 second' WHERE booking_id IS NULL")
        .await
        .unwrap();
    let mut tx = db.doors.public(&visit(), &practice.slug).await.unwrap();
    bookings::hold(&mut tx, &agenda, choice, &theirs, Timestamp::now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn overbooking_shows_the_clash_and_needs_permission_and_reason() {
    let db = TestDb::fresh().await;
    let practice = db.organisation("over", OrganisationKind::PublicOffice).await;
    let (counter, owner) = (
        db.member(&practice, Role::Counter).await,
        db.member(&practice, Role::Owner).await,
    );
    book(&db, &practice, &owner, soon()).await.unwrap();
    let clash = book(&db, &practice, &owner, soon()).await;
    assert!(matches!(clash, Err(BookingError::Clash(ref c)) if c.len() == 1));
    let without_permission = book_because(&db, &practice, &counter, soon(), "urgent").await;
    assert!(
        matches!(without_permission, Err(BookingError::Db(DbError::Refused(_)))),
        "{without_permission:?}"
    );
    book_because(&db, &practice, &owner, soon(), "urgent").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_twice_is_one_booking() {
    let db = TestDb::fresh().await;
    let practice = db.practice("twice").await;
    let owner = db.member(&practice, Role::Owner).await;
    let agenda = agenda(&db, &practice).await;
    let key = key();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let scope = owner.membership.scope::<Schedule>().unwrap();
        let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
        ids.push(
            bookings::book_at_desk(&mut tx, &agenda, &at_desk(&practice, soon(), ""), &key)
                .await
                .unwrap(),
        );
        tx.commit().await.unwrap();
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_move_is_refused_and_a_cancelled_time_is_free_again() {
    let db = TestDb::fresh().await;
    let practice = db.practice("stale").await;
    let owner = db.member(&practice, Role::Owner).await;
    let agenda = agenda(&db, &practice).await;
    let id = book(&db, &practice, &owner, soon()).await.unwrap();
    let scope = owner.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let later = soon() + jiff::SignedDuration::from_hours(1);
    let to = |version| Move {
        version,
        resource: practice.resources[1],
        location: practice.location,
        starts_at: later,
        minutes: 20,
        overbook_reason: String::new(),
    };
    bookings::move_at_desk(&mut tx, &agenda, id, &to(1)).await.unwrap();
    assert!(matches!(
        bookings::move_at_desk(&mut tx, &agenda, id, &to(1)).await,
        Err(BookingError::Stale)
    ));
    bookings::set_status(&mut tx, &agenda, id, 2, Status::Cancelled, "a test")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    book(&db, &practice, &owner, soon()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_its_own_booking_only_and_cannot_reopen_it() {
    let db = TestDb::fresh().await;
    let practice = db.practice("link").await;
    let owner = db.member(&practice, Role::Owner).await;
    let (mine, other) = (
        book(&db, &practice, &owner, soon()).await.unwrap(),
        book(&db, &practice, &owner, soon() + jiff::SignedDuration::from_hours(1))
            .await
            .unwrap(),
    );
    let token = Token::random().unwrap().hash(TokenDomain::MANAGE_LINK);
    let scope = owner.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    bookings::add_link(&mut tx, mine, &token, soon()).await.unwrap();
    tx.commit().await.unwrap();
    let (mut tx, id) = db.doors.link(&visit(), &practice.slug, &token).await.unwrap();
    assert_eq!(id, mine);
    assert!(matches!(
        bookings::of_link(&mut tx, other).await,
        Err(BookingError::Missing)
    ));
    assert!(bookings::cancel_by_link(&mut tx, other, "not mine").await.is_err());
    tx.roll_back().await.unwrap();
    let (mut tx, _) = db.doors.link(&visit(), &practice.slug, &token).await.unwrap();
    bookings::cancel_by_link(&mut tx, mine, "by the person").await.unwrap();
    tx.commit().await.unwrap();
    let (mut tx, _) = db.doors.link(&visit(), &practice.slug, &token).await.unwrap();
    assert!(matches!(
        bookings::cancel_by_link(&mut tx, mine, "again").await,
        Err(BookingError::Stale)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn n2_a_pin_has_five_tries_and_every_one_counts() {
    let db = TestDb::fresh().await;
    let practice = db.practice("pin").await;
    let pins = TestDb::installation_key().await.pins();
    let phone = PhoneNumber::parse("0825550142").unwrap();
    let (proof, pin) = (uuid::Uuid::now_v7(), Pin::random().unwrap());
    let token = Token::random().unwrap().hash(TokenDomain::SESSION);
    let mut tx = db.doors.public(&visit(), &practice.slug).await.unwrap();
    proofs::begin(&mut tx, proof, &phone, &pins.pin_mac(proof, phone.e164(), &pin))
        .await
        .unwrap();
    let wrong = if pin.to_text().expose() == "123456" {
        "654321"
    } else {
        "123456"
    };
    for left in (1..=4).rev() {
        assert_eq!(
            proofs::guess(&mut tx, &pins, proof, wrong, &token).await.unwrap(),
            proofs::Verdict::Wrong(left)
        );
    }
    assert_eq!(
        proofs::guess(&mut tx, &pins, proof, "not a pin", &token).await.unwrap(),
        proofs::Verdict::Spent
    );
    assert_eq!(
        proofs::guess(&mut tx, &pins, proof, pin.to_text().expose(), &token)
            .await
            .unwrap(),
        proofs::Verdict::Spent
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_reads_no_name_phone_or_patient() {
    let db = TestDb::fresh().await;
    let practice = db.practice("public").await;
    let owner = db.member(&practice, Role::Owner).await;
    db.patient(&owner, "Hidden", "8001015009087").await;
    book(&db, &practice, &owner, soon()).await.unwrap();
    let client = db.login("aloe_public").await;
    client.batch_execute("BEGIN").await.unwrap();
    client
        .query("SELECT fence.enter_public($1, NULL, NULL)", &[&practice.slug])
        .await
        .unwrap();
    let seen: i64 = client
        .query_one("SELECT count(contact_name) FROM aloe.bookings", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(seen, 0);
    assert!(client.query("SELECT surname FROM aloe.patients", &[]).await.is_err());
}
