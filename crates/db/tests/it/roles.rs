//! The conditions inside the table of roles: own counter, the person in front of it, one's own patients (P7).

use aloe_db::bookings;
use aloe_db::clinical;
use aloe_db::patients;
use aloe_domain::booking::Status;
use aloe_domain::ids::{BookingId, PatientId};
use aloe_domain::permission::need::{AllPatients, AuditOwn, Clinical, Patients, RevealToVerify, Schedule};
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
    let about = async |id: PatientId| entities(&db, &practitioner, Some(id)).await.len();
    assert!(about(mine).await > 0, "what the owner did with their patient");
    assert_eq!(about(other).await, 0);
}

/// In every table that speaks of a person, by hand: a counter sees and changes those who booked at it, and no others.
#[tokio::test(flavor = "multi_thread")]
async fn p7_a_counter_reaches_nobody_elses_people_in_any_table() {
    let db = TestDb::fresh().await;
    let office = db.organisation("people", OrganisationKind::PublicOffice).await;
    let manager = db.member(&office, Role::Manager).await;
    let counter = at_counter(&db, &office).await;
    let elsewhere = db.patient(&manager, "Elsewhere", "8001015009087").await.as_uuid();
    let superuser = db.superuser().await;
    let tables = "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('patient_id', 'kept_id')
        WHERE n.nspname = 'aloe' AND c.relkind = 'r' AND c.relname <> 'audit_entries'";
    let mut looked = 0;
    for row in superuser.query(tables, &[]).await.unwrap() {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let raw = db.raw_member(&office, &counter).await.0;
        let seen = format!("SELECT count({column}) FROM aloe.{table} WHERE {column} = $1");
        if let Ok(row) = raw.query_one(&seen, &[&elsewhere]).await {
            assert_eq!(row.get::<_, i64>(0), 0, "{table}");
            looked += 1;
        }
        for verb in [
            format!("DELETE FROM aloe.{table}"),
            format!("UPDATE aloe.{table} SET reception_note = 'x'"),
        ] {
            let raw = db.raw_member(&office, &counter).await.0;
            assert_eq!(raw.execute(&verb, &[]).await.unwrap_or(0), 0, "{verb}");
        }
    }
    assert!(looked >= 4, "{looked} tables were looked into");
    let raw = db.raw_member(&office, &manager).await.0;
    let whole = raw.execute("UPDATE aloe.patients SET reception_note = 'x'", &[]).await;
    assert_eq!(whole.unwrap(), 1, "a manager sees the whole office");
    let raw = db.raw_member(&office, &manager).await.0;
    let key = raw.execute("UPDATE aloe.patients SET subject_key = '\\x00'", &[]).await;
    assert_eq!(
        key.unwrap_err().as_db_error().unwrap().code().code(),
        "42501",
        "no form holds a key"
    );
}

/// Blocking time is the desk's, in one diary on one day; a counter's in its own. Every other closure is a setting.
#[tokio::test(flavor = "multi_thread")]
async fn p7_the_desk_blocks_time_and_closes_nothing_else() {
    let db = TestDb::fresh().await;
    let office = db.organisation("blocks", OrganisationKind::PublicOffice).await;
    let counter = at_counter(&db, &office).await;
    let add = async |resource: Option<uuid::Uuid>, last: &str, from: Option<i16>, kind: &str| {
        let raw = db.raw_member(&office, &counter).await.0;
        let to = from.map(|from| from + 60);
        let statement = format!(
            "INSERT INTO aloe.closures (organisation_id, closure_id, location_id, resource_id, first_day, last_day, opens, closes, kind)
            VALUES ($1, gen_random_uuid(), $2, $3, '2027-02-01', '{last}', $4, $5, $6)"
        );
        let (organisation, place) = (office.id.as_uuid(), office.location.as_uuid());
        let done = raw
            .execute(&statement, &[&organisation, &place, &resource, &from, &to, &kind])
            .await;
        raw.batch_execute("COMMIT").await.unwrap();
        done.is_ok()
    };
    let (own, other) = (Some(office.resources[0].as_uuid()), Some(office.resources[1].as_uuid()));
    assert!(add(own, "2027-02-01", Some(780), "closed").await);
    assert!(
        !add(other, "2027-02-01", Some(780), "closed").await,
        "another counter's"
    );
    assert!(!add(None, "2027-02-01", Some(780), "closed").await, "everybody's");
    assert!(!add(own, "2027-02-02", Some(780), "closed").await, "two days");
    assert!(!add(own, "2027-02-01", None, "closed").await, "a whole day");
    assert!(!add(own, "2027-02-01", Some(780), "open").await, "an opening");
    let superuser = db.superuser().await;
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    let holiday = "INSERT INTO aloe.closures (organisation_id, closure_id, location_id, first_day, last_day, kind)
        VALUES ($1, gen_random_uuid(), $2, '2027-02-01', '2027-02-01', 'closed')";
    superuser
        .execute(holiday, &[&office.id.as_uuid(), &office.location.as_uuid()])
        .await
        .unwrap();
    let raw = db.raw_member(&office, &counter).await.0;
    let removed = raw.execute("DELETE FROM aloe.closures", &[]).await.unwrap();
    assert_eq!(removed, 1, "its own block, and not the day that the office is closed");
}

async fn entities(db: &TestDb, by: &Member, patient: Option<PatientId>) -> Vec<String> {
    let scope = by.membership.scope::<AuditOwn>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let filter = aloe_db::trail::Filter {
        from: jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1),
        to: jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1),
        user: None,
        patient: patient.map(PatientId::as_uuid),
        action: String::new(),
        before: None,
        most: 500,
    };
    let entries = aloe_db::trail::list(&mut tx, &filter).await.unwrap();
    entries.into_iter().map(|e| e.entity).collect()
}

/// What was written in a consultation is in the trail of its patient, for the owner and for who treats them.
#[tokio::test(flavor = "multi_thread")]
async fn p13_the_trail_of_a_patient_holds_drafts_notes_and_amendments() {
    let db = TestDb::fresh().await;
    let practice = db.practice("written").await;
    let owner = db.member(&practice, Role::Owner).await;
    let practitioner = db.member(&practice, Role::Practitioner).await;
    let patient = db.patient(&owner, "Dlamini", "").await;
    let id = crate::clinical::signed_consultation(&db, &practitioner, patient).await;
    let scope = practitioner.membership.scope::<Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let encounter = clinical::encounter(&mut tx, &db.keys, id).await.unwrap();
    let text = clinical::Sections {
        plan: "Fluids too.".to_owned(),
        ..Default::default()
    };
    clinical::amend(
        &mut tx,
        &encounter,
        "left out",
        &text,
        &practitioner.membership,
        "MP0123456",
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    for reader in [&owner, &practitioner] {
        let found = entities(&db, reader, Some(patient)).await;
        let count = |entity: &str| found.iter().filter(|e| *e == entity).count();
        assert_eq!(count("notes"), 2, "the note and its amendment: {found:?}");
        assert!(count("note_drafts") >= 2, "the draft came and went: {found:?}");
        assert!(count("encounters") >= 2, "{found:?}");
    }
}

/// A merge moves consultations: whoever merges learns neither how many there are nor which, from the trail or by hand.
#[tokio::test(flavor = "multi_thread")]
async fn p7_reception_merges_and_learns_nothing_of_consultations() {
    let db = TestDb::fresh().await;
    let practice = db.practice("moved").await;
    let owner = db.member(&practice, Role::Owner).await;
    let reception = db.member(&practice, Role::Reception).await;
    let (keep, other) = (
        db.patient(&reception, "Dlamini", "").await,
        db.patient(&reception, "Dlamini", "").await,
    );
    crate::clinical::signed_consultation(&db, &owner, other).await;
    let scope = reception.membership.scope::<AllPatients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    patients::merge(&mut tx, keep, other).await.unwrap();
    tx.commit().await.unwrap();
    let seen = entities(&db, &reception, None).await;
    assert!(seen.contains(&"patient_merges".to_owned()), "{seen:?}");
    assert!(
        !seen
            .iter()
            .any(|e| matches!(e.as_str(), "encounters" | "notes" | "note_drafts")),
        "{seen:?}"
    );
    let raw = db.raw_member(&practice, &reception).await.0;
    let rows = raw
        .query("SELECT to_jsonb(e)::text FROM aloe.audit_entries e", &[])
        .await
        .unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        assert!(
            !row.get::<_, String>(0).contains("encounter"),
            "{}",
            row.get::<_, String>(0)
        );
    }
    let whole = entities(&db, &owner, Some(keep)).await;
    assert!(whole.iter().any(|e| e == "encounters"), "the owner sees what was moved");
    assert!(
        whole.iter().filter(|e| *e == "notes").count() == 1,
        "what was written in the file that was merged away is in the trail of the kept one: {whole:?}"
    );
}

/// Knowing an id gives a counter nothing: it binds no stranger to its booking, and writes no number or search word of one.
#[tokio::test(flavor = "multi_thread")]
async fn p7_a_counter_that_knows_an_id_reaches_nobody_by_it() {
    let db = TestDb::fresh().await;
    let office = db.organisation("ids", OrganisationKind::PublicOffice).await;
    let manager = db.member(&office, Role::Manager).await;
    let counter = at_counter(&db, &office).await;
    let stranger = db.patient(&manager, "Stranger", "8001015009087").await.as_uuid();
    let own = book(&db, &office, &manager, soon()).await.unwrap().as_uuid();
    let organisation = office.id.as_uuid();
    let tries: [(&str, &[&(dyn tokio_postgres::types::ToSql + Sync)]); 3] = [
        ("UPDATE aloe.bookings SET patient_id = $1 WHERE booking_id = $2", &[&stranger, &own]),
        (
            "INSERT INTO aloe.patient_tokens (organisation_id, token, patient_id) VALUES ($1, 'planted', $2)",
            &[&organisation, &stranger],
        ),
        (
            "INSERT INTO aloe.identifiers (organisation_id, identifier_id, patient_id, kind, masked, blind_index, key_version)
            VALUES ($1, gen_random_uuid(), $2, 'passport', 'x', decode(repeat('00', 32), 'hex'), 1)",
            &[&organisation, &stranger],
        ),
    ];
    for (statement, params) in tries {
        let raw = db.raw_member(&office, &counter).await.0;
        assert!(raw.execute(statement, params).await.is_err(), "{statement}");
        let raw = db.raw_member(&office, &manager).await.0;
        assert_eq!(
            raw.execute(statement, params).await.unwrap(),
            1,
            "a manager does: {statement}"
        );
    }
}

/// Why a counter's time is blocked is read at that counter and by those who see the whole, and by no public page.
#[tokio::test(flavor = "multi_thread")]
async fn p7_why_time_is_blocked_is_read_by_those_whose_it_is() {
    let db = TestDb::fresh().await;
    let at = db
        .furnished_as("why", OrganisationKind::PublicOffice, "8001015009087")
        .await;
    let superuser = db.superuser().await;
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    let counter = at_counter(&db, &at.at).await;
    let reasons = "SELECT count(*) FROM aloe.closures WHERE reason LIKE 'Meeting%'";
    let raw = db.raw_member(&at.at, &counter).await.0;
    assert_eq!(
        raw.query_one(reasons, &[]).await.unwrap().get::<_, i64>(0),
        1,
        "its own"
    );
    let move_it = "UPDATE aloe.closures SET resource_id = $1 WHERE resource_id IS NOT NULL";
    superuser
        .execute(move_it, &[&at.at.resources[1].as_uuid()])
        .await
        .unwrap();
    let raw = db.raw_member(&at.at, &counter).await.0;
    assert_eq!(
        raw.query_one(reasons, &[]).await.unwrap().get::<_, i64>(0),
        0,
        "another's"
    );
    let raw = db.raw(aloe_testkit::Door::Public, &at).await.0;
    assert!(raw.query_one(reasons, &[]).await.is_err(), "the public");
}
