//! Forgotten passwords and invitations whose link is over (P10, N14).

use std::sync::Arc;

use aloe_domain::email::EmailAddress;
use aloe_domain::permission::{Role, RoleSet, need::Team};
use aloe_testkit::{Member, PASSWORD, TestDb, visit};
use aloe_vault::{Token, TokenDomain};
use axum::http::StatusCode;

use crate::support::{Browser, TestApp};

const FRESH: &str = "velvet cactus orbit mango";

/// Asks for a link, lets the mail be written, and answers the links that stand in it, the newest first.
async fn links(app: &TestApp, address: &str) -> Vec<String> {
    let page = app.browser().post("/reset", "/reset", &[("email", address)]).await;
    assert_eq!(page.status, StatusCode::OK);
    mailed(app).await
}

async fn mailed(app: &TestApp) -> Vec<String> {
    aloe_web::answer_resets(&app.state).await.unwrap();
    let key = TestDb::installation_key().await.mails();
    let mails = app.db.doors.recent_mails(&visit(), &key, 20).await.unwrap();
    let link = |body: &str| -> Option<String> {
        let line = body.lines().find(|line| line.starts_with("https://"))?;
        Some(line.trim_start_matches("https://aloe.example").to_owned())
    };
    mails.iter().filter_map(|mail| link(&mail.body)).collect()
}

async fn choose(browser: &mut Browser<'_>, password: &str) -> crate::support::Page {
    browser
        .post("/reset/choose", "/reset/choose", &[("password", password)])
        .await
}

async fn signs_in(app: &TestApp, member: &Member, password: &str) -> bool {
    let door = [("email", member.email.as_str()), ("password", password)];
    app.browser().post("/sign-in", "/sign-in", &door).await.status == StatusCode::SEE_OTHER
}

async fn run_out(app: &TestApp, table: &str, column: &str) {
    let over = format!("UPDATE aloe.{table} SET {column} = now() - interval '1 second'");
    let over = match table {
        "password_resets" => format!("{over}, made_at = now() - interval '2 minutes'"),
        _ => over,
    };
    // Time passes without anybody doing anything: no trigger runs.
    let quietly = format!("BEGIN; SET LOCAL session_replication_role = replica; {over}; COMMIT");
    app.db.superuser().await.batch_execute(&quietly).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_forgotten_password_is_replaced_by_whoever_has_the_mailbox_and_every_session_ends() {
    let app = TestApp::start().await;
    let practice = app.db.practice("forgot").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let link = links(&app, &member.email).await.remove(0);
    let mut browser = app.browser();
    let opened = browser.get(&link).await;
    assert_eq!(opened.location, "/reset/choose", "the token leaves the address at once");
    let weak = choose(&mut browser, "qwertyuiop123").await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = choose(&mut browser, FRESH).await;
    assert_eq!(done.location, "/sign-in");
    assert!(browser.get("/sign-in").await.text.contains("Your password is changed"));
    let mut elsewhere = app.signed_in(&member);
    assert!(
        elsewhere.get("/account").await.location.starts_with("/sign-in"),
        "signed out"
    );
    assert!(signs_in(&app, &member, FRESH).await);
    assert!(!signs_in(&app, &member, PASSWORD).await);
    // Once, for everybody who still has the link.
    let mut late = app.browser();
    late.get(&link).await;
    assert_eq!(late.get("/reset/choose").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        choose(&mut late, "another fine pass phrase")
            .await
            .status
            .is_client_error()
    );
    assert!(signs_in(&app, &member, FRESH).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_asking_for_a_link_tells_nobody_which_addresses_have_accounts() {
    let app = TestApp::start().await;
    let practice = app.db.practice("silent").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let answer = async |address: &str| {
        let mut browser = app.browser();
        let page = browser.post("/reset", "/reset", &[("email", address)]).await;
        let headers: Vec<String> = page.headers.keys().map(ToString::to_string).collect();
        let text = page.text.replace(&page.csrf(), "").replace(address, "");
        (page.status, headers, text)
    };
    let (known, unknown) = (answer(&member.email).await, answer("nobody@silent.example").await);
    assert_eq!(known, unknown);
    let waiting = "SELECT count(*), count(DISTINCT octet_length(sealed)) FROM aloe.reset_requests";
    let row = app.db.superuser().await.query_one(waiting, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 2, "the same was done for both");
    assert_eq!(mailed(&app).await.len(), 1, "and one has a mailbox");
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_several_links_work_side_by_side_for_half_an_hour() {
    let app = TestApp::start().await;
    let practice = app.db.practice("newest").await;
    let member = app.db.member(&practice, Role::Reception).await;
    links(&app, &member.email).await;
    let both = links(&app, &member.email).await;
    let mut browser = app.browser();
    for link in &both {
        browser.get(link).await;
        assert_eq!(browser.get("/reset/choose").await.status, StatusCode::OK);
    }
    run_out(&app, "password_resets", "expires_at").await;
    let over = browser.get("/reset/choose").await;
    assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(over.text.contains("older than thirty minutes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_link_spent_by_two_at_once_is_spent_by_one() {
    let app = Arc::new(TestApp::start().await);
    let practice = app.db.practice("race").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let link = links(&app, &member.email).await.remove(0);
    let token = Token::parse(link.trim_start_matches("/reset/")).unwrap();
    let hash = token.hash(TokenDomain::RESET);
    let doors = &app.db.doors;
    let visit = visit();
    let (one, two) = tokio::join!(
        doors.use_reset(&visit, &hash, "one"),
        doors.use_reset(&visit, &hash, "two")
    );
    assert_eq!(
        [one, two]
            .into_iter()
            .filter(|used| used.as_ref().unwrap().is_some())
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_poisoned_host_does_not_get_into_the_link() {
    let app = TestApp::start().await;
    let practice = app.db.practice("host").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut browser = app.browser();
    for name in ["x-forwarded-host", "x-forwarded-server", "forwarded", "host"] {
        browser.headers.push((name, "evil.example".into()));
    }
    browser.post("/reset", "/reset", &[("email", &member.email)]).await;
    aloe_web::answer_resets(&app.state).await.unwrap();
    let key = TestDb::installation_key().await.mails();
    let mails = app.db.doors.recent_mails(&visit(), &key, 20).await.unwrap();
    assert!(mails[0].body.contains("https://aloe.example/reset/") && !mails[0].body.contains("evil"));
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_a_stranger_who_asks_again_and_again_neither_floods_a_mailbox_nor_spoils_its_owners_link() {
    let app = TestApp::start().await;
    let practice = app.db.practice("again").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mine = links(&app, &member.email).await.remove(0);
    for address in [member.email.as_str(), "nobody@again.example"] {
        for _ in 0..4 {
            let page = app.browser().post("/reset", "/reset", &[("email", address)]).await;
            assert_eq!(page.status, StatusCode::OK, "nobody is told how often");
        }
    }
    assert_eq!(mailed(&app).await.len(), 3, "three mails in twenty minutes");
    let mut browser = app.browser();
    browser.get(&mine).await;
    assert_eq!(choose(&mut browser, FRESH).await.location, "/sign-in");
    assert!(signs_in(&app, &member, FRESH).await);
    // Those that lie in the mailbox still do nothing any more.
    for link in mailed(&app).await {
        browser.get(&link).await;
        assert_eq!(
            browser.get("/reset/choose").await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_link_does_nothing_after_the_password_was_changed() {
    let app = TestApp::start().await;
    let practice = app.db.practice("changed").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let link = links(&app, &member.email).await.remove(0);
    let mut own = app.signed_in(&member);
    let changed = own
        .post("/account", "/account/password", &[("old", PASSWORD), ("new", FRESH)])
        .await;
    assert_eq!(changed.location, "/account");
    let mut browser = app.browser();
    browser.get(&link).await;
    assert_eq!(
        browser.get("/reset/choose").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_whose_link_is_over_sends_a_new_one_to_the_invited_address_only() {
    let app = TestApp::start().await;
    let practice = app.db.practice("over").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let token = Token::random().unwrap();
    let scope = owner.membership.scope::<Team>().unwrap();
    let mut tx = app.db.doors.member(&visit(), &scope).await.unwrap();
    let email = EmailAddress::parse("invited@over.example").unwrap();
    let roles = RoleSet::EMPTY.with(Role::Reception);
    let hash = token.hash(TokenDomain::INVITATION);
    aloe_db::team::invite(&mut tx, &email, "New Person", roles, &hash, &owner.membership)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let old = format!("/invitation/{}", token.to_text().expose());
    let mut browser = app.browser();
    assert!(browser.get(&old).await.text.contains("Join Example over"));
    let again = format!("{old}/again");
    let early = browser.post(&old, &again, &[]).await;
    assert_eq!(early.location, old);
    assert!(mailed(&app).await.is_empty(), "a link that works is not replaced");
    run_out(&app, "invitations", "link_expires_at").await;
    let page = browser.get(&old).await;
    assert!(page.text.contains("This link is over") && !page.text.contains("invited@over.example"));
    browser.post(&old, &again, &[]).await;
    let fresh = mailed(&app).await.remove(0);
    assert_eq!(browser.get(&old).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("name", "New Person"), ("password", FRESH)];
    let joined = browser.post(&fresh, &fresh, &fields).await;
    assert_eq!(joined.location, "/");
}
