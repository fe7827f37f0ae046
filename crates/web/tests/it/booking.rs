//! The public page from the first question to the cancelled booking (N1, N2; lessons 4 to 8).

use aloe_domain::permission::Role;
use aloe_testkit::{Organisation, TestDb};
use axum::http::StatusCode;

use crate::support::{Browser, TestApp, encode};

/// The newest code in the outbox, as its phone would show it.
pub async fn code(app: &TestApp, at: &Organisation) -> String {
    let owner = app.db.member(at, Role::Owner).await;
    let page = app.signed_in(&owner).get(&format!("/o/{}/outbox", at.slug)).await;
    page.text
        .split("code is ")
        .nth(1)
        .map(|rest| rest[..6].to_owned())
        .unwrap_or_default()
}

/// Chooses tomorrow's first free time, since today may be nearly over; answers the fields of the trip.
pub async fn choose(browser: &mut Browser<'_>, at: &Organisation) -> (String, String) {
    let zone = jiff::tz::TimeZone::get("Africa/Johannesburg").unwrap();
    let tomorrow = jiff::Timestamp::now().to_zoned(zone).date().tomorrow().unwrap();
    let times = format!("/b/{}/times?service={}&day={tomorrow}", at.slug, at.service);
    let times = browser.get(&times).await;
    assert_eq!(times.status, StatusCode::OK);
    let start = times
        .text
        .split("name=\"start\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let fields = [
        ("service", at.service.to_string()),
        ("place", at.location.to_string()),
        ("start", start.clone()),
    ];
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let held = browser
        .post(&format!("/b/{}", at.slug), &format!("/b/{}/hold", at.slug), &pairs)
        .await;
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.text);
    (start, held.location)
}

/// The form of the details page with a person in it.
pub fn details(at: &Organisation, start: &str, phone: &str, key: &str) -> Vec<(&'static str, String)> {
    vec![
        ("service", at.service.to_string()),
        ("place", at.location.to_string()),
        ("start", start.to_owned()),
        ("phone", phone.to_owned()),
        ("name", "Lindiwe Ngcobo".to_owned()),
        ("for", "me".to_owned()),
        ("notice", "1".to_owned()),
        ("key", key.to_owned()),
    ]
}

pub async fn send(
    browser: &mut Browser<'_>,
    at: &Organisation,
    path: &str,
    fields: &[(&str, String)],
) -> crate::support::Page {
    let pairs: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    browser
        .post(&format!("/b/{}", at.slug), &format!("/b/{}/{path}", at.slug), &pairs)
        .await
}

/// Books from first page to last; answers the path of the booking's own page.
async fn book(app: &TestApp, browser: &mut Browser<'_>, at: &Organisation, phone: &str) -> String {
    let (start, _) = choose(browser, at).await;
    book_at(app, browser, at, phone, &start).await
}

/// Books a time that is on offer; answers the path of the booking's own page.
pub async fn book_at(app: &TestApp, browser: &mut Browser<'_>, at: &Organisation, phone: &str, start: &str) -> String {
    let mut fields = details(at, start, phone, &uuid::Uuid::new_v4().to_string());
    let asked = send(browser, at, "details", &fields).await;
    assert!(asked.text.contains("name=\"pin\""), "{}", asked.text);
    fields.push(("proof", asked.value_of("proof")));
    fields.push(("pin", code(app, at).await));
    let booked = send(browser, at, "pin", &fields).await;
    assert_eq!(booked.status, StatusCode::SEE_OTHER, "{}", booked.text);
    booked.location.split('?').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_n2_a_person_books_moves_and_cancels_by_phone_and_pin() {
    let app = TestApp::start().await;
    let practice = app.db.practice("book").await;
    let mut browser = app.browser();
    let link = book(&app, &mut browser, &practice, "082 555 0142").await;
    let page = browser.get(&link).await;
    assert!(
        page.text.contains("Lindiwe") && !page.text.contains("Ngcobo"),
        "a first name and no more"
    );
    assert!(!page.text.contains("5550142") && !page.text.contains("555 0142"));
    let times = browser.get(&format!("{link}/move")).await;
    let start = times
        .text
        .rsplit("name=\"start\" value=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let place = practice.location.to_string();
    let ticket = |page: &str| {
        page.split("<p class=\"date\">")
            .nth(1)
            .and_then(|rest| rest.split('<').next())
            .unwrap()
            .to_owned()
    };
    let before = ticket(&browser.get(&link).await.text);
    assert!(times.text.contains(&before) && times.text.contains("Keep my time"));
    let mut fields = vec![("place", place.as_str()), ("start", &start)];
    let asked = browser.post(&link, &format!("{link}/move"), &fields).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    assert!(asked.text.contains("Move your booking?") && asked.text.contains(&before));
    assert_eq!(
        ticket(&browser.get(&link).await.text),
        before,
        "a tap on a time moves nothing yet"
    );
    fields.push(("sure", "1"));
    let moved = browser.post(&link, &format!("{link}/move"), &fields).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    assert_ne!(ticket(&browser.get(&link).await.text), before);
    browser
        .post(&link, &format!("{link}/cancel"), &[("reason", "done")])
        .await;
    assert!(browser.get(&link).await.text.contains("This booking is cancelled"));
    let again = browser
        .post(&link, &format!("{link}/cancel"), &[("reason", "done")])
        .await;
    assert!(
        again.status.is_client_error(),
        "a cancelled booking is not cancelled again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_link_changes_nothing() {
    let app = TestApp::start().await;
    let practice = app.db.practice("scan").await;
    let mut browser = app.browser();
    let link = book(&app, &mut browser, &practice, "0825550142").await;
    let snapshot = snapshot(&app.db).await;
    for path in ["", "/move", "/cancel", "/booking.ics", "?booked=1"] {
        assert_eq!(
            app.browser().get(&format!("{link}{path}")).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
    assert_eq!(crate::booking::snapshot(&app.db).await, snapshot);
}

async fn snapshot(db: &TestDb) -> String {
    let query = "SELECT string_agg(to_jsonb(b)::text, '' ORDER BY b.booking_id) FROM aloe.bookings b";
    db.superuser().await.query_one(query, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_the_file_and_the_message_give_the_same_time() {
    let app = TestApp::start().await;
    let practice = app.db.practice("times").await;
    let mut browser = app.browser();
    let link = book(&app, &mut browser, &practice, "0825550142").await;
    let row = app
        .db
        .superuser()
        .await
        .query_one("SELECT starts_at FROM aloe.bookings", &[])
        .await
        .unwrap();
    let starts_at: jiff::Timestamp = row.get(0);
    let wall = starts_at
        .to_zoned(jiff::tz::TimeZone::get("Africa/Johannesburg").unwrap())
        .strftime("%H:%M")
        .to_string();
    assert!(browser.get(&link).await.text.contains(&wall));
    let file = browser.get(&format!("{link}/booking.ics")).await.text;
    assert!(file.contains(&format!("DTSTART:{}", starts_at.strftime("%Y%m%dT%H%M%SZ"))));
    let owner = app.db.member(&practice, Role::Owner).await;
    assert!(app.signed_in(&owner).get("/o/times/outbox").await.text.contains(&wall));
}

#[tokio::test(flavor = "multi_thread")]
async fn someone_whose_time_was_taken_gets_the_nearest_ones_and_retypes_nothing() {
    let app = TestApp::start().await;
    let practice = app.db.practice("lost").await;
    let mut first = app.browser();
    let (start, _) = choose(&mut first, &practice).await;
    let fields = details(&practice, &start, "0825550142", &uuid::Uuid::new_v4().to_string());
    app.db
        .superuser()
        .await
        .batch_execute("UPDATE aloe.occupancies SET expires_at = now() - interval '1 second'")
        .await
        .unwrap();
    for diary in &practice.resources {
        let mut other = app.browser();
        let trip = [
            ("service", practice.service.to_string()),
            ("place", practice.location.to_string()),
            ("with", diary.to_string()),
            ("start", start.clone()),
        ];
        let held = send(&mut other, &practice, "hold", &trip).await;
        assert_eq!(held.status, StatusCode::SEE_OTHER);
    }
    let asked = send(&mut first, &practice, "details", &fields).await;
    let mut with_pin = fields.clone();
    with_pin.push(("proof", asked.value_of("proof")));
    with_pin.push(("pin", code(&app, &practice).await));
    let lost = send(&mut first, &practice, "pin", &with_pin).await;
    assert_eq!(lost.status, StatusCode::CONFLICT, "{}", lost.text);
    assert_eq!(lost.value_of("name"), "Lindiwe Ngcobo");
    let near = lost
        .text
        .split("name=\"start\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let again = details(&practice, &near, "0825550142", &lost.value_of("key"));
    let booked = send(&mut first, &practice, "confirm", &again).await;
    assert_eq!(
        booked.status,
        StatusCode::SEE_OTHER,
        "the phone is proven already: {}",
        booked.text
    );
}

/// Whoever loses the race while moving goes on moving: no second booking comes of it.
#[tokio::test(flavor = "multi_thread")]
async fn someone_who_moves_and_loses_the_race_goes_on_moving() {
    let app = TestApp::start().await;
    let practice = app.db.practice("moving").await;
    let mut browser = app.browser();
    let link = book(&app, &mut browser, &practice, "0825550142").await;
    let page = browser.get(&format!("{link}/move")).await;
    let starts: Vec<&str> = page.text.split("name=\"start\" value=\"").skip(1).collect();
    let last = starts.last().unwrap().split('"').next().unwrap().to_owned();
    for diary in &practice.resources {
        let trip = [
            ("service", practice.service.to_string()),
            ("place", practice.location.to_string()),
            ("with", diary.to_string()),
            ("start", last.clone()),
        ];
        send(&mut app.browser(), &practice, "hold", &trip).await;
    }
    let place = practice.location.to_string();
    let fields = [("start", last.as_str()), ("place", &place), ("sure", "1")];
    let lost = browser
        .post(&format!("{link}/move"), &format!("{link}/move"), &fields)
        .await;
    assert_eq!(lost.status, StatusCode::CONFLICT, "{}", lost.text);
    assert!(lost.text.contains(&format!("action=\"{link}/move\"")));
    assert!(
        lost.text.contains(&format!("href=\"{link}/move?")),
        "all times are those to move to"
    );
    let near = lost.text.split("name=\"start\" value=\"").nth(1).unwrap();
    let near = near.split('"').next().unwrap().to_owned();
    let fields = [("start", near.as_str()), ("place", &place), ("sure", "1")];
    let moved = browser
        .post(&format!("{link}/move"), &format!("{link}/move"), &fields)
        .await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    let query = "SELECT count(*) FROM aloe.bookings";
    let rows = app.db.superuser().await.query_one(query, &[]).await.unwrap();
    assert_eq!(rows.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_twice_is_one_booking() {
    let app = TestApp::start().await;
    let practice = app.db.practice("double").await;
    let mut browser = app.browser();
    let (start, _) = choose(&mut browser, &practice).await;
    let mut fields = details(&practice, &start, "0825550142", &uuid::Uuid::new_v4().to_string());
    let asked = send(&mut browser, &practice, "details", &fields).await;
    fields.push(("proof", asked.value_of("proof")));
    fields.push(("pin", code(&app, &practice).await));
    send(&mut browser, &practice, "pin", &fields).await;
    let again = send(&mut browser, &practice, "confirm", &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    let rows = app
        .db
        .superuser()
        .await
        .query_one("SELECT count(*) FROM aloe.bookings", &[])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_to_one_number_are_paced_and_landlines_get_none() {
    let app = TestApp::start().await;
    let practice = app.db.practice("pace").await;
    let mut browser = app.browser();
    let (start, _) = choose(&mut browser, &practice).await;
    let fields = details(&practice, &start, "0825550142", &uuid::Uuid::new_v4().to_string());
    send(&mut browser, &practice, "details", &fields).await;
    let again = send(&mut browser, &practice, "pin/again", &fields).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    for landline in ["0215551234", "0861234567", "0800123456"] {
        let page = send(
            &mut browser,
            &practice,
            "details",
            &details(&practice, &start, landline, "0123456789abcdef"),
        )
        .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{landline}");
        assert!(page.text.contains("phone-error"), "{landline}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_form_touches_no_patient_and_reveals_none() {
    let app = TestApp::start().await;
    let practice = app.db.practice("match").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    app.db.patient(&owner, "Hidden", "8001015009087").await;
    let mut browser = app.browser();
    let link = book(&app, &mut browser, &practice, "0825550142").await;
    assert!(!browser.get(&link).await.text.contains("Hidden"));
    let rows = app
        .db
        .superuser()
        .await
        .query_one("SELECT count(*) FROM aloe.bookings WHERE patient_id IS NOT NULL", &[])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 0);
    let rows = app
        .db
        .superuser()
        .await
        .query_one("SELECT max(version) FROM aloe.patients", &[])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i32>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_speak_the_persons_language() {
    let app = TestApp::start().await;
    app.db.practice("tongue").await;
    let mut browser = app.browser();
    let page = browser.get("/b/tongue?lang=af").await;
    assert!(page.text.contains("lang=\"af\""));
    assert_eq!(
        browser.get("/b/tongue").await.text.matches("lang=\"af\"").count(),
        page.text.matches("lang=\"af\"").count()
    );
    let junk = encode("<script>");
    assert_eq!(
        browser.get(&format!("/b/tongue?lang={junk}")).await.status,
        StatusCode::OK
    );
}

/// What does not work is said in the language of whoever books, and leads back to the first page: never to the staff's door.
#[tokio::test(flavor = "multi_thread")]
async fn failures_speak_the_persons_language_too() {
    let app = TestApp::start().await;
    app.db.practice("afr").await;
    let mut browser = app.browser();
    browser.get("/b/afr?lang=af").await;
    let over = browser.get("/b/afr/m/not-a-link").await;
    assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(over.text.contains("<html lang=\"af\">"), "{}", over.text);
    assert!(
        over.text.contains("Dit kan nie gedoen word nie") && over.text.contains("Hierdie skakel"),
        "{}",
        over.text
    );
    assert!(over.text.contains("href=\"/b/afr\""), "{}", over.text);
    let gone = browser.get("/b/afr/times?service=nothing").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.text.contains("Hier is niks nie"), "{}", gone.text);
    let forged = browser.post_raw("/b/afr/hold", "service=x").await;
    assert!(forged.text.contains("Hierdie bladsy is te oud"), "{}", forged.text);
    let english = app.browser().get("/b/afr/m/not-a-link").await;
    assert!(english.text.contains("This cannot be done"));
}

/// A parameter that stands there twice is no mistake of the person who follows the link.
#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_given_twice_is_read_once() {
    let app = TestApp::start().await;
    let practice = app.db.practice("param").await;
    let owner = app.db.member(&practice, aloe_domain::permission::Role::Owner).await;
    let service = practice.service;
    let twice = format!("/b/param/times?service={service}&service={service}&lang=af&lang=en");
    assert_eq!(app.browser().get(&twice).await.status, StatusCode::OK);
    let mut browser = app.signed_in(&owner);
    for path in [
        "calendar?date=2026-03-02&date=2026-03-03",
        "trail?page=1&page=1",
        "day?date=2026-03-02&date=x",
    ] {
        let page = browser.get(&format!("/o/param/{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_code_asked_for_too_soon_leaves_the_page_and_the_code_as_they_were() {
    let app = TestApp::start().await;
    let practice = app.db.practice("soon").await;
    let mut browser = app.browser();
    let (start, _) = choose(&mut browser, &practice).await;
    let mut fields = details(&practice, &start, "0825550142", &uuid::Uuid::new_v4().to_string());
    let asked = send(&mut browser, &practice, "details", &fields).await;
    fields.push(("proof", asked.value_of("proof")));
    let again = send(&mut browser, &practice, "pin/again", &fields).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(again.headers.contains_key("retry-after"));
    assert!(again.text.contains("A new code can be sent in 1 min"), "{}", again.text);
    assert_eq!(again.value_of("proof"), asked.value_of("proof"));
    assert_eq!(again.value_of("name"), "Lindiwe Ngcobo");
    fields.push(("pin", code(&app, &practice).await));
    let booked = send(&mut browser, &practice, "pin", &fields).await;
    assert_eq!(booked.status, StatusCode::SEE_OTHER, "{}", booked.text);
}
