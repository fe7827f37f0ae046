//! The calendar's pages: whom a booking is for, what is shown, and time that is blocked.

use aloe_domain::permission::Role;
use aloe_testkit::{Member, Organisation};
use axum::http::StatusCode;

use crate::support::{Page, TestApp};

const NEW: &str = "/o/desk/bookings/new";
const BLOCK: &str = "/o/desk/blocks/new";

async fn desk(app: &TestApp) -> (Organisation, Member) {
    let practice = app.db.practice("desk").await;
    let reception = app.db.member(&practice, Role::Reception).await;
    (practice, reception)
}

/// A whole booking form for a Monday far ahead, with some fields otherwise.
async fn book(app: &TestApp, at: &Organisation, by: &Member, other: &[(&str, &str)]) -> Page {
    let (service, diary, place) = (
        at.service.to_string(),
        at.resources[0].to_string(),
        at.location.to_string(),
    );
    let key = uuid::Uuid::new_v4().to_string();
    let mut fields = vec![
        ("key", key.as_str()),
        ("service", &service),
        ("resource", &diary),
        ("location", &place),
        ("date", "2027-02-01"),
        ("start", "09:00"),
        ("name", "Thandi Mokoena"),
        ("channel", "desk"),
    ];
    fields.retain(|(name, _)| !other.iter().any(|(set, _)| set == name));
    fields.extend(other);
    app.signed_in(by).post(NEW, "/o/desk/bookings", &fields).await
}

async fn block(app: &TestApp, at: &Organisation, by: &Member, other: &[(&str, &str)]) -> Page {
    let (diary, place) = (at.resources[0].to_string(), at.location.to_string());
    let mut fields = vec![
        ("resource", diary.as_str()),
        ("location", &place),
        ("date", "2027-02-01"),
        ("from", "13:00"),
        ("to", "14:00"),
        ("reason", "Staff meeting"),
    ];
    fields.retain(|(name, _)| !other.iter().any(|(set, _)| set == name));
    fields.extend(other);
    app.signed_in(by).post(BLOCK, "/o/desk/blocks", &fields).await
}

async fn count(app: &TestApp, table: &str) -> i64 {
    let query = format!("SELECT count(*) FROM aloe.{table}");
    app.db.superuser().await.query_one(&query, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_on_file_is_found_and_chosen_while_a_booking_is_made() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let patient = app.db.patient(&reception, "Dlamini", "8001015009087").await.to_string();
    for typed in ["Dlam", "8001015009087"] {
        let found = book(&app, &at, &reception, &[("name", typed), ("who", "find")]).await;
        assert_eq!(found.status, StatusCode::OK);
        assert!(found.text.contains(&format!("value=\"{patient}\"")), "{typed}");
        assert!(
            !found.text.contains("8001015009087\"") || typed == "8001015009087",
            "masked"
        );
        assert_eq!(found.value_of("start"), "09:00", "what was typed is kept");
    }
    let nobody = book(&app, &at, &reception, &[("name", "Zzyzx"), ("who", "find")]).await;
    assert!(nobody.text.contains("Nobody of this name or number is on file"));
    let chosen = book(&app, &at, &reception, &[("name", "Dlam"), ("who", &patient)]).await;
    assert_eq!(chosen.value_of("patient"), patient);
    assert!(chosen.text.contains("On file"));
    assert!(chosen.value_of("name").contains("Dlamini"));
    let other = book(&app, &at, &reception, &[("patient", &patient), ("who", "none")]).await;
    assert_eq!(other.value_of("patient"), "");
    assert_eq!(count(&app, "bookings").await, 0, "nothing is booked by looking");
    let name = chosen.value_of("name");
    let booked = book(&app, &at, &reception, &[("patient", &patient), ("name", &name)]).await;
    assert_eq!(booked.status, StatusCode::SEE_OTHER, "{}", booked.text);
    let query = "SELECT count(*) FROM aloe.bookings WHERE patient_id::text = $1";
    let row = app.db.superuser().await.query_one(query, &[&patient]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_for_somebody_is_recorded_without_what_was_typed() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    app.db.patient(&reception, "Dlamini", "8001015009087").await;
    book(&app, &at, &reception, &[("name", "8001015009087"), ("who", "find")]).await;
    let query = "SELECT to_jsonb(e)::text FROM aloe.audit_entries e WHERE action = 'search'";
    let rows = app.db.superuser().await.query(query, &[]).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].get::<_, String>(0).contains("8001015009087"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_person_is_refused_and_malformed_ids_are_too() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let nobody = uuid::Uuid::new_v4().to_string();
    assert_eq!(
        book(&app, &at, &reception, &[("who", &nobody)]).await.status,
        StatusCode::NOT_FOUND
    );
    let malformed = book(&app, &at, &reception, &[("who", "everybody")]).await;
    assert!(malformed.status.is_client_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_time_stands_in_the_calendar_is_offered_to_nobody_and_given_back() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let done = block(&app, &at, &reception, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let mut browser = app.signed_in(&reception);
    for view in ["", "&view=week&r=all"] {
        let page = browser.get(&format!("/o/desk/calendar?date=2027-02-01{view}")).await;
        assert!(page.text.contains("Staff meeting"), "{view}");
    }
    let inside = book(&app, &at, &reception, &[("start", "13:20")]).await;
    assert_eq!(inside.status, StatusCode::CONFLICT);
    assert!(inside.text.contains("13:00 to 14:00, closed: Staff meeting"));
    let touching = book(&app, &at, &reception, &[("start", "14:00")]).await;
    assert_eq!(touching.status, StatusCode::SEE_OTHER, "a block ends when it ends");
    let squeezed = book(
        &app,
        &at,
        &reception,
        &[("start", "13:20"), ("overbook_reason", "in pain")],
    )
    .await;
    assert_eq!(squeezed.status, StatusCode::SEE_OTHER, "{}", squeezed.text);
    let query = "SELECT overbook_reason FROM aloe.bookings WHERE overbook_reason <> ''";
    let reasons = app.db.superuser().await.query(query, &[]).await.unwrap();
    assert_eq!(reasons.len(), 1, "why it was squeezed in is kept");
    let id: uuid::Uuid = app
        .db
        .superuser()
        .await
        .query_one("SELECT closure_id FROM aloe.closures", &[])
        .await
        .unwrap()
        .get(0);
    let page = format!("/o/desk/blocks/{id}");
    assert!(browser.get(&page).await.text.contains("13:00 to 14:00"));
    let back = browser.post(&page, &format!("{page}/remove"), &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(count(&app, "closures").await, 0);
    let gone = browser.post(NEW, &format!("{page}/remove"), &[]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_are_booked_are_named_before_their_time_is_blocked() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    book(&app, &at, &reception, &[("start", "13:20")]).await;
    let asked = block(&app, &at, &reception, &[]).await;
    assert_eq!(asked.status, StatusCode::CONFLICT);
    assert!(asked.text.contains("Thandi Mokoena"));
    assert_eq!(asked.value_of("reason"), "Staff meeting", "what was typed is kept");
    assert_eq!(count(&app, "closures").await, 0);
    let sure = block(&app, &at, &reception, &[("anyway", "1")]).await;
    assert_eq!(sure.status, StatusCode::SEE_OTHER);
    assert_eq!(count(&app, "closures").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_makes_no_sense_is_refused_beside_its_field() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    for (field, value, sentence) in [
        ("from", "1 o'clock", "Write times as hours and minutes"),
        ("from", "13:02", "multiple of five"),
        ("to", "12:00", "The end must be later"),
        ("date", "soon", "Choose the date."),
        ("reason", "", "Say why in a few words"),
        (
            "resource",
            "5f0c2a0e-6a52-4f43-9b33-0a4c77e3a001",
            "Choose one from the list",
        ),
    ] {
        let page = block(&app, &at, &reception, &[(field, value)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}");
        assert!(page.text.contains(sentence), "{field}={value}");
        assert!(page.text.contains(&format!("id=\"{field}-error\"")), "{field}={value}");
    }
    assert_eq!(count(&app, "closures").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_shows_what_is_asked_for_and_says_so() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    book(&app, &at, &reception, &[]).await;
    let mut browser = app.signed_in(&reception);
    let day = "/o/desk/calendar?date=2027-02-01";
    let service = at.service.to_string();
    for (query, shows) in [
        (String::new(), true),
        (format!("&s={service}"), true),
        ("&st=expected".into(), true),
        (format!("&s={service}&st=waiting"), false),
        ("&st=missed".into(), false),
        // What is not known filters nothing.
        ("&st=elsewhere&s=5f0c2a0e-6a52-4f43-9b33-0a4c77e3a001&l=x".into(), true),
    ] {
        for view in ["", "&view=week&r=all"] {
            let page = browser.get(&format!("{day}{query}{view}")).await;
            assert_eq!(page.text.contains("Thandi Mokoena"), shows, "{query}{view}");
        }
    }
    let page = browser.get(&format!("{day}&st=waiting")).await;
    assert!(page.text.contains("Show: waiting"));
    let kept = page.text.matches("&#38;st=waiting").count() + page.text.matches("&amp;st=waiting").count();
    assert!(kept >= 4, "earlier, later, day and week keep the filter: {kept}");
}

/// Books online from another phone than the one on file, and answers the booking's address at the desk.
async fn unbound(app: &TestApp, at: &Organisation, by: &Member) -> (String, String) {
    let booked = book(app, at, by, &[("name", "Thandi Dlamini"), ("phone", "0825550166")]).await;
    let id = booked.location.rsplit("booking=").next().unwrap().to_owned();
    (format!("/o/desk/bookings/{id}"), id)
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_on_file_with_another_phone_is_found_for_a_booking() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let patient = app.db.patient(&reception, "Dlamini", "8001015009087").await.to_string();
    let (booking, id) = unbound(&app, &at, &reception).await;
    let mut browser = app.signed_in(&reception);
    let panel = browser
        .get(&format!("/o/desk/calendar?date=2027-02-01&booking={id}"))
        .await;
    assert!(panel.text.contains(&format!("{booking}/who")));
    let by_name = browser.get(&format!("{booking}/who")).await;
    assert!(
        by_name.text.contains(&patient),
        "those of the booked name stand there at once"
    );
    let by_number = browser
        .post(
            &format!("{booking}/who"),
            &format!("{booking}/who"),
            &[("q", "8001015009087")],
        )
        .await;
    assert!(by_number.text.contains(&patient));
    let nobody = browser
        .post(&format!("{booking}/who"), &format!("{booking}/who"), &[("q", "Zzyzx")])
        .await;
    assert!(nobody.text.contains("Nobody found"));
    let bound = browser
        .post(
            &format!("{booking}/who"),
            &format!("{booking}/patient"),
            &[("patient", &patient)],
        )
        .await;
    assert_eq!(bound.status, StatusCode::SEE_OTHER, "{}", bound.text);
    let panel = browser.get(&bound.location).await;
    assert!(panel.text.contains("Dlamini") && panel.text.contains("<dt>File</dt>"));
    assert!(!panel.text.contains("Ask who it is"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_that_is_found_while_registering_is_taken_for_the_booking() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let patient = app.db.patient(&reception, "Dlamini", "8001015009087").await.to_string();
    let (booking, id) = unbound(&app, &at, &reception).await;
    let from = format!("/o/desk/patients/new?booking={id}");
    let fields = [
        ("surname", "Dlamini"),
        ("kind", "sa_id"),
        ("id_number", "8001015009087"),
        ("notice", "1"),
        ("booking", &id),
    ];
    let mut browser = app.signed_in(&reception);
    let asked = browser.post(&from, "/o/desk/patients/new", &fields).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text.contains(&format!("formaction=\"{booking}/patient\"")));
    let mut chosen = fields.to_vec();
    chosen.push(("patient", &patient));
    let bound = browser.post(&from, &format!("{booking}/patient"), &chosen).await;
    assert_eq!(bound.status, StatusCode::SEE_OTHER);
    assert_eq!(count(&app, "patients").await, 1, "no second file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_under_another_name_than_its_file_says_so() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let patient = app.db.patient(&reception, "Dlamini", "").await.to_string();
    let booked = book(
        &app,
        &at,
        &reception,
        &[("patient", &patient), ("name", "Sipho Radebe")],
    )
    .await;
    let panel = app.signed_in(&reception).get(&booked.location).await;
    assert!(panel.text.contains("Ask who it is"), "{}", panel.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_after_all_is_squeezed_in_where_the_time_was_given_away() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let past = ("date", "2026-02-02");
    let booked = book(&app, &at, &reception, &[("name", "Thandi Dlamini"), past]).await;
    let state = format!(
        "/o/desk/bookings/{}/state",
        booked.location.rsplit("booking=").next().unwrap()
    );
    let mut browser = app.signed_in(&reception);
    let missed = browser.post(NEW, &state, &[("version", "1"), ("to", "no_show")]).await;
    assert_eq!(missed.status, StatusCode::SEE_OTHER, "{}", missed.text);
    let next = book(&app, &at, &reception, &[("name", "Next Person"), past]).await;
    assert_eq!(next.status, StatusCode::SEE_OTHER);
    let asked = browser.post(NEW, &state, &[("version", "2"), ("to", "arrived")]).await;
    assert_eq!(asked.status, StatusCode::CONFLICT, "{}", asked.text);
    assert!(asked.text.contains("Next Person"));
    let squeezed = browser
        .post(
            NEW,
            &state,
            &[("version", "2"), ("to", "arrived"), ("overbook_reason", "came late")],
        )
        .await;
    assert_eq!(squeezed.status, StatusCode::SEE_OTHER, "{}", squeezed.text);
    let query = "SELECT count(*) FROM aloe.bookings WHERE status = 'arrived' AND overbook_reason = 'came late'";
    let row = app.db.superuser().await.query_one(query, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_failed_to_come_before_their_time() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let (booking, id) = unbound(&app, &at, &reception).await;
    let mut browser = app.signed_in(&reception);
    let panel = browser
        .get(&format!("/o/desk/calendar?date=2027-02-01&booking={id}"))
        .await;
    assert!(panel.text.contains("Arrived") && !panel.text.contains("Did not come</button>"));
    let missed = browser
        .post(NEW, &format!("{booking}/state"), &[("version", "1"), ("to", "no_show")])
        .await;
    assert!(missed.status.is_client_error(), "{}", missed.status);
    assert!(missed.text.contains("they may still come"), "{}", missed.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_acts_in_the_calendar_comes_back_to_what_they_saw() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let (booking, id) = unbound(&app, &at, &reception).await;
    let diary = at.resources[0].to_string();
    let view = format!("&view=week&r={diary}&st=expected");
    let mut browser = app.signed_in(&reception);
    let state = format!("{booking}/state");
    let plain = browser.post(NEW, &state, &[("version", "1"), ("to", "arrived")]).await;
    assert_eq!(plain.location, format!("/o/desk/calendar?date=2027-02-01&booking={id}"));
    browser.get(&format!("/o/desk/calendar?date=2027-02-01{view}")).await;
    let again = browser
        .post(NEW, &state, &[("version", "2"), ("to", "confirmed")])
        .await;
    assert_eq!(
        again.location,
        format!("/o/desk/calendar?date=2027-02-01{view}&booking={id}")
    );
    for page in [format!("{booking}/cancel"), format!("{booking}/who"), NEW.to_owned()] {
        let page = browser.get(&page).await;
        assert!(
            page.text.contains("view=week") && page.text.contains("st=expected"),
            "{}",
            page.text
        );
    }
    browser.get("/o/desk/calendar?date=2027-02-01").await;
    let day = browser.get(&format!("{booking}/cancel")).await;
    assert!(!day.text.contains("view=week"));
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_a_filter_leaves_out_is_shown_as_taken() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    unbound(&app, &at, &reception).await;
    let mut browser = app.signed_in(&reception);
    let waiting = browser.get("/o/desk/calendar?date=2027-02-01&st=waiting").await;
    assert!(waiting.text.contains("<b>Taken</b>") && !waiting.text.contains("Thandi Dlamini"));
    let expected = browser.get("/o/desk/calendar?date=2027-02-01&st=expected").await;
    assert!(!expected.text.contains("<b>Taken</b>") && expected.text.contains("Thandi Dlamini"));
}

#[tokio::test(flavor = "multi_thread")]
async fn as_long_as_a_service_may_be_its_booking_may_be_and_dates_are_near() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let long = book(&app, &at, &reception, &[("minutes", "720"), ("start", "08:00")]).await;
    assert_eq!(long.status, StatusCode::SEE_OTHER, "{}", long.text);
    for date in ["0026-11-24", "2126-11-24", "soon"] {
        let far = book(&app, &at, &reception, &[("date", date)]).await;
        assert_eq!(far.status, StatusCode::UNPROCESSABLE_ENTITY, "{date}");
        assert!(far.text.contains("id=\"date-error\""), "{date}");
    }
    assert_eq!(count(&app, "bookings").await, 1);
}

/// A place in another zone: what is dragged to nine in the calendar is at nine in the calendar, and the form shows the place's
/// own time.
#[tokio::test(flavor = "multi_thread")]
async fn a_drag_means_the_time_that_the_calendar_shows() {
    let app = TestApp::start().await;
    let (at, reception) = desk(&app).await;
    let superuser = app.db.superuser().await;
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    let abroad = uuid::Uuid::new_v4();
    let add = "INSERT INTO aloe.locations (organisation_id, location_id, name, time_zone) VALUES ($1, $2, 'Zz abroad', 'Europe/London')";
    superuser.execute(add, &[&at.id.as_uuid(), &abroad]).await.unwrap();
    let hours = "INSERT INTO aloe.weekly_hours (organisation_id, weekly_hours_id, resource_id, location_id, weekday, opens, closes)
        VALUES ($1, gen_random_uuid(), $2, $3, 1, 480, 720)";
    superuser
        .execute(hours, &[&at.id.as_uuid(), &at.resources[0].as_uuid(), &abroad])
        .await
        .unwrap();
    let place = abroad.to_string();
    let booked = book(&app, &at, &reception, &[("location", &place), ("start", "09:00")]).await;
    assert_eq!(booked.status, StatusCode::SEE_OTHER, "{}", booked.text);
    let starts = async || -> String {
        let query = "SELECT to_char(starts_at AT TIME ZONE 'UTC', 'HH24:MI') FROM aloe.bookings";
        superuser.query_one(query, &[]).await.unwrap().get(0)
    };
    assert_eq!(starts().await, "09:00", "nine in London, in winter");
    let id = booked.location.rsplit("booking=").next().unwrap();
    let diary = at.resources[0].to_string();
    let drag = [
        ("version", "1"),
        ("resource", diary.as_str()),
        ("date", "2027-02-01"),
        ("start", "13:00"),
        ("minutes", "20"),
        ("tell", "0"),
    ];
    let moved = app
        .signed_in(&reception)
        .post(NEW, &format!("/o/desk/bookings/{id}/drag"), &drag)
        .await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    assert_eq!(starts().await, "11:00", "one o'clock in the calendar's zone");
}
