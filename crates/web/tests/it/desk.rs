//! The desk: registering, revealing, writing, and what reception never sees.

use aloe_domain::permission::Role;
use axum::http::StatusCode;

use crate::support::TestApp;

const NEW: &str = "/o/desk/patients/new";

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_is_shown_once_and_registered_only_when_reception_says_so() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    app.db.patient(&reception, "Dlamini", "8001015009087").await;
    let fields = [
        ("surname", "Dlamini"),
        ("kind", "sa_id"),
        ("id_number", "8001015009087"),
        ("notice", "1"),
        ("sex", "female"),
        ("language", "en"),
    ];
    let page = app.signed_in(&reception).post(NEW, NEW, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("Perhaps already on file"));
    let mut sure = fields.to_vec();
    sure.push(("not_the_same", "1"));
    let page = app.signed_in(&reception).post(NEW, NEW, &sure).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let query = "SELECT count(*) FROM aloe.patients WHERE notice_version = 1 AND notice_shown_at IS NOT NULL";
    assert_eq!(
        app.db
            .superuser()
            .await
            .query_one(query, &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_somebody_else_is_noticed_when_a_file_is_corrected_and_none_takes_it_off() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    app.db.patient(&reception, "Dlamini", "8001015009087").await;
    let other = app.db.patient(&reception, "Nkosi", "").await;
    let edit = format!("/o/desk/patients/{other}/edit");
    let mut browser = app.signed_in(&reception);
    let fields = [
        ("version", "1"),
        ("surname", "Nkosi"),
        ("kind", "sa_id"),
        ("id_number", "8001015009087"),
    ];
    let page = browser.post(&edit, &edit, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("Perhaps already on file") && page.text.contains("Dlamini"));
    let mut sure = fields.to_vec();
    sure.push(("not_the_same", "1"));
    let page = browser.post(&edit, &edit, &sure).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let held = "SELECT count(*) FROM aloe.identifiers WHERE patient_id = $1";
    let superuser = app.db.superuser().await;
    let ask = async || {
        superuser
            .query_one(held, &[&other.as_uuid()])
            .await
            .unwrap()
            .get::<_, i64>(0)
    };
    assert_eq!(ask().await, 1);
    let off = [
        ("version", "2"),
        ("surname", "Nkosi"),
        ("kind", "none_unknown"),
        ("take_off", "1"),
    ];
    let page = browser.post(&edit, &edit, &off).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(ask().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_that_was_on_the_page_is_the_one_that_is_kept() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    let mut tx = app
        .db
        .doors
        .operator(practice.id, "test", "a new notice")
        .await
        .unwrap();
    aloe_db::settings::publish_notice(&mut tx, "Something else.")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let fields = |version| [("surname", "Nkosi"), ("kind", "none_unknown"), ("notice", version)];
    let mut browser = app.signed_in(&reception);
    let page = browser.post(NEW, NEW, &fields("1")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("has changed meanwhile"), "{}", page.text);
    let page = browser.post(NEW, NEW, &fields("2")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_numbers_are_refused_with_the_reason_and_kept() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    for (number, phone) in [
        ("8001015009088", ""),
        ("8002305009080", ""),
        ("800101500908", ""),
        ("", "082123456"),
        ("", "not a phone"),
    ] {
        let fields = [
            ("surname", "Dlamini"),
            ("kind", if number.is_empty() { "none_unknown" } else { "sa_id" }),
            ("id_number", number),
            ("phone", phone),
            ("notice", "1"),
        ];
        let page = app.signed_in(&reception).post(NEW, NEW, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number} {phone}");
        let field = if number.is_empty() {
            "phone-error"
        } else {
            "id_number-error"
        };
        assert!(page.text.contains(field), "{number} {phone}");
        assert!(
            page.text.contains(&format!("value=\"{number}\"")) && page.text.contains(&format!("value=\"{phone}\""))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p8_the_number_is_in_no_page_before_the_click_and_in_no_cache_after() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let patient = app.db.patient(&owner, "Dlamini", "8001015009087").await;
    let mut browser = app.signed_in(&owner);
    for path in [
        format!("/o/desk/patients/{patient}"),
        "/o/desk/patients?q=dlamini".into(),
        format!("/o/desk/patients/{patient}/edit"),
        format!("/o/desk/patients/{patient}/file"),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text.contains("8001015009087"), "{path}");
        assert!(!page.headers.contains_key("etag"), "{path}");
    }
    let page = browser.get(&format!("/o/desk/patients/{patient}")).await;
    let action = page
        .text
        .split("action=\"/o/desk/identifiers/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    browser.headers.push(("accept", "application/json".into()));
    let path = format!("/o/desk/identifiers/{action}");
    let refused = browser
        .post("/o/desk/calendar", &path, &[("purpose", "curiosity")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let revealed = browser
        .post("/o/desk/calendar", &path, &[("purpose", "identity")])
        .await;
    assert!(revealed.text.contains("8001015009087"));
    assert_eq!(revealed.headers.get("cache-control").unwrap(), "no-store, private");
    browser.headers.clear();
    assert!(!browser.get("/o/desk/trail").await.text.contains("8001015009087"));
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_reception_finds_no_way_to_the_clinical_record() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let (owner, reception) = (
        app.db.member(&practice, Role::Owner).await,
        app.db.member(&practice, Role::Reception).await,
    );
    let patient = app.db.patient(&owner, "Dlamini", "8001015009087").await;
    let page = app
        .signed_in(&reception)
        .get(&format!("/o/desk/patients/{patient}"))
        .await;
    for way in ["/file", "/consult", "Reveal"] {
        assert!(!page.text.contains(way), "{way}");
    }
    assert!(
        app.signed_in(&reception)
            .get(&format!("/o/desk/patients/{patient}/file"))
            .await
            .is_denied()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_saved_resumed_signed_and_amended() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let doctor = app.db.member(&practice, Role::Practitioner).await;
    let patient = app.db.patient(&doctor, "Dlamini", "8001015009087").await;
    let mut browser = app.signed_in(&doctor);
    let file = format!("/o/desk/patients/{patient}/file");
    let note = browser
        .post(&file, &format!("/o/desk/patients/{patient}/consult"), &[])
        .await
        .location;
    browser.headers.push(("accept", "application/json".into()));
    let saved = browser
        .post(
            &file,
            &format!("{note}/save"),
            &[("version", "0"), ("plan", "Rest & fluids")],
        )
        .await;
    assert!(saved.text.contains("\"version\":1"), "{}", saved.text);
    let stale = browser
        .post(
            &file,
            &format!("{note}/save"),
            &[("version", "0"), ("plan", "older window")],
        )
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    browser.headers.clear();
    let resumed = browser.get(&note).await;
    assert!(resumed.text.contains("Rest &#38; fluids") && resumed.text.contains("Draft, resumed"));
    let signed = browser.post(&note, &format!("{note}/sign"), &[("version", "1")]).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
    let late = browser
        .post(&note, &format!("{note}/save"), &[("version", "1"), ("plan", "changed")])
        .await;
    assert!(late.status.is_client_error());
    let amended = browser
        .post(
            &note,
            &format!("{note}/amend"),
            &[("text", "Antibiotic"), ("reason", "result came in")],
        )
        .await;
    assert_eq!(amended.status, StatusCode::SEE_OTHER);
    let page = browser.get(&note).await;
    assert!(
        page.text.contains("Rest &#38; fluids") && page.text.contains("Antibiotic") && page.text.contains("MP0123456")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_given_on_the_team_page_holds_on_the_colleagues_next_request() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let (owner, reception) = (
        app.db.member(&practice, Role::Owner).await,
        app.db.member(&practice, Role::Reception).await,
    );
    let mut colleague = app.signed_in(&reception);
    assert!(colleague.get("/o/desk/team").await.is_denied());
    let path = format!("/o/desk/team/{}", reception.membership.id);
    let given = app
        .signed_in(&owner)
        .post(
            "/o/desk/team",
            &path,
            &[("version", "1"), ("role", "administrator"), ("standing", "active")],
        )
        .await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    assert_eq!(colleague.get("/o/desk/team").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_team_page_tells_when_somebody_signed_in_last_and_nobody_of_another_practice() {
    let app = TestApp::start().await;
    let (practice, other) = (app.db.practice("desk").await, app.db.practice("other").await);
    let owner = app.db.member(&practice, Role::Owner).await;
    let colleague = app.db.member(&practice, Role::Reception).await;
    app.db.member(&other, Role::Owner).await;
    // By day in the place's zone, which is no more than a day from the server's.
    let days: Vec<String> = (-1..=1)
        .map(|n| {
            (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * n))
                .strftime("%-d %B %Y, ")
                .to_string()
        })
        .collect();
    let told = |text: &str| days.iter().map(|day| text.matches(day.as_str()).count()).sum::<usize>();
    let page = app.signed_in(&owner).get("/o/desk/team").await;
    assert_eq!(told(&page.text), 2, "{}", page.text);
    let gone = "SET session_replication_role = replica;
        DELETE FROM aloe.audit_entries WHERE action = 'sign_in' AND user_id = (SELECT user_id FROM aloe.memberships WHERE membership_id = $1)";
    let gone = gone.replace("$1", &format!("'{}'", colleague.membership.id));
    app.db.superuser().await.batch_execute(&gone).await.unwrap();
    let page = app.signed_in(&owner).get("/o/desk/team").await;
    assert_eq!((told(&page.text), page.text.matches("Not yet").count()), (1, 1));
}

/// Lesson 23: a file with a thousand consultations opens at once, and each of them can be reached.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_thousand_consultations_opens_quickly_and_hides_none() {
    let app = TestApp::start().await;
    let practice = app.db.practice("long").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let patient = app.db.patient(&owner, "Dlamini", "").await;
    let many = "INSERT INTO aloe.encounters (organisation_id, encounter_id, patient_id, membership_id, practitioner, started_at, signed_at, sealed_for)
        SELECT $1, gen_random_uuid(), $2, $3, 'Dr Example One', now() - n * interval '1 day', now() - n * interval '1 day', $2 FROM generate_series(1, 1000) n";
    let superuser = app.db.superuser().await;
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    let ids = (practice.id.as_uuid(), patient.as_uuid(), owner.membership.id.as_uuid());
    superuser.execute(many, &[&ids.0, &ids.1, &ids.2]).await.unwrap();
    let file = format!("/o/long/patients/{patient}/file");
    let mut browser = app.signed_in(&owner);
    let mut taken = Vec::new();
    for _ in 0..40 {
        let began = std::time::Instant::now();
        let page = browser.get(&file).await;
        taken.push(began.elapsed());
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains("All 1000 consultations"), "{}", page.text);
    }
    taken.sort();
    // All but the slowest two: a page took 20 ms here, unoptimised.
    assert!(taken[37] < std::time::Duration::from_millis(300), "{taken:?}");
    let oldest = "SELECT encounter_id FROM aloe.encounters ORDER BY started_at LIMIT 1";
    let oldest: uuid::Uuid = superuser.query_one(oldest, &[]).await.unwrap().get(0);
    let all = browser.get(&format!("{file}?all=1")).await;
    assert!(all.text.contains(&oldest.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_a_file_is_named_first() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    let patient = app.db.patient(&reception, "Dlamini", "8001015009087").await;
    let edit = format!("/o/desk/patients/{patient}/edit");
    let mut browser = app.signed_in(&reception);
    let numbers = "SELECT count(*) FROM aloe.identifiers";
    let superuser = app.db.superuser().await;
    let count = async || -> i64 { superuser.query_one(numbers, &[]).await.unwrap().get(0) };
    let fields = [("version", "1"), ("surname", "Dlamini"), ("kind", "none_unknown")];
    let asked = browser.post(&edit, &edit, &fields).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text.contains("This takes off the file") && asked.text.contains("087"));
    assert!(!asked.text.contains("8001015009087"));
    assert_eq!(count().await, 1);
    let mut other = fields.to_vec();
    other[2] = ("kind", "sa_id");
    other.push(("id_number", "8501016184086"));
    let asked = browser.post(&edit, &edit, &other).await;
    assert!(
        asked.text.contains("This takes off the file"),
        "another number takes its place"
    );
    other[3].1 = "8001015009087";
    let same = browser.post(&edit, &edit, &other).await;
    assert_eq!(
        same.status,
        StatusCode::SEE_OTHER,
        "the same number takes nothing off: {}",
        same.text
    );
    let mut sure = fields.to_vec();
    sure[0].1 = "2";
    sure.push(("take_off", "1"));
    let done = browser.post(&edit, &edit, &sure).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_of_a_scheme_ends_by_a_tick() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    let patient = app.db.patient(&reception, "Dlamini", "").await;
    let edit = format!("/o/desk/patients/{patient}/edit");
    let mut browser = app.signed_in(&reception);
    let joined = [
        ("version", "1"),
        ("surname", "Dlamini"),
        ("scheme", "Example scheme"),
        ("member_number", "123456789"),
    ];
    assert_eq!(browser.post(&edit, &edit, &joined).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get(&edit).await.text.contains("No longer a member"));
    let ended = [
        ("version", "2"),
        ("surname", "Dlamini"),
        ("no_aid", "1"),
        ("take_off", "1"),
    ];
    assert_eq!(
        browser.post(&edit, &edit, &ended[..3]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(browser.post(&edit, &edit, &ended).await.status, StatusCode::SEE_OTHER);
    assert!(!browser.get(&edit).await.text.contains("No longer a member"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diary_that_is_taken_out_of_use_tells_of_its_bookings_and_stays_on_their_days() {
    let app = TestApp::start().await;
    let practice = app.db.furnished("diaries", "8001015009087").await;
    let mut browser = app.signed_in(&practice.owner);
    let diary = practice.at.resources[0];
    let page = format!("/o/diaries/settings/diaries/{diary}");
    let fields = [
        ("version", "1"),
        ("name", "Dr One"),
        ("kind", "practitioner"),
        ("capacity", "1"),
    ];
    let saved = browser.post("/o/diaries/settings/diaries", &page, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let said = browser.get(&saved.location).await;
    assert!(said.text.contains("still to come in this diary"), "{}", said.text);
    let query = "SELECT min(starts_at)::date::text FROM aloe.bookings WHERE resource_id = $1";
    let superuser = app.db.superuser().await;
    let day: String = superuser.query_one(query, &[&diary.as_uuid()]).await.unwrap().get(0);
    let calendar = browser.get(&format!("/o/diaries/calendar?date={day}")).await;
    assert!(calendar.text.contains("Dr One"));
    let empty = browser.get("/o/diaries/calendar?date=2028-02-01").await;
    assert!(!empty.text.contains("Dr One"));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_without_a_number_is_registered_without_choosing_none() {
    let app = TestApp::start().await;
    let practice = app.db.practice("desk").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    let fields = [
        ("surname", "Nkosi"),
        ("kind", "sa_id"),
        ("id_number", " "),
        ("notice", "1"),
    ];
    let done = app.signed_in(&reception).post(NEW, NEW, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
}
