//! Replays (N14, N16): each kind of token after its use, after sign-out, in another browser and for another organisation; and
//! sessions that somebody else chose.

use aloe_domain::permission::Role;
use aloe_testkit::{Member, PASSWORD};
use aloe_vault::Token;
use axum::http::StatusCode;

use crate::support::{Browser, TestApp};

async fn signed_in<'a>(app: &'a TestApp, member: &Member) -> Browser<'a> {
    let mut browser = app.browser();
    let door = [("email", member.email.as_str()), ("password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", "/sign-in", &door).await.location, "/");
    browser
}

async fn is_out(browser: &mut Browser<'_>) -> bool {
    browser.get("/account").await.location.starts_with("/sign-in")
}

#[tokio::test(flavor = "multi_thread")]
async fn n14_neither_token_of_a_session_works_after_sign_out() {
    let app = TestApp::start().await;
    let practice = app.db.practice("out").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut browser = signed_in(&app, &member).await;
    let (access, refresh) = (
        browser.cookie("access").unwrap().to_owned(),
        browser.cookie("refresh").unwrap().to_owned(),
    );
    let out = browser.post("/account", "/sign-out", &[]).await;
    assert!(out.headers.get("clear-site-data").is_some());
    for (what, value) in [("access", &access), ("refresh", &refresh)] {
        let mut thief = app.browser();
        thief.set_cookie(what, value);
        assert!(is_out(&mut thief).await, "{what}");
    }
    // An access token is no refresh token, and the other way round.
    let other = signed_in(&app, &member).await;
    for (from, to) in [("access", "refresh"), ("refresh", "access")] {
        let mut mixed = app.browser();
        mixed.set_cookie(to, other.cookie(from).unwrap());
        assert!(is_out(&mut mixed).await, "{from} as {to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n16_a_session_that_somebody_else_chose_is_not_taken_up() {
    let app = TestApp::start().await;
    let practice = app.db.practice("fixed").await;
    let (victim, attacker) = (
        app.db.member(&practice, Role::Reception).await,
        app.db.member(&practice, Role::Reception).await,
    );
    let planted = Token::random().unwrap().to_text().expose().to_owned();
    let mut browser = app.browser();
    browser.set_cookie("access", &planted);
    browser.set_cookie("refresh", &planted);
    let door = [("email", victim.email.as_str()), ("password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", "/sign-in", &door).await.location, "/");
    assert_ne!(browser.cookie("access"), Some(planted.as_str()));
    let mut thief = app.browser();
    thief.set_cookie("access", &planted);
    assert!(is_out(&mut thief).await);
    // Nor does a session of the attacker's own live on under the victim's name.
    let theirs = signed_in(&app, &attacker).await;
    let mut shared = app.browser();
    shared.set_cookie("access", theirs.cookie("access").unwrap());
    assert_eq!(shared.post("/sign-in", "/sign-in", &door).await.location, "/");
    let mut again = app.browser();
    again.set_cookie("access", theirs.cookie("access").unwrap());
    assert!(is_out(&mut again).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn n16_a_token_against_forgery_belongs_to_one_session() {
    let app = TestApp::start().await;
    let practice = app.db.practice("forgery").await;
    let (one, two) = (
        app.db.member(&practice, Role::Reception).await,
        app.db.member(&practice, Role::Reception).await,
    );
    let theirs = app.signed_in(&one).get("/account").await.csrf();
    let visitors = app.browser().get("/sign-in").await.csrf();
    for token in [theirs, visitors] {
        let body = format!("csrf={token}");
        let page = app.signed_in(&two).post_raw("/account/sessions/end", &body).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n14_a_sign_in_begun_in_one_browser_is_not_finished_in_another() {
    let app = TestApp::start().await;
    let practice = app.db.practice("halfway").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut own = app.signed_in(&member);
    own.post("/account", "/account/app", &[]).await;
    let shown = own.get("/account/app").await.text;
    let code = shown
        .split("<b data-code>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .unwrap()
        .to_owned();
    own.post("/account/app", "/account/app/code", &[("code", &code)]).await;
    let mut begun = app.browser();
    let door = [("email", member.email.as_str()), ("password", PASSWORD)];
    assert!(
        begun
            .post("/sign-in", "/sign-in", &door)
            .await
            .location
            .starts_with("/sign-in/code")
    );
    let mut other = app.browser();
    assert_eq!(other.get("/sign-in/code").await.location, "/sign-in");
    let page = other.post("/sign-in", "/sign-in/code", &[("code", "000000")]).await;
    assert!(page.status.is_client_error() && page.text.contains("Sign in with your password again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn n16_the_link_of_a_booking_opens_nothing_under_another_organisation() {
    let app = TestApp::start().await;
    let at = app.db.furnished("mine", "8001015009087").await;
    app.db.furnished("theirs", "8501016184086").await;
    let token = at.link.to_text().expose().to_owned();
    assert_eq!(
        app.browser().get(&format!("/b/mine/m/{token}")).await.status,
        StatusCode::OK
    );
    let elsewhere = app.browser().get(&format!("/b/theirs/m/{token}")).await;
    assert!(elsewhere.status.is_client_error() && !elsewhere.text.contains("Personmine"));
}
