//! The conditions inside the table of roles: own counter, the person in front of it, one's own patients (P7).

use aloe_db::bookings;
use aloe_db::patients;
use aloe_domain::booking::Status;
use aloe_domain::ids::{BookingId, PatientId};
use aloe_domain::permission::need::{AuditOwn, Patients, RevealToVerify, Schedule};
use aloe_domain::permission::{OrganisationKind, Role};
use aloe_testkit::{Member, Organisation, TestDb, visit};

use crate::bookings::{agenda, book, soon};

/// A member who works at the first counter.
async fn at_counter(db: &TestDb, office: &Organisation) -> Member {
    let counter = db.member(office, Role::Counter).await;
    let superuser = db.superuser().await;
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    let own = "UPDATE aloe.memberships SET resource_id = $1 WHERE membership_id = $2";
    superuser
        .execute(own, &[&office.resources[0].as_uuid(), &counter.membership.id.as_uuid()])
        .await
        .unwrap();
    db.sign_in(office, &counter.email).await
}

async fn attach(db: &TestDb, by: &Member, booking: BookingId, patient: PatientId) {
    let scope = by.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    bookings::attach_patient(&mut tx, booking, patient).await.unwrap();
    tx.commit().await.unwrap();
}

async fn arrive(db: &TestDb, at: &Organisation, by: &Member, booking: BookingId) {
    let agenda = agenda(db, at).await;
    let scope = by.membership.scope::<Schedule>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let version = bookings::find(&mut tx, booking).await.unwrap().version;
    bookings::set_status(&mut tx, &agenda, booking, version, Status::Arrived, "")
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_a_counter_sees_and_changes_its_own_column_only_even_by_hand() {
    let db = TestDb::fresh().await;
    let office = db.organisation("counters", OrganisationKind::PublicOffice).await;
    let manager = db.member(&office, Role::Manager).await;
    let counter = at_counter(&db, &office).await;
    let own = book(&db, &office, &manager, soon()).await.unwrap();
    let theirs = book(&db, &office, &manager, soon() + jiff::SignedDuration::from_hours(1))
        .await
        .unwrap();
    let superuser = db.superuser().await;
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    for table in ["bookings", "occupancies"] {
        let other = format!("UPDATE aloe.{table} SET resource_id = $1 WHERE booking_id = $2");
        superuser
            .execute(&other, &[&office.resources[1].as_uuid(), &theirs.as_uuid()])
            .await
            .unwrap();
    }
    let raw = db.raw_member(&office, &counter).await.0;
    let seen = raw.query("SELECT booking_id FROM aloe.bookings", &[]).await.unwrap();
    let seen: Vec<uuid::Uuid> = seen.iter().map(|row| row.get(0)).collect();
    assert_eq!(seen, [own.as_uuid()]);
    let changed = raw
        .execute(
            "UPDATE aloe.bookings SET note = 'x' WHERE booking_id = $1",
            &[&theirs.as_uuid()],
        )
        .await
        .unwrap();
    assert_eq!(changed, 0);
    let away = raw
        .execute(
            "UPDATE aloe.bookings SET resource_id = $1 WHERE booking_id = $2",
            &[&office.resources[1].as_uuid(), &own.as_uuid()],
        )
        .await;
    assert!(away.is_err(), "a counter gives nothing to another");
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_a_counter_reveals_the_number_of_the_person_in_front_of_it_and_of_nobody_else() {
    let db = TestDb::fresh().await;
    let office = db.organisation("front", OrganisationKind::PublicOffice).await;
    let manager = db.member(&office, Role::Manager).await;
    let counter = at_counter(&db, &office).await;
    let person = db.patient(&manager, "Dlamini", "8001015009087").await;
    let booking = book(&db, &office, &manager, soon()).await.unwrap();
    attach(&db, &manager, booking, person).await;
    let scope = manager.membership.scope::<Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let identifier = patients::identifiers(&mut tx, person).await.unwrap().remove(0);
    tx.done().await.unwrap();
    let reveal = async || {
        let scope = counter.membership.scope::<RevealToVerify>().unwrap();
        let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
        let value = patients::reveal(&mut tx, &db.keys, identifier.id, "to verify").await;
        let value = value.map(|revealed| revealed.expose().to_owned()).ok();
        tx.commit().await.ok();
        value
    };
    assert_eq!(reveal().await, None, "somebody who has only booked");
    arrive(&db, &office, &manager, booking).await;
    assert_eq!(reveal().await.as_deref(), Some("8001015009087"));
    let superuser = db.superuser().await;
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    superuser
        .batch_execute("UPDATE aloe.bookings SET arrived_at = now() - interval '25 hours'")
        .await
        .unwrap();
    assert_eq!(reveal().await, None, "somebody who arrived yesterday");
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_a_practitioner_reads_the_trail_of_their_own_patients_and_no_other() {
    let db = TestDb::fresh().await;
    let practice = db.practice("owntrail").await;
    let owner = db.member(&practice, Role::Owner).await;
    let practitioner = db.member(&practice, Role::Practitioner).await;
    let (mine, other) = (
        db.patient(&owner, "Dlamini", "").await,
        db.patient(&owner, "Nkosi", "").await,
    );
    crate::clinical::signed_consultation(&db, &practitioner, mine).await;
    crate::clinical::signed_consultation(&db, &owner, other).await;
    let scope = practitioner.membership.scope::<AuditOwn>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let filter = aloe_db::trail::Filter {
        from: jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1),
        to: jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1),
        user: None,
        patient: None,
        action: String::new(),
        before: None,
        most: 500,
    };
    let entries = aloe_db::trail::list(&mut tx, &filter).await.unwrap();
    let about = |id: PatientId| entries.iter().filter(|e| e.patient == Some(id.as_uuid())).count();
    assert!(about(mine) > 0, "what the owner did with their patient");
    assert_eq!(about(other), 0);
}
