//! What somebody tries who means harm, or is merely curious: each of these worked once.

use aloe_domain::permission::Role;
use axum::http::StatusCode;

use crate::booking::{choose, code, details, send};
use crate::support::TestApp;

/// A number is guessed by asking whose it is. The page answers that only to somebody who changes the file with it, and
/// whoever is found that way is on the trail.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_form_does_not_tell_whose_a_number_is() {
    let app = TestApp::start().await;
    let practice = app.db.practice("oracle").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    app.db.patient(&reception, "Dlamini", "8001015009087").await;
    let other = app.db.patient(&reception, "Nkosi", "").await;
    let edit = format!("/o/oracle/patients/{other}/edit");
    let found = async || -> i64 {
        let query = "SELECT count(*) FROM aloe.audit_entries WHERE action = 'search'";
        app.db.superuser().await.query_one(query, &[]).await.unwrap().get(0)
    };
    let ask = async |version: &str| {
        let fields = [
            ("version", version),
            ("surname", "Nkosi"),
            ("kind", "sa_id"),
            ("id_number", "8001015009087"),
        ];
        app.signed_in(&reception).post(&edit, &edit, &fields).await
    };
    let stale = ask("999").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        !stale.text.contains("Dlamini") && !stale.text.contains("already on file"),
        "{}",
        stale.text
    );
    assert_eq!(found().await, 0);
    let told = ask("1").await;
    assert!(told.text.contains("Dlamini"), "{}", told.text);
    assert_eq!(found().await, 1, "who was found is on the trail");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_books_past_the_privacy_notice() {
    let app = TestApp::start().await;
    let practice = app.db.practice("notice").await;
    let mut browser = app.browser();
    let (start, _) = choose(&mut browser, &practice).await;
    let mut fields = details(&practice, &start, "0825550142", &uuid::Uuid::new_v4().to_string());
    let asked = send(&mut browser, &practice, "details", &fields).await;
    fields.push(("proof", asked.value_of("proof")));
    fields.push(("pin", code(&app, &practice).await));
    for notice in ["", "99999999999", "7"] {
        let mut without = fields.clone();
        without.retain(|(name, _)| *name != "notice");
        without.push(("notice", notice.to_owned()));
        for step in ["pin", "confirm", "pin/again"] {
            let page = send(&mut browser, &practice, step, &without).await;
            assert_eq!(
                page.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{step} with {notice}: {}",
                page.text
            );
        }
    }
    let booked: i64 = app
        .db
        .superuser()
        .await
        .query_one("SELECT count(*) FROM aloe.bookings", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(booked, 0);
    let page = send(&mut browser, &practice, "pin", &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_at_one_place_books_no_other() {
    let app = TestApp::start().await;
    let practice = app.db.practice("places").await;
    let superuser = app.db.superuser().await;
    let branch = uuid::Uuid::now_v7();
    let add = format!(
        "SET session_replication_role = replica;
         INSERT INTO aloe.locations (organisation_id, location_id, name) VALUES ('{org}', '{branch}', 'West rooms');
         INSERT INTO aloe.weekly_hours (organisation_id, weekly_hours_id, resource_id, location_id, weekday, opens, closes)
         SELECT '{org}', gen_random_uuid(), '{diary}', '{branch}', day, 1320, 1380 FROM generate_series(1, 7) day;
         RESET session_replication_role; UPDATE aloe.agenda_versions SET version = version + 1",
        org = practice.id,
        diary = practice.resources[0],
    );
    superuser.batch_execute(&add).await.unwrap();
    let mut browser = app.browser();
    let (start, _) = choose(&mut browser, &practice).await;
    let mut fields = details(&practice, &start, "0825550142", &uuid::Uuid::new_v4().to_string());
    fields.retain(|(name, _)| *name != "place");
    fields.push(("place", branch.to_string()));
    let asked = send(&mut browser, &practice, "details", &fields).await;
    assert!(asked.text.contains("name=\"pin\""), "{}", asked.text);
    fields.push(("proof", asked.value_of("proof")));
    fields.push(("pin", code(&app, &practice).await));
    let page = send(&mut browser, &practice, "pin", &fields).await;
    assert_ne!(page.status, StatusCode::SEE_OTHER, "the branch opens at ten at night");
    let booked: i64 = superuser
        .query_one("SELECT count(*) FROM aloe.bookings", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(booked, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleagues_draft_is_signed_only_by_whoever_answers_for_it() {
    let app = TestApp::start().await;
    let practice = app.db.practice("draft").await;
    let (one, two) = (
        app.db.member(&practice, Role::Practitioner).await,
        app.db.member(&practice, Role::Practitioner).await,
    );
    let patient = app.db.patient(&one, "Dlamini", "8001015009087").await;
    let consult = format!("/o/draft/patients/{patient}/consult");
    let note = app.signed_in(&one).post("/o/draft/trail", &consult, &[]).await.location;
    let text = [("version", "0"), ("plan", "Half a")];
    app.signed_in(&one).post(&note, &format!("{note}/save"), &text).await;
    let sign = format!("{note}/sign");
    let refused = app.signed_in(&two).post(&note, &sign, &[("version", "1")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("Tick that you answer for this note"),
        "{}",
        refused.text
    );
    let answered = [("version", "1"), ("answer", "1")];
    let signed = app.signed_in(&two).post(&note, &sign, &answered).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_binds_nobody_whom_it_does_not_see() {
    let app = TestApp::start().await;
    let office = app
        .db
        .furnished_as(
            "bind",
            aloe_domain::permission::OrganisationKind::PublicOffice,
            "8001015009087",
        )
        .await;
    let superuser = app.db.superuser().await;
    let away = format!(
        "SET session_replication_role = replica; UPDATE aloe.bookings SET resource_id = '{}' WHERE booking_id = '{}'",
        office.at.resources[1], office.booking
    );
    superuser.batch_execute(&away).await.unwrap();
    let counter = app.db.member(&office.at, Role::Counter).await;
    let bind = format!("/o/bind/bookings/{}/patient", office.online);
    let patient = office.patient.to_string();
    let page = app
        .signed_in(&counter)
        .post("/o/bind/trail", &bind, &[("patient", &patient)])
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text);
    let page = app
        .signed_in(&office.owner)
        .post("/o/bind/trail", &bind, &[("patient", &patient)])
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_addresses_are_no_mistake_of_ours_and_lead_nowhere_else() {
    let app = TestApp::start().await;
    let practice = app.db.practice("odd").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    for path in ["/b/x%00", "/api/b/x%00/services", "/b/odd%00/times"] {
        let page = app.browser().get(path).await;
        assert!(page.status.is_client_error(), "{path}: {}", page.status);
    }
    for next in [
        "%2F%09%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%2F%0A%2Fevil.example",
    ] {
        let page = app.browser().get(&format!("/sign-in?next={next}")).await;
        assert!(!page.text.contains("evil.example"), "{next}: {}", page.text);
    }
    // Text beyond what a section holds comes back with its reason, and nothing of it is lost.
    let patient = app.db.patient(&owner, "Dlamini", "8001015009087").await;
    let consult = format!("/o/odd/patients/{patient}/consult");
    let note = app.signed_in(&owner).post("/o/odd/trail", &consult, &[]).await.location;
    let long = "é".repeat(20_001);
    for step in ["save", "review"] {
        let fields = [("version", "0"), ("plan", long.as_str())];
        let page = app
            .signed_in(&owner)
            .post(&note, &format!("{note}/{step}"), &fields)
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{step}");
        assert!(
            page.text.contains(&long) && page.text.contains("holds 20000 characters"),
            "{step}"
        );
    }
    let full = "é".repeat(20_000);
    let fields = ["subjective", "objective", "assessment", "plan"].map(|name| (name, full.as_str()));
    let mut fields = fields.to_vec();
    fields.push(("version", "0"));
    let page = app
        .signed_in(&owner)
        .post(&note, &format!("{note}/save"), &fields)
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    // A filter that cannot be read shows nothing, and says so.
    for query in [
        "from=bad",
        "to=2026-13-40",
        "user=somebody",
        "from=2026-03-02&to=2026-03-01",
    ] {
        let page = app.signed_in(&owner).get(&format!("/o/odd/trail?{query}")).await;
        assert!(
            page.text.contains("Please look at") && page.text.contains("No entries"),
            "{query}"
        );
    }
}
