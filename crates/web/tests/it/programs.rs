//! Programs (P7, P11, N13, N14, N16): a credential for a token, a token for what was ticked, and nothing after it was revoked.

use aloe_domain::permission::{OrganisationKind, Role};
use aloe_testkit::Member;
use axum::http::StatusCode;

use crate::support::{Browser, Page, TestApp};

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split(before).nth(1).unwrap_or_default();
    rest.split(after).next().unwrap_or_default()
}

/// Makes a program and answers its credential.
async fn make(app: &TestApp, by: &Member, may: &[&str]) -> String {
    let path = format!("/o/{}/settings/programs", by.membership.slug);
    let mut fields = vec![("name", "Lab feed"), ("days", "30")];
    fields.extend(may.iter().map(|code| ("may", *code)));
    let page = app.signed_in(by).post(&path, &path, &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let credential = between(&page.text, "<code class=\"break\">", "<").to_owned();
    assert!(credential.starts_with("aloe_"), "{}", page.text);
    let again = app.signed_in(by).get(&path).await;
    assert!(
        again.text.contains("Lab feed") && !again.text.contains(&credential),
        "shown once"
    );
    credential
}

async fn exchange(app: &TestApp, credential: &str) -> Page {
    let body = serde_json::json!({ "credential": credential }).to_string();
    app.browser().post_json("/api/token", &body).await
}

/// A program with a fresh token.
async fn entered<'a>(app: &'a TestApp, credential: &str) -> Browser<'a> {
    let page = exchange(app, credential).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let answer: serde_json::Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!(
        (answer["token_type"].as_str(), answer["expires_in"].as_u64()),
        (Some("Bearer"), Some(300))
    );
    showing(app, answer["access_token"].as_str().unwrap())
}

fn showing<'a>(app: &'a TestApp, token: &str) -> Browser<'a> {
    let mut program = app.browser();
    program.headers.push(("authorization", format!("Bearer {token}")));
    program
}

async fn bookings(program: &mut Browser<'_>, slug: &str) -> StatusCode {
    let path = format!("/api/o/{slug}/bookings?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z");
    program.get(&path).await.status
}

async fn search(program: &mut Browser<'_>, slug: &str) -> StatusCode {
    program
        .post_json(&format!("/api/o/{slug}/patients/search"), "{\"query\":\"Dlamini\"}")
        .await
        .status
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_a_program_does_what_was_ticked_in_its_own_organisation_and_nothing_else() {
    let app = TestApp::start().await;
    let (here, there) = (app.db.practice("here").await, app.db.practice("there").await);
    let owner = app.db.member(&here, Role::Owner).await;
    app.db.member(&there, Role::Owner).await;
    let mut program = entered(&app, &make(&app, &owner, &["bookings"]).await).await;
    assert_eq!(bookings(&mut program, "here").await, StatusCode::OK);
    assert_eq!(search(&mut program, "here").await, StatusCode::FORBIDDEN);
    assert_eq!(
        program.get("/api/o/here/audit-entries").await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(bookings(&mut program, "there").await, StatusCode::NOT_FOUND);
    // Its attempt is on the trail, by its own name.
    let denied = "SELECT count(*) FROM aloe.audit_entries WHERE outcome = 'denied' AND actor = 'Lab feed (program)'";
    let count: i64 = app.db.superuser().await.query_one(denied, &[]).await.unwrap().get(0);
    assert_eq!(count, 2);
    let mut people = entered(&app, &make(&app, &owner, &["people"]).await).await;
    assert_eq!(search(&mut people, "here").await, StatusCode::OK);
    assert_eq!(bookings(&mut people, "here").await, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_the_database_alone_lets_a_program_do_what_was_ticked() {
    let app = TestApp::start().await;
    let office = app.db.organisation("counted", OrganisationKind::PublicOffice).await;
    let manager = app.db.member(&office, Role::Manager).await;
    let credential = make(&app, &manager, &["bookings"]).await;
    exchange(&app, &credential).await;
    let sql = "SELECT jsonb_agg(p ORDER BY p)::text FROM aloe.session_tokens t
        JOIN aloe.sessions s ON s.session_id = t.session_id AND s.permissions IS NOT NULL AND t.use = 'access'
        JOIN aloe.memberships m ON m.user_id = s.user_id
        CROSS JOIN LATERAL fence.enter_member(t.token_hash, m.organisation_id, NULL, gen_random_uuid()) e
        CROSS JOIN LATERAL unnest(e.permissions) p";
    let granted: String = app.db.superuser().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(granted, "[\"member\", \"schedule\"]");
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_a_revoked_program_is_refused_at_its_next_request_on_every_node() {
    let app = TestApp::start().await;
    let other = app.beside().await;
    let practice = app.db.practice("revoked").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let credential = make(&app, &owner, &["bookings"]).await;
    let (mut here, mut there) = (entered(&app, &credential).await, entered(&other, &credential).await);
    assert_eq!(bookings(&mut there, "revoked").await, StatusCode::OK);
    let list = app.signed_in(&owner).get("/o/revoked/settings/programs").await.text;
    let id = between(&list, "/settings/programs/", "/revoke").to_owned();
    assert!(list.contains("Used last"), "its use is visible");
    let path = format!("/o/revoked/settings/programs/{id}/revoke");
    let page = app
        .signed_in(&owner)
        .post("/o/revoked/settings/programs", &path, &[])
        .await;
    assert_eq!(page.location, "/o/revoked/settings/programs");
    assert_eq!(bookings(&mut here, "revoked").await, StatusCode::UNAUTHORIZED);
    assert_eq!(bookings(&mut there, "revoked").await, StatusCode::UNAUTHORIZED);
    assert_eq!(exchange(&app, &credential).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn n14_a_credential_and_a_token_end_with_their_time() {
    let app = TestApp::start().await;
    let practice = app.db.practice("over").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let credential = make(&app, &owner, &["bookings"]).await;
    let mut program = entered(&app, &credential).await;
    let superuser = app.db.superuser().await;
    superuser
        .batch_execute("UPDATE aloe.session_tokens SET expires_at = now() - interval '1 second' WHERE use = 'access'")
        .await
        .unwrap();
    assert_eq!(bookings(&mut program, "over").await, StatusCode::UNAUTHORIZED);
    let mut again = entered(&app, &credential).await;
    assert_eq!(bookings(&mut again, "over").await, StatusCode::OK);
    let over = "BEGIN; SET LOCAL session_replication_role = replica;
        UPDATE aloe.programs SET made_at = made_at - interval '200 days', expires_at = now() - interval '1 second'; COMMIT";
    superuser.batch_execute(over).await.unwrap();
    assert_eq!(exchange(&app, &credential).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn n16_tokens_of_another_kind_open_nothing() {
    let app = TestApp::start().await;
    let practice = app.db.practice("kinds").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let credential = make(&app, &owner, &["bookings"]).await;
    // A session's cookie, a credential itself, and what is no token, as bearers.
    let cookie = owner.access.to_text().expose().to_owned();
    for shown in [cookie.as_str(), credential.as_str(), "", "x.y.z"] {
        assert_eq!(
            bookings(&mut showing(&app, shown), "kinds").await,
            StatusCode::UNAUTHORIZED,
            "{shown}"
        );
    }
    for wrong in ["", "aloe_", cookie.as_str(), &credential[..credential.len() - 1]] {
        assert_eq!(exchange(&app, wrong).await.status, StatusCode::UNAUTHORIZED);
    }
    let with_cookie = format!("aloe_{cookie}");
    assert_eq!(exchange(&app, &with_cookie).await.status, StatusCode::UNAUTHORIZED);
    // A bearer beside a good cookie decides alone, and counts on no page.
    let mut both = app.signed_in(&owner);
    both.headers.push(("authorization", "Bearer x".into()));
    assert_eq!(bookings(&mut both, "kinds").await, StatusCode::UNAUTHORIZED);
    let program = entered(&app, &credential).await;
    let (_, header) = program.headers.first().unwrap().clone();
    let mut page = app.browser();
    page.headers.push(("authorization", header.clone()));
    assert!(page.get("/account").await.location.starts_with("/sign-in"));
    // What the token carries is no cookie: a program has no account page and no password.
    let claims = header.split('.').nth(1).unwrap();
    let claims = data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    let mut thief = app.browser();
    thief.set_cookie("access", claims["jti"].as_str().unwrap());
    assert!(thief.get("/account").await.location.starts_with("/sign-in"));
    assert_eq!(bookings(&mut thief, "kinds").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_letting_a_program_in_asks_for_a_fresh_proof_and_something_ticked() {
    let app = TestApp::start().await;
    let practice = app.db.practice("letin").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let path = "/o/letin/settings/programs";
    let nothing = app
        .signed_in(&owner)
        .post(path, path, &[("name", "Lab feed"), ("days", "30")])
        .await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let later = "UPDATE aloe.sessions SET proved_at = now() - interval '11 minutes'";
    app.db.superuser().await.batch_execute(later).await.unwrap();
    let fields = [("name", "Lab feed"), ("days", "30"), ("may", "bookings")];
    let asked = app.signed_in(&owner).post(path, path, &fields).await;
    assert!(asked.text.contains("Confirm that it is you"));
    let reception = app.db.member(&practice, Role::Reception).await;
    assert_eq!(app.signed_in(&reception).get(path).await.status, StatusCode::FORBIDDEN);
    let team = app.signed_in(&owner).get("/o/letin/team").await;
    assert!(!team.text.contains("(program)"), "programs are no colleagues");
}

#[tokio::test(flavor = "multi_thread")]
async fn p7_a_program_ends_with_the_role_of_whoever_let_it_in_and_owners_are_told_of_it() {
    let app = TestApp::start().await;
    let practice = app.db.practice("backdoor").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let admin = app.db.member(&practice, Role::Administrator).await;
    let credential = make(&app, &admin, &["people"]).await;
    let mut program = entered(&app, &credential).await;
    assert_eq!(search(&mut program, "backdoor").await, StatusCode::OK);
    let alerts = app.signed_in(&owner).get("/o/backdoor/alerts").await.text;
    assert!(alerts.contains("let a program in: Lab feed"), "{alerts}");
    let demoted = [("version", "1"), ("role", "reception"), ("standing", "active")];
    let path = format!("/o/backdoor/team/{}", admin.membership.id);
    let page = app.signed_in(&owner).post("/o/backdoor/team", &path, &demoted).await;
    assert_eq!(page.location, "/o/backdoor/team", "{}", page.text);
    assert_eq!(search(&mut program, "backdoor").await, StatusCode::UNAUTHORIZED);
    assert_eq!(exchange(&app, &credential).await.status, StatusCode::UNAUTHORIZED);
    let list = app.signed_in(&owner).get("/o/backdoor/settings/programs").await.text;
    assert!(list.contains("Ended with its maker"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn n16_a_programs_token_as_a_cookie_ends_nothing() {
    let app = TestApp::start().await;
    let practice = app.db.practice("ended").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let other = app.db.member(&practice, Role::Reception).await;
    let mut program = entered(&app, &make(&app, &owner, &["bookings"]).await).await;
    let (_, header) = program.headers.first().unwrap().clone();
    let claims = data_encoding::BASE64URL_NOPAD
        .decode(header.split('.').nth(1).unwrap().as_bytes())
        .unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    let mut thief = app.browser();
    thief.set_cookie("access", claims["jti"].as_str().unwrap());
    let door = [("email", other.email.as_str()), ("password", aloe_testkit::PASSWORD)];
    assert_eq!(thief.post("/sign-in", "/sign-in", &door).await.location, "/");
    assert_eq!(bookings(&mut program, "ended").await, StatusCode::OK);
}
