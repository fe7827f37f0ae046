//! Finding, duplicates, merging, masking and revealing (lessons 5, 12, 16 and 24; P4 and P8).

use aloe_db::patients::{self, Found, PatientError};
use aloe_domain::identity::{IdentityDocument, IdentityType};
use aloe_domain::permission::{Role, need};
use aloe_testkit::{Member, TestDb, registration, visit};

/// Searches as a member would.
pub async fn find_all(db: &TestDb, by: &Member, typed: &str) -> Vec<Found> {
    let scope = by.membership.scope::<need::Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let found = patients::search(&mut tx, &db.keys, typed, jiff::civil::date(2026, 11, 22))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_any_part_of_what_is_known() {
    let db = TestDb::fresh().await;
    let practice = db.practice("find").await;
    let reception = db.member(&practice, Role::Reception).await;
    let id = db.patient(&reception, "van der Merwe O’Brien", "8001015009087").await;
    for typed in [
        "obri",
        "o'brien",
        "merwe",
        "vanderm",
        "exam merwe",
        "082 555 0142",
        "+27825550142",
        "0142",
        "1980-01-01",
        "1/1/1980",
        "8001015009087",
    ] {
        let found = find_all(&db, &reception, typed).await;
        assert_eq!(found.iter().map(|f| f.id).collect::<Vec<_>>(), [id], "{typed}");
    }
    for typed in ["nobody", "8501016184086", "1981-01-01", "brien nobody"] {
        assert!(find_all(&db, &reception, typed).await.is_empty(), "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_number_or_name_and_birth_date_is_noticed() {
    let db = TestDb::fresh().await;
    let practice = db.practice("same").await;
    let reception = db.member(&practice, Role::Reception).await;
    let first = db.patient(&reception, "Dlamini", "8001015009087").await;
    let scope = reception.membership.scope::<need::Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let other = registration("Khumalo", "8001015009087");
    let mut look = async |document, born, except| {
        patients::duplicates(&mut tx, &db.keys, document, born, except)
            .await
            .unwrap()
    };
    assert_eq!(look(Some(&other.document), None, None).await.len(), 1);
    assert!(look(Some(&other.document), None, Some(first)).await.is_empty());
    let born = jiff::civil::date(1980, 1, 1);
    assert_eq!(look(None, Some(("Dlamini", born)), None).await[0].0.id, first);
    let found = look(None, Some(("Dlamini", jiff::civil::date(1981, 1, 1))), None).await;
    assert!(found.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passport_and_a_permit_are_found_by_their_numbers() {
    let db = TestDb::fresh().await;
    let practice = db.practice("foreign").await;
    let reception = db.member(&practice, Role::Reception).await;
    let today = jiff::civil::date(2026, 11, 22);
    let scope = reception.membership.scope::<need::Patients>().unwrap();
    for (kind, country, number) in [
        (IdentityType::Passport, "ZWE", "AE123456"),
        (IdentityType::AsylumPermit, "", "DBN/12345/2020"),
    ] {
        let mut person = registration("Moyo", "");
        person.document = IdentityDocument::parse(kind, country, number, today).unwrap();
        let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
        let id = patients::register(&mut tx, &db.keys, &person).await.unwrap();
        tx.commit().await.unwrap();
        for typed in [number.to_owned(), number.to_lowercase()] {
            let found = find_all(&db, &reception, &typed).await;
            assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [id], "{typed}");
        }
    }
    assert!(find_all(&db, &reception, "AE123457").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_moves_and_its_undo_brings_back() {
    let db = TestDb::fresh().await;
    let practice = db.practice("merge").await;
    let owner = db.member(&practice, Role::Owner).await;
    let (keep, other) = (
        db.patient(&owner, "Dlamini", "8001015009087").await,
        db.patient(&owner, "Dlamini", "").await,
    );
    let encounter = crate::clinical::signed_consultation(&db, &owner, other).await;
    let scope = owner.membership.scope::<need::AllPatients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let merge = patients::merge(&mut tx, keep, other).await.unwrap();
    tx.commit().await.unwrap();
    // The text still opens: it stays sealed under the key of the file it was written in.
    assert_eq!(crate::clinical::plans(&db, &owner, encounter).await, ["Rest."]);
    assert_eq!(find_all(&db, &owner, "dlamini").await.len(), 1);
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    patients::undo_merge(&mut tx, merge).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(find_all(&db, &owner, "dlamini").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn p8_a_reveal_shows_the_value_and_leaves_exactly_one_entry() {
    let db = TestDb::fresh().await;
    let practice = db.practice("reveal").await;
    let owner = db.member(&practice, Role::Owner).await;
    let patient = db.patient(&owner, "Dlamini", "8001015009087").await;
    let scope = owner.membership.scope::<need::Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let identifier = patients::identifiers(&mut tx, patient).await.unwrap().remove(0);
    assert_eq!(identifier.masked, "••••••••••087");
    let scope = owner.membership.scope::<need::RevealToVerify>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let revealed = patients::reveal(&mut tx, &db.keys, identifier.id, "to confirm who this is")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(revealed.expose(), "8001015009087");
    let query =
        "SELECT count(*) FROM aloe.audit_entries WHERE action = 'reveal' AND user_id IS NOT NULL AND source IS NOT NULL
        AND purpose = 'to confirm who this is' AND patient_id = $1";
    let entries: i64 = db
        .superuser()
        .await
        .query_one(query, &[&patient.as_uuid()])
        .await
        .unwrap()
        .get(0);
    assert_eq!(entries, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn p8_without_its_entry_nothing_is_revealed() {
    let db = TestDb::fresh().await;
    let practice = db.practice("norecord").await;
    let owner = db.member(&practice, Role::Owner).await;
    let patient = db.patient(&owner, "Dlamini", "8001015009087").await;
    let scope = owner.membership.scope::<need::Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let identifier = patients::identifiers(&mut tx, patient).await.unwrap().remove(0);
    drop(tx);
    db.superuser()
        .await
        .batch_execute("REVOKE INSERT ON aloe.audit_entries FROM aloe_definer")
        .await
        .unwrap();
    let scope = owner.membership.scope::<need::RevealToVerify>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    assert!(
        patients::reveal(&mut tx, &db.keys, identifier.id, "to confirm who this is")
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reception_reveals_only_when_an_owner_granted_it() {
    let db = TestDb::fresh().await;
    let practice = db.practice("grant").await;
    let (owner, reception) = (
        db.member(&practice, Role::Owner).await,
        db.member(&practice, Role::Reception).await,
    );
    assert!(reception.membership.scope::<need::RevealToVerify>().is_err());
    let scope = owner.membership.scope::<need::Owners>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let version = aloe_db::agenda::profile(&mut tx).await.unwrap().version;
    aloe_db::settings::let_reception_reveal(&mut tx, version, true)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let again = db.sign_in(&practice, &reception.email).await;
    assert!(again.membership.scope::<need::RevealToVerify>().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn p4_a_dump_of_the_database_holds_no_identifier_in_any_writing() {
    let db = TestDb::fresh().await;
    let practice = db.practice("dump").await;
    let owner = db.member(&practice, Role::Owner).await;
    let number = "8001015009087";
    db.patient(&owner, "Dlamini", number).await;
    let hex: String = number.bytes().map(|b| format!("{b:02x}")).collect();
    let reversed: String = number.chars().rev().collect();
    let client = db.superuser().await;
    let tables = "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('aloe', 'fence', 'audit') AND c.relkind = 'r'";
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        for row in client
            .query(&format!("SELECT to_jsonb(t)::text FROM {table} t"), &[])
            .await
            .unwrap()
        {
            let text: String = row.get(0);
            for needle in [number, &hex, &reversed, "ODAwMTAxNTAwOTA4Nw"] {
                assert!(!text.contains(needle), "{table} holds the number");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_numbers_in_two_practices_have_unequal_indexes() {
    let db = TestDb::fresh().await;
    for slug in ["left", "right"] {
        let practice = db.practice(slug).await;
        let owner = db.member(&practice, Role::Owner).await;
        db.patient(&owner, "Dlamini", "8001015009087").await;
    }
    let query = "SELECT count(DISTINCT blind_index) FROM aloe.identifiers";
    assert_eq!(
        db.superuser()
            .await
            .query_one(query, &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_value_moved_to_another_row_does_not_open() {
    let db = TestDb::fresh().await;
    let practice = db.practice("moved").await;
    let owner = db.member(&practice, Role::Owner).await;
    let patient = db.patient(&owner, "Dlamini", "8001015009087").await;
    db.patient(&owner, "Khumalo", "8501016184086").await;
    let swap = "UPDATE aloe.identifier_values v SET sealed = o.sealed FROM aloe.identifier_values o WHERE o.identifier_id <> v.identifier_id";
    db.superuser().await.batch_execute(swap).await.unwrap();
    let scope = owner.membership.scope::<need::Patients>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let identifier = patients::identifiers(&mut tx, patient).await.unwrap().remove(0);
    let scope = owner.membership.scope::<need::RevealToVerify>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let opened = patients::reveal(&mut tx, &db.keys, identifier.id, "x").await;
    assert!(matches!(opened, Err(PatientError::Key(_))));
}
