//! The page of what was noticed (P12).

use aloe_domain::permission::Role;
use aloe_testkit::visit;
use axum::http::StatusCode;

use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn p12_an_alert_says_what_to_do_and_is_put_away_by_whoever_has_seen_it() {
    let app = TestApp::start().await;
    let (here, there) = (app.db.practice("here").await, app.db.practice("there").await);
    let owner = app.db.member(&here, Role::Owner).await;
    let other = app.db.member(&there, Role::Owner).await;
    let reception = app.db.member(&here, Role::Reception).await;
    let mut page = app.signed_in(&owner);
    app.db
        .doors
        .alarm_sms(&visit(), "here", "two hundred an hour", "+2772123")
        .await
        .unwrap();
    let text = page.get("/o/here/alerts").await.text;
    assert!(
        text.contains("Very many codes by SMS") && text.contains("two hundred an hour"),
        "{text}"
    );
    assert!(
        !app.signed_in(&other)
            .get("/o/there/alerts")
            .await
            .text
            .contains("two hundred")
    );
    assert_eq!(
        app.signed_in(&reception).get("/o/here/alerts").await.status,
        StatusCode::FORBIDDEN
    );
    let id = text
        .split("/alerts/")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .unwrap()
        .to_owned();
    // Nobody puts away what belongs to somebody else.
    let foreign = format!("/o/there/alerts/{id}/seen");
    app.signed_in(&other).post("/o/there/alerts", &foreign, &[]).await;
    assert!(
        page.get("/o/here/alerts")
            .await
            .text
            .contains(&format!("/alerts/{id}/seen"))
    );
    let seen = format!("/o/here/alerts/{id}/seen");
    assert_eq!(page.post("/o/here/alerts", &seen, &[]).await.location, "/o/here/alerts");
    let text = page.get("/o/here/alerts").await.text;
    assert!(
        text.contains("Nothing to look at") && text.contains("Seen by"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_alerts_are_mailed_to_owners_and_the_operator_by_the_watch() {
    let app = TestApp::start().await;
    let practice = app.db.practice("watched").await;
    app.db.member(&practice, Role::Owner).await;
    app.db
        .doors
        .alarm_sms(&visit(), "watched", "two hundred an hour", "+2772123")
        .await
        .unwrap();
    aloe_web::watch_door(&app.state).await.unwrap();
    let key = aloe_testkit::TestDb::installation_key().await.mails();
    let mails = app.db.doors.recent_mails(&visit(), &key, 20).await.unwrap();
    let about: Vec<_> = mails
        .iter()
        .filter(|m| m.body.contains("two hundred an hour"))
        .collect();
    assert_eq!(about.len(), 2, "{mails:?}");
    assert!(about.iter().any(|m| m.to == "operator@aloe.example"));
    assert!(
        about
            .iter()
            .any(|m| m.body.contains("https://aloe.example/o/watched/alerts"))
    );
}
