//! One instant is one wall time on every surface, on the days when clocks change (lesson 4).

use aloe_domain::permission::Role;
use aloe_testkit::Organisation;
use axum::http::StatusCode;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::booking::book_at;
use crate::support::{Browser, TestApp};

const ZONE: &str = "America/New_York";

/// A practice in a zone that changes its clocks, open day and night, bookable for a year.
async fn abroad(app: &TestApp, slug: &str) -> Organisation {
    let practice = app.db.practice(slug).await;
    let everywhere = format!(
        "UPDATE aloe.locations SET time_zone = '{ZONE}'; UPDATE aloe.weekly_hours SET opens = 0, closes = 1440;
         UPDATE aloe.services SET horizon_days = 366"
    );
    let superuser = app.db.superuser().await;
    superuser
        .batch_execute("SET session_replication_role = replica")
        .await
        .unwrap();
    superuser.batch_execute(&everywhere).await.unwrap();
    superuser
        .batch_execute("UPDATE aloe.agenda_versions SET version = version + 1")
        .await
        .unwrap();
    practice
}

/// The next two days on which the clocks change.
fn changeovers() -> Vec<Zoned> {
    let zone = TimeZone::get(ZONE).unwrap();
    let soon = Timestamp::now() + 48.hours();
    let next = zone
        .following(soon)
        .take(2)
        .map(|change| change.timestamp().to_zoned(zone.clone()));
    next.collect()
}

async fn times_of_page(browser: &mut Browser<'_>, at: &Organisation, day: Date) -> Vec<Timestamp> {
    let page = browser
        .get(&format!("/b/{}/times?service={}&day={day}", at.slug, at.service))
        .await;
    let starts = page.text.split("name=\"start\" value=\"").skip(1);
    let mut starts: Vec<Timestamp> = starts
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect();
    // The first time of all is offered on every day's page.
    let zone = TimeZone::get(ZONE).unwrap();
    starts.retain(|at| at.to_zoned(zone.clone()).date() == day);
    starts.sort();
    starts.dedup();
    starts
}

async fn times_of_api(browser: &mut Browser<'_>, at: &Organisation, day: Date) -> Vec<Timestamp> {
    let path = format!(
        "/api/b/{}/availability?service={}&from={day}&days=1",
        at.slug, at.service
    );
    let answer = browser.get(&path).await.json();
    let times = answer["times"].as_array().unwrap().clone();
    let mut starts: Vec<Timestamp> = times
        .iter()
        .map(|time| time["starts_at"].as_str().unwrap().parse().unwrap())
        .collect();
    starts.sort();
    starts.dedup();
    starts
}

#[tokio::test(flavor = "multi_thread")]
async fn across_both_changes_of_the_clocks_every_surface_tells_the_same_time() {
    let app = TestApp::start().await;
    let practice = abroad(&app, "abroad").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let zone = TimeZone::get(ZONE).unwrap();
    for (index, change) in changeovers().into_iter().enumerate() {
        let day = change.date();
        let mut phone = app.browser();
        let offered = times_of_api(&mut phone, &practice, day).await;
        assert_eq!(offered, times_of_page(&mut phone, &practice, day).await, "{day}");
        let wall = |at: &Timestamp| at.to_zoned(zone.clone()).strftime("%H:%M").to_string();
        let spring = change.offset().seconds() > -5 * 3600;
        let in_hour = |hour: &str| offered.iter().filter(|at| wall(at).starts_with(hour)).count();
        assert_eq!(
            (in_hour("01"), in_hour("02")),
            if spring { (3, 0) } else { (6, 3) },
            "{day}"
        );

        // The last time of the hour that is skipped to, or that comes twice.
        let hour = if spring { "03" } else { "01" };
        let chosen = *offered.iter().rfind(|at| wall(at).starts_with(hour)).unwrap();
        let link = book_at(
            &app,
            &mut phone,
            &practice,
            &format!("082555014{index}"),
            &chosen.to_string(),
        )
        .await;
        let row = app.db.superuser().await;
        let kept = "SELECT booking_id, starts_at FROM aloe.bookings ORDER BY created_at DESC LIMIT 1";
        let kept = row.query_one(kept, &[]).await.unwrap();
        let (booking, starts_at): (uuid::Uuid, Timestamp) = (kept.get(0), kept.get(1));
        assert_eq!(starts_at, chosen);
        let wall = wall(&chosen);
        let page = phone.get(&link).await.text;
        assert!(page.contains(&wall) && page.contains(&day.day().to_string()), "{page}");
        let file = phone.get(&format!("{link}/booking.ics")).await.text;
        assert!(
            file.contains(&format!("DTSTART:{}", chosen.strftime("%Y%m%dT%H%M%SZ"))),
            "{file}"
        );

        let mut desk = app.signed_in(&owner);
        let date = format!("{} {}", day.day(), day.strftime("%b"));
        let message = desk.get("/o/abroad/outbox").await.text;
        assert!(message.contains(&wall) && message.contains(&date), "{message}");
        for surface in [
            format!("/o/abroad/calendar?date={day}&booking={booking}"),
            format!(
                "/o/abroad/calendar?date={day}&view=week&resource={}",
                practice.resources[0]
            ),
            format!("/o/abroad/day?date={day}"),
            "/o/abroad/trail?action=insert".to_owned(),
        ] {
            let shown = desk.get(&surface).await;
            assert_eq!(shown.status, StatusCode::OK, "{surface}");
            assert!(shown.text.contains(&wall), "{surface}: {wall}");
        }
        let json = desk.get(&format!("/api/o/abroad/bookings/{booking}")).await.json();
        assert_eq!(
            json["starts_at"].as_str().unwrap().parse::<Timestamp>().unwrap(),
            chosen
        );

        // A note is written on it; the hour that comes twice stays the one it was.
        let edit = format!("/o/abroad/bookings/{booking}");
        let form = desk.get(&edit).await;
        let names = ["version", "date", "start", "minutes", "name", "phone"];
        let mut fields: Vec<(&str, String)> = names.iter().map(|name| (*name, form.value_of(name))).collect();
        fields.push(("service", practice.service.to_string()));
        let held = "SELECT resource_id FROM aloe.bookings WHERE booking_id = $1";
        let held: uuid::Uuid = row.query_one(held, &[&booking]).await.unwrap().get(0);
        fields.push(("resource", held.to_string()));
        fields.push(("location", practice.location.to_string()));
        fields.push(("note", "brings a letter".to_owned()));
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let saved = desk.post(&edit, &edit, &pairs).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let after = "SELECT starts_at FROM aloe.bookings WHERE booking_id = $1 AND note = 'brings a letter'";
        assert_eq!(
            row.query_one(after, &[&booking]).await.unwrap().get::<_, Timestamp>(0),
            chosen
        );
    }
}
