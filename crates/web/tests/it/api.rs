//! The JSON face: the same operations, described from the same types, with problems instead of pages.

use aloe_domain::permission::{OrganisationKind, Role};
use aloe_testkit::Organisation;
use aloe_web::routes;
use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Browser, Page, TestApp};

const ID: &str = "8001015009087";

fn booking(at: &Organisation, starts_at: &str) -> Value {
    json!({
        "service": at.service.to_string(), "location": at.location.to_string(), "resource": at.resources[0].to_string(),
        "starts_at": starts_at, "name": "Naledi Khumalo", "phone": "082 555 0142",
    })
}

async fn book(browser: &mut Browser<'_>, slug: &str, key: &str, body: &Value) -> Page {
    browser.headers.retain(|(name, _)| *name != "idempotency-key");
    browser.headers.push(("idempotency-key", key.to_owned()));
    browser
        .post_json(&format!("/api/o/{slug}/bookings"), &body.to_string())
        .await
}

/// Registers with a key.
async fn register(browser: &mut Browser<'_>, slug: &str, key: &str, body: &Value) -> Page {
    browser.headers.retain(|(name, _)| *name != "idempotency-key");
    browser.headers.push(("idempotency-key", key.to_owned()));
    browser
        .post_json(&format!("/api/o/{slug}/patients"), &body.to_string())
        .await
}

fn assert_problem(page: &Page, status: StatusCode) {
    assert_eq!(page.status, status, "{}", page.text);
    assert_eq!(
        page.headers.get(header::CONTENT_TYPE).unwrap(),
        "application/problem+json"
    );
    let problem = page.json();
    assert_eq!(problem["status"], status.as_u16());
    assert!(
        problem["detail"].as_str().is_some_and(|detail| detail.len() > 20),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_describes_every_route_for_programs() {
    let app = TestApp::start().await;
    let page = app.browser().get("/api/openapi.json").await;
    let document = page.json();
    assert_eq!(document["openapi"], "3.1.0");
    for route in routes::table().iter().filter(|r| r.path.starts_with("/api/")) {
        let operation = &document["paths"][route.path][route.method.to_ascii_lowercase()];
        if route.path != "/api/openapi.json" {
            assert!(
                operation["operationId"].is_string(),
                "{} {} is not described",
                route.method,
                route.path
            );
        }
    }
    // Every reference leads somewhere.
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in page.text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is not described");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_lives_its_life_in_json() {
    let app = TestApp::start().await;
    let at = app.db.practice("json").await;
    let owner = app.db.member(&at, Role::Owner).await;
    let mut browser = app.signed_in(&owner);
    let body = booking(&at, "2027-02-01T07:00:00Z");
    let made = book(&mut browser, "json", "the-first-key", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let (id, phone) = (made.json()["id"].clone(), made.json()["phone"].clone());
    assert_eq!(phone, "+27825550142");
    let repeated = book(&mut browser, "json", "the-first-key", &body).await;
    assert_eq!(repeated.json()["id"], id, "a repeated request is the same booking");
    let other = book(&mut browser, "json", "the-second-key", &body).await;
    assert_problem(&other, StatusCode::CONFLICT);

    let path = format!("/api/o/json/bookings/{}", id.as_str().unwrap());
    let moved = json!({
        "version": 1, "resource": at.resources[0].to_string(), "location": at.location.to_string(),
        "starts_at": "2027-02-01T09:00:00Z", "minutes": 30,
    });
    let page = browser.post_json(&format!("{path}/move"), &moved.to_string()).await;
    assert_eq!(page.json()["starts_at"], "2027-02-01T09:00:00Z", "{}", page.text);
    let stale = browser.post_json(&format!("{path}/move"), &moved.to_string()).await;
    assert_problem(&stale, StatusCode::CONFLICT);
    let version = page.json()["version"].clone();
    let why = json!({ "version": version, "status": "cancelled" });
    let unsaid = browser.post_json(&format!("{path}/status"), &why.to_string()).await;
    assert_eq!(unsaid.json()["errors"][0]["field"], "reason");
    let why = json!({ "version": version, "status": "cancelled", "reason": "they telephoned" });
    let cancelled = browser.post_json(&format!("{path}/status"), &why.to_string()).await;
    assert_eq!(cancelled.json()["status"], "cancelled");
    let list = browser
        .get("/api/o/json/bookings?from=2027-02-01T00:00:00Z&to=2027-02-02T00:00:00Z")
        .await;
    assert_eq!(list.status, StatusCode::OK);
    let shown = browser.get(&path).await;
    assert_eq!(shown.json(), cancelled.json());
    // The person hears of each act once, as from the pages; a request that says so is done in silence.
    let told = async || -> Vec<String> {
        let query = "SELECT template FROM aloe.messages ORDER BY created_at";
        let rows = app.db.superuser().await.query(query, &[]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    assert_eq!(told().await, ["booked", "moved", "cancelled"]);
    let mut silent = booking(&at, "2027-02-01T11:00:00Z");
    silent["tell"] = json!(false);
    let made = book(&mut browser, "json", "the-third-key", &silent).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(told().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_that_was_shown_is_kept_and_no_other() {
    let app = TestApp::start().await;
    let at = app.db.practice("notice").await;
    let owner = app.db.member(&at, Role::Owner).await;
    let mut browser = app.signed_in(&owner);
    let person = |version: i32| json!({ "surname": "Khumalo", "document": { "kind": "none_unknown" }, "notice_version": version });
    let older = register(&mut browser, "notice", "the-first-key", &person(7)).await;
    assert_problem(&older, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(older.json()["errors"][0]["field"], "notice_version");
    let made = register(&mut browser, "notice", "the-second-key", &person(1)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let query = "SELECT notice_version FROM aloe.patients";
    let kept: Option<i32> = app.db.superuser().await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(kept, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_registered_and_found_and_the_number_is_never_answered() {
    let app = TestApp::start().await;
    let at = app.db.practice("found").await;
    let owner = app.db.member(&at, Role::Owner).await;
    let mut browser = app.signed_in(&owner);
    let person =
        json!({ "given_names": "Naledi", "surname": "Khumalo", "document": { "kind": "sa_id", "number": ID } });
    let made = register(&mut browser, "found", "the-first-key", &person).await;
    let repeated = register(&mut browser, "found", "the-first-key", &person).await;
    assert_eq!(repeated.json(), made.json(), "a repeated request is the same person");
    let again = register(&mut browser, "found", "the-second-key", &person).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    assert!(!again.text.contains(ID), "{}", again.text);
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    assert_eq!(made.json()["birth_date"], "1980-01-01", "taken from the number");
    let found = browser
        .post_json("/api/o/found/patients/search", &json!({ "query": ID }).to_string())
        .await;
    assert_eq!(found.json()["patients"][0]["id"], made.json()["id"], "{}", found.text);
    let shown = browser
        .get(&format!(
            "/api/o/found/patients/{}",
            made.json()["id"].as_str().unwrap()
        ))
        .await;
    for page in [&made, &found, &shown] {
        assert!(!page.text.contains(ID), "the number is answered masked");
    }
    let trail = browser.get("/api/o/found/audit-entries").await;
    let actions: Vec<String> = trail.json()["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        actions.contains(&"search".to_owned()) && actions.contains(&"insert".to_owned()),
        "{actions:?}"
    );
    assert!(!trail.text.contains(ID));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_is_told_by_field_and_changes_nothing() {
    let app = TestApp::start().await;
    let at = app.db.practice("wrong").await;
    let owner = app.db.member(&at, Role::Owner).await;
    let mut browser = app.signed_in(&owner);
    let mut body = booking(&at, "2027-02-01T07:00:00Z");
    body["name"] = json!("");
    body["phone"] = json!("12");
    body["service"] = json!(uuid::Uuid::nil());
    let page = book(&mut browser, "wrong", "some-key-here", &body).await;
    assert_problem(&page, StatusCode::UNPROCESSABLE_ENTITY);
    let fields: Vec<String> = page.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap().to_owned())
        .collect();
    for field in ["name", "phone", "service"] {
        assert!(fields.contains(&field.to_owned()), "{field} of {fields:?}");
    }
    for text in ["", "{", "[]", "{\"name\": 1}", "null", "\"\u{0}\""] {
        let page = browser.post_json("/api/o/wrong/patients", text).await;
        assert_problem(&page, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let large = format!("{{\"surname\": \"{}\"}}", "x".repeat(100_000));
    assert_problem(
        &browser.post_json("/api/o/wrong/patients", &large).await,
        StatusCode::PAYLOAD_TOO_LARGE,
    );
    assert_problem(
        &browser.get("/api/o/wrong/bookings?from=yesterday&to=now").await,
        StatusCode::UNPROCESSABLE_ENTITY,
    );
    let list = browser
        .get("/api/o/wrong/bookings?from=2027-01-01T00:00:00Z&to=2027-02-28T00:00:00Z")
        .await;
    assert_eq!(list.json()["bookings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_problems_too() {
    let app = TestApp::start().await;
    let office = app.db.organisation("office", OrganisationKind::PublicOffice).await;
    let manager = app.db.member(&office, Role::Manager).await;
    let path = "/api/o/office/audit-entries";
    assert_problem(&app.browser().get(path).await, StatusCode::UNAUTHORIZED);
    assert_problem(
        &app.signed_in(&manager).get("/api/o/other/audit-entries").await,
        StatusCode::NOT_FOUND,
    );
    assert_problem(
        &app.signed_in(&manager).get("/api/nowhere").await,
        StatusCode::NOT_FOUND,
    );
    assert_problem(
        &app.signed_in(&manager).get("/api/o/office/patients").await,
        StatusCode::METHOD_NOT_ALLOWED,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn free_times_are_those_of_the_booking_page() {
    let app = TestApp::start().await;
    let at = app.db.practice("free").await;
    let services = app.browser().get("/api/b/free/services").await.json();
    let service = services["services"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(service, at.service.to_string());
    let path = format!("/api/b/free/availability?service={service}&days=10");
    let times = app.browser().get(&path).await.json();
    let first = times["times"][0].clone();
    let owner = app.db.member(&at, Role::Owner).await;
    let mut body = booking(&at, first["starts_at"].as_str().unwrap());
    body["resource"] = first["with"].clone();
    let made = book(&mut app.signed_in(&owner), "free", "a-key-for-this", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let after = app
        .browser()
        .get(&format!("{path}&with={}", first["with"].as_str().unwrap()))
        .await
        .json();
    let still = after["times"]
        .as_array()
        .unwrap()
        .iter()
        .any(|t| t["starts_at"] == first["starts_at"]);
    assert!(!still, "a booked time is offered no more");
}
