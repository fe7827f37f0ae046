//! Lessons 13 and 14: what is signed stays, what is typed is not lost.

use aloe_db::clinical::{self, ClinicalError, Sections};
use aloe_domain::ids::{EncounterId, PatientId};
use aloe_domain::permission::{Role, need::Clinical};
use aloe_testkit::{Member, TestDb, visit};

fn saying(plan: &str) -> Sections {
    Sections {
        plan: plan.to_owned(),
        ..Sections::default()
    }
}

/// A consultation with a signed note that says "Rest."
pub async fn signed_consultation(db: &TestDb, by: &Member, patient: PatientId) -> EncounterId {
    let scope = by.membership.scope::<Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let id = clinical::begin(&mut tx, patient, None, &by.membership).await.unwrap();
    let encounter = clinical::encounter(&mut tx, &db.keys, id).await.unwrap();
    clinical::save_draft(&mut tx, &encounter, 0, &saying("Rest."), &by.membership)
        .await
        .unwrap();
    clinical::sign(&mut tx, &encounter, 1, &by.membership, "MP0123456")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// The plans of the signed notes of a consultation.
pub async fn plans(db: &TestDb, by: &Member, id: EncounterId) -> Vec<String> {
    let scope = by.membership.scope::<Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let encounter = clinical::encounter(&mut tx, &db.keys, id).await.unwrap();
    clinical::notes(&mut tx, &encounter)
        .await
        .unwrap()
        .into_iter()
        .map(|n| n.sections.plan)
        .collect()
}

async fn practice(slug: &str) -> (TestDb, Member, PatientId) {
    let db = TestDb::fresh().await;
    let practice = db.practice(slug).await;
    let doctor = db.member(&practice, Role::Practitioner).await;
    let patient = db.patient(&doctor, "Dlamini", "8001015009087").await;
    (db, doctor, patient)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_survives_and_an_older_window_never_overwrites_it() {
    let (db, doctor, patient) = practice("draft").await;
    let scope = doctor.membership.scope::<Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let id = clinical::begin(&mut tx, patient, None, &doctor.membership)
        .await
        .unwrap();
    let encounter = clinical::encounter(&mut tx, &db.keys, id).await.unwrap();
    let (version, _) = clinical::save_draft(&mut tx, &encounter, 0, &saying("first"), &doctor.membership)
        .await
        .unwrap();
    clinical::save_draft(&mut tx, &encounter, version, &saying("second"), &doctor.membership)
        .await
        .unwrap();
    let stale = clinical::save_draft(
        &mut tx,
        &encounter,
        version,
        &saying("older window"),
        &doctor.membership,
    )
    .await;
    assert!(matches!(stale, Err(ClinicalError::Stale)));
    let draft = clinical::draft(&mut tx, &encounter).await.unwrap().unwrap();
    assert_eq!((draft.sections.plan.as_str(), draft.version), ("second", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_note_and_its_amendment_both_stand() {
    let (db, doctor, patient) = practice("amend").await;
    let id = signed_consultation(&db, &doctor, patient).await;
    let scope = doctor.membership.scope::<Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let encounter = clinical::encounter(&mut tx, &db.keys, id).await.unwrap();
    clinical::amend(
        &mut tx,
        &encounter,
        "a result came in",
        &saying("Antibiotic after all."),
        &doctor.membership,
        "",
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(plans(&db, &doctor, id).await, ["Rest.", "Antibiotic after all."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_any_change_to_what_is_signed() {
    let (db, doctor, patient) = practice("locked").await;
    let id = signed_consultation(&db, &doctor, patient).await.as_uuid();
    let client = db.superuser().await;
    let attempts = [
        "UPDATE aloe.notes SET reason = reason WHERE encounter_id = $1",
        "DELETE FROM aloe.notes WHERE encounter_id = $1",
        "UPDATE aloe.encounters SET signed_at = NULL WHERE encounter_id = $1",
        "UPDATE aloe.encounters SET started_at = now() WHERE encounter_id = $1",
        "DELETE FROM aloe.encounters WHERE encounter_id = $1",
        "INSERT INTO aloe.note_drafts (organisation_id, encounter_id, sealed, saved_by)
         SELECT organisation_id, encounter_id, 'x', membership_id FROM aloe.encounters WHERE encounter_id = $1",
    ];
    for attempt in attempts {
        let error = client.execute(attempt, &[&id]).await.unwrap_err();
        assert_eq!(error.as_db_error().unwrap().code().code(), "AL007", "{attempt}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consultation_has_one_note_and_an_amendment_has_a_reason() {
    let (db, doctor, patient) = practice("one").await;
    let id = signed_consultation(&db, &doctor, patient).await.as_uuid();
    let client = db.superuser().await;
    for (kind, reason) in [("note", ""), ("amendment", ""), ("note", "why")] {
        let insert = "INSERT INTO aloe.notes (organisation_id, note_id, encounter_id, kind, reason, sealed, membership_id, author)
            SELECT organisation_id, gen_random_uuid(), encounter_id, $2, $3, 'x', membership_id, 'x' FROM aloe.encounters WHERE encounter_id = $1";
        assert!(
            client.execute(insert, &[&id, &kind, &reason]).await.is_err(),
            "{kind} {reason}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_note_is_not_signed_and_a_changed_draft_is_read_again_first() {
    let (db, doctor, patient) = practice("empty").await;
    let scope = doctor.membership.scope::<Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let id = clinical::begin(&mut tx, patient, None, &doctor.membership)
        .await
        .unwrap();
    let encounter = clinical::encounter(&mut tx, &db.keys, id).await.unwrap();
    clinical::save_draft(&mut tx, &encounter, 0, &saying("  "), &doctor.membership)
        .await
        .unwrap();
    assert!(matches!(
        clinical::sign(&mut tx, &encounter, 1, &doctor.membership, "").await,
        Err(ClinicalError::Empty)
    ));
    clinical::save_draft(&mut tx, &encounter, 1, &saying("text"), &doctor.membership)
        .await
        .unwrap();
    assert!(matches!(
        clinical::sign(&mut tx, &encounter, 1, &doctor.membership, "").await,
        Err(ClinicalError::Stale)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn clinical_text_is_sealed_in_the_database() {
    let (db, doctor, patient) = practice("sealed").await;
    signed_consultation(&db, &doctor, patient).await;
    let row = db
        .superuser()
        .await
        .query_one("SELECT sealed FROM aloe.notes", &[])
        .await
        .unwrap();
    let sealed: Vec<u8> = row.get(0);
    assert!(!sealed.windows(4).any(|w| w == b"Rest"));
}

/// Why a note was amended is clinical text: it stands in no column and in no entry of the trail.
#[tokio::test(flavor = "multi_thread")]
async fn p4_the_reason_of_an_amendment_is_sealed_with_it() {
    let (db, doctor, patient) = practice("reason").await;
    let id = signed_consultation(&db, &doctor, patient).await;
    let scope = doctor.membership.scope::<Clinical>().unwrap();
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let encounter = clinical::encounter(&mut tx, &db.keys, id).await.unwrap();
    let why = "Zebra result was of another";
    clinical::amend(&mut tx, &encounter, why, &saying("More rest."), &doctor.membership, "")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let superuser = db.superuser().await;
    for table in ["notes", "audit_entries"] {
        let query = format!("SELECT count(*) FROM aloe.{table} t WHERE t::text LIKE '%Zebra%'");
        let there: i64 = superuser.query_one(&query, &[]).await.unwrap().get(0);
        assert_eq!(there, 0, "{table}");
    }
    let mut tx = db.doors.member(&visit(), &scope).await.unwrap();
    let encounter = clinical::encounter(&mut tx, &db.keys, id).await.unwrap();
    let notes = clinical::notes(&mut tx, &encounter).await.unwrap();
    assert_eq!(notes[1].reason, why);
    assert_eq!(notes[1].sections.plan, "More rest.");
}

/// By hand too: nobody signs as somebody else, or at another time.
#[tokio::test(flavor = "multi_thread")]
async fn p13_a_note_is_signed_by_who_signs_it_now() {
    let (db, doctor, patient) = practice("sign").await;
    let id = signed_consultation(&db, &doctor, patient).await;
    let superuser = db.superuser().await;
    let slug = "SELECT organisation_id FROM aloe.organisations";
    let organisation: uuid::Uuid = superuser.query_one(slug, &[]).await.unwrap().get(0);
    let at = aloe_testkit::Organisation {
        id: aloe_domain::ids::OrganisationId::from_uuid(organisation),
        slug: "sign".into(),
        location: aloe_domain::ids::LocationId::fresh(),
        resources: Vec::new(),
        service: aloe_domain::ids::ServiceId::fresh(),
    };
    let other = db.member(&at, Role::Owner).await;
    let insert = "INSERT INTO aloe.notes (organisation_id, note_id, encounter_id, kind, sealed, membership_id, author, signed_at)
        VALUES ($1, gen_random_uuid(), $2, 'amendment', '\\x00', $3, 'Somebody', $4::text::timestamptz)";
    for (who, when, fits) in [
        (&doctor, "now", true),
        (&other, "now", false),
        (&doctor, "2020-01-01", false),
    ] {
        let raw = db.raw_member(&at, &doctor).await.0;
        let written = raw
            .execute(
                insert,
                &[&organisation, &id.as_uuid(), &who.membership.id.as_uuid(), &when],
            )
            .await;
        assert_eq!(written.is_ok(), fits, "{when}: {written:?}");
    }
}
