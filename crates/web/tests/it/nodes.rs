//! Several nodes on one database: what happens on one holds on the other at the very next request (P11, P12).

use aloe_domain::permission::Role;
use aloe_testkit::PASSWORD;
use axum::http::StatusCode;

use crate::support::{Browser, TestApp};

/// The same browser, whose next request goes to another node.
fn moved<'a>(browser: &Browser<'_>, to: &'a TestApp) -> Browser<'a> {
    let mut same = to.browser();
    for what in ["access", "refresh"] {
        if let Some(value) = browser.cookie(what) {
            same.set_cookie(what, value);
        }
    }
    same
}

async fn signed_in<'a>(app: &'a TestApp, email: &str) -> Browser<'a> {
    let mut browser = app.browser();
    let page = browser
        .post("/sign-in", "/sign-in", &[("email", email), ("password", PASSWORD)])
        .await;
    assert_eq!(page.location, "/");
    browser
}

async fn is_over(browser: &mut Browser<'_>) -> bool {
    browser.get("/account").await.location.starts_with("/sign-in")
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_what_ends_on_one_node_is_over_on_the_other_at_the_next_request() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let practice = one.db.practice("nodes").await;
    let member = one.db.member(&practice, Role::Reception).await;
    let mut here = signed_in(&one, &member.email).await;
    let mut there = moved(&here, &two);
    assert!(!is_over(&mut there).await);
    here.post("/account", "/sign-out", &[]).await;
    assert!(is_over(&mut there).await, "signed out");

    let (mut here, elsewhere) = (
        signed_in(&one, &member.email).await,
        signed_in(&one, &member.email).await,
    );
    let mut there = moved(&elsewhere, &two);
    assert!(!is_over(&mut there).await);
    here.post("/account", "/account/sessions/end", &[]).await;
    assert!(is_over(&mut there).await, "ended from another session");

    let elsewhere = signed_in(&two, &member.email).await;
    let mut there = moved(&elsewhere, &two);
    let fresh = "velvet cactus orbit mango";
    let changed = here
        .post("/account", "/account/password", &[("old", PASSWORD), ("new", fresh)])
        .await;
    assert_eq!(changed.location, "/account");
    assert!(is_over(&mut there).await, "the password was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_a_role_that_is_taken_on_one_node_is_gone_on_the_other() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let practice = one.db.practice("taken").await;
    let (owner, admin) = (
        one.db.member(&practice, Role::Owner).await,
        one.db.member(&practice, Role::Administrator).await,
    );
    let mut there = two.signed_in(&admin);
    assert_eq!(there.get("/o/taken/team").await.status, StatusCode::OK);
    let path = format!("/o/taken/team/{}", admin.membership.id);
    let fields = [("version", "1"), ("role", "reception"), ("standing", "active")];
    let saved = one.signed_in(&owner).post("/o/taken/team", &path, &fields).await;
    assert_eq!(saved.location, "/o/taken/team", "{}", saved.text);
    assert_eq!(there.get("/o/taken/team").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_two_tabs_that_renew_on_two_nodes_both_go_on_with_one_living_end() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let practice = one.db.practice("tabs").await;
    let member = one.db.member(&practice, Role::Reception).await;
    let tab = |app| {
        let mut browser = TestApp::browser(app);
        browser.set_cookie("refresh", member.refresh.to_text().expose());
        browser
    };
    let (mut here, mut there) = (tab(&one), tab(&two));
    let (first, second) = tokio::join!(here.get("/account"), there.get("/account"));
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
    assert!(here.cookie("access").is_some() && here.cookie("refresh") != Some(member.refresh.to_text().expose()));
    assert_eq!(here.cookie("access"), there.cookie("access"));
    assert_eq!(here.cookie("refresh"), there.cookie("refresh"));
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_limit_holds_over_all_nodes_together_and_a_restart() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let began = std::time::Instant::now();
    let mut let_through = 0;
    for n in 0..24 {
        // Every eighth try finds a node that was just started.
        let restarted = one.beside().await;
        let node = [&one, &two, &restarted][n % 3];
        let fields = [("email", "nobody@limits.example"), ("password", "not the password")];
        let page = node.browser().post("/sign-in", "/sign-in", &fields).await;
        let_through += usize::from(page.status != StatusCode::TOO_MANY_REQUESTS);
    }
    // Five at once, then one after five seconds, ten more, twenty more: as many as the time allows, over all nodes together.
    let passed = began.elapsed().as_secs();
    let allowed = 5 + [5, 15, 35, 75].iter().filter(|due| passed >= **due).count();
    assert!((5..=allowed).contains(&let_through), "{let_through} in {passed} s");
}
