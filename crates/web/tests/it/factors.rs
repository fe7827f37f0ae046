//! N13: who must have a second factor, what it takes to sign in with one, to add one and to turn one off.

use aloe_domain::permission::{OrganisationKind, Role};
use aloe_testkit::{Member, Organisation, PASSWORD, TestDb, visit};
use axum::http::StatusCode;

use crate::support::{Browser, Page, TestApp};

/// What stands between two texts of a page.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split(before).nth(1).unwrap_or_default();
    rest.split(after).next().unwrap_or_default()
}

fn shown_code(page: &Page) -> String {
    between(&page.text, "<b data-code>", "</b>").to_owned()
}

/// Adds an authenticator app and answers the recovery codes.
async fn add_app(browser: &mut Browser<'_>) -> Vec<String> {
    let begun = browser.post("/account", "/account/app", &[]).await;
    assert_eq!(begun.location, "/account/app", "{}", begun.text);
    let code = shown_code(&browser.get("/account/app").await);
    let done = browser
        .post("/account/app", "/account/app/code", &[("code", &code)])
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    done.text
        .split("<li><code>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

/// Time passes: what was proven is old, and codes of half minutes gone by may be typed again by nobody.
async fn later(app: &TestApp) {
    let back = "UPDATE aloe.sessions SET proved_at = proved_at - interval '11 minutes'; UPDATE aloe.factors SET last_step = last_step - 30";
    app.db.superuser().await.batch_execute(back).await.unwrap();
}

async fn by_password<'a>(app: &'a TestApp, member: &Member) -> (Browser<'a>, Page) {
    let mut browser = app.browser();
    let door = [("email", member.email.as_str()), ("password", PASSWORD)];
    let page = browser.post("/sign-in", "/sign-in", &door).await;
    (browser, page)
}

async fn practice(app: &TestApp, slug: &str) -> Organisation {
    app.db.practice(slug).await
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_whoever_runs_an_organisation_works_only_with_a_second_factor() {
    let app = TestApp::start().await;
    let practice = practice(&app, "must").await;
    for role in [Role::Owner, Role::Administrator] {
        let member = app.db.member(&practice, role).await;
        let (mut browser, page) = by_password(&app, &member).await;
        assert_eq!(page.location, "/");
        let page = browser.get("/o/must/calendar").await;
        assert_eq!(page.location, "/account#factors", "{role:?}");
        assert_eq!(browser.get("/api/o/must/bookings").await.status, StatusCode::FORBIDDEN);
        assert!(
            browser
                .get("/account")
                .await
                .text
                .contains("need a second factor besides the password")
        );
        add_app(&mut browser).await;
        assert_eq!(browser.get("/o/must/calendar").await.status, StatusCode::OK, "at once");
    }
    for role in [Role::Reception, Role::Practitioner] {
        let member = app.db.member(&practice, role).await;
        let (mut browser, _) = by_password(&app, &member).await;
        assert_eq!(browser.get("/o/must/calendar").await.status, StatusCode::OK, "{role:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_the_database_lets_no_session_without_it_in_either() {
    let app = TestApp::start().await;
    let practice = practice(&app, "fenced").await;
    let strong = app.db.member(&practice, Role::Owner).await;
    let weak = app.db.sign_in_by_password(&practice, &strong.email).await;
    let doors = &app.db.doors;
    assert!(doors.member(&visit(), &strong.membership.any_scope()).await.is_ok());
    let refused = doors.member(&visit(), &weak.membership.any_scope()).await.err();
    assert!(format!("{refused:?}").contains("FactorOwed"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_an_organisation_may_ask_it_of_everybody_and_an_office_may_leave_it_to_its_managers() {
    let app = TestApp::start().await;
    let office = app.db.organisation("rules", OrganisationKind::PublicOffice).await;
    let owner = app.db.member(&office, Role::Owner).await;
    let manager = app.db.member(&office, Role::Manager).await;
    let counter = app.db.member(&office, Role::Counter).await;
    let mut owners = app.signed_in(&owner);
    let mut opens = async |rule: &str| {
        let saved = owners
            .post("/o/rules/team", "/o/rules/team/factors", &[("rule", rule)])
            .await;
        assert_eq!(saved.location, "/o/rules/team");
        let mut statuses = Vec::new();
        for member in [&manager, &counter] {
            let (mut browser, _) = by_password(&app, member).await;
            statuses.push(browser.get("/o/rules/calendar").await.status == StatusCode::OK);
        }
        statuses
    };
    assert_eq!(opens("leaders").await, [false, true]);
    assert_eq!(opens("owners").await, [true, true]);
    assert_eq!(opens("everybody").await, [false, false]);
    let mut managers = app.signed_in(&manager);
    let refused = managers
        .post("/o/rules/team", "/o/rules/team/factors", &[("rule", "owners")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let practice = practice(&app, "strict").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let refused = app
        .signed_in(&owner)
        .post("/o/strict/team", "/o/strict/team/factors", &[("rule", "owners")])
        .await;
    assert!(refused.status.is_client_error(), "a practice's administrators have one");
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_with_a_second_factor_the_password_alone_opens_nothing_and_a_code_works_once() {
    let app = TestApp::start().await;
    let practice = practice(&app, "step").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let (mut first, _) = by_password(&app, &member).await;
    add_app(&mut first).await;
    let (mut browser, page) = by_password(&app, &member).await;
    assert!(page.location.starts_with("/sign-in/code"), "{}", page.location);
    assert!(browser.cookie("access").is_none());
    assert!(browser.get("/account").await.location.starts_with("/sign-in"));
    let asked = browser.get("/sign-in/code").await;
    let wrong = browser
        .post("/sign-in/code", "/sign-in/code", &[("code", "000000")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = shown_code(&asked);
    let done = browser.post("/sign-in/code", "/sign-in/code", &[("code", &code)]).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    // The same code again, in another browser, a moment later.
    let (mut thief, _) = by_password(&app, &member).await;
    let replayed = thief.post("/sign-in/code", "/sign-in/code", &[("code", &code)]).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(thief.cookie("access").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_five_wrong_codes_end_the_attempt_and_guessing_is_slowed_over_every_browser() {
    let app = TestApp::start().await;
    let practice = practice(&app, "guesses").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let (mut first, _) = by_password(&app, &member).await;
    add_app(&mut first).await;
    let (mut browser, _) = by_password(&app, &member).await;
    for _ in 0..5 {
        browser
            .post("/sign-in/code", "/sign-in/code", &[("code", "000000")])
            .await;
    }
    assert_eq!(browser.get("/sign-in/code").await.location, "/sign-in");
    let (mut other, _) = by_password(&app, &member).await;
    let mut last = StatusCode::OK;
    for _ in 0..5 {
        last = other
            .post("/sign-in/code", "/sign-in/code", &[("code", "000000")])
            .await
            .status;
    }
    let (mut third, _) = by_password(&app, &member).await;
    let slowed = third
        .post("/sign-in/code", "/sign-in/code", &[("code", "000000")])
        .await
        .status;
    assert_eq!(slowed, StatusCode::TOO_MANY_REQUESTS, "after {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_a_recovery_code_opens_once_and_its_owner_is_told() {
    let app = TestApp::start().await;
    let practice = practice(&app, "codes").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let (mut first, _) = by_password(&app, &member).await;
    let codes = add_app(&mut first).await;
    assert_eq!(codes.len(), 10);
    assert!(!first.get("/account").await.text.contains(&codes[0]), "shown once");
    let (mut browser, _) = by_password(&app, &member).await;
    let typed = codes[3].to_lowercase().replace('-', " ");
    let done = browser
        .post("/sign-in/code", "/sign-in/code", &[("code", &typed)])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let account = browser.get("/account").await.text;
    assert!(account.contains("9 recovery codes are left") && account.contains("A recovery code was used"));
    let (mut again, _) = by_password(&app, &member).await;
    let spent = again
        .post("/sign-in/code", "/sign-in/code", &[("code", &codes[3])])
        .await;
    assert_eq!(spent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let rows = app
        .db
        .superuser()
        .await
        .query("SELECT to_jsonb(r)::text FROM aloe.recovery_codes r", &[])
        .await
        .unwrap();
    let plain = codes[0].replace('-', "");
    assert!(
        rows.iter().all(|row| !row.get::<_, String>(0).contains(&plain)),
        "hashes only"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_a_reset_password_leaves_the_second_factor() {
    let app = TestApp::start().await;
    let practice = practice(&app, "stays").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let (mut first, _) = by_password(&app, &member).await;
    add_app(&mut first).await;
    let token = aloe_vault::Token::random().unwrap();
    let hash = token.hash(aloe_vault::TokenDomain::RESET);
    app.browser()
        .post("/reset", "/reset", &[("email", &member.email)])
        .await;
    let key = TestDb::installation_key().await.mails();
    let write = |_: &aloe_db::reset::Asked| (String::new(), String::new());
    assert!(app.db.doors.answer_reset(&visit(), &key, &hash, write).await.unwrap());
    let mut browser = app.browser();
    browser.get(&format!("/reset/{}", token.to_text().expose())).await;
    let fresh = "velvet cactus orbit mango";
    browser
        .post("/reset/choose", "/reset/choose", &[("password", fresh)])
        .await;
    let door = [("email", member.email.as_str()), ("password", fresh)];
    let page = browser.post("/sign-in", "/sign-in", &door).await;
    assert!(page.location.starts_with("/sign-in/code"));
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_turning_it_off_making_an_owner_and_adding_another_ask_again_after_ten_minutes() {
    let app = TestApp::start().await;
    let practice = practice(&app, "again").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let (mut browser, _) = by_password(&app, &owner).await;
    add_app(&mut browser).await;
    later(&app).await;
    let asks =
        |page: &Page| page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("Confirm that it is you");
    let account = browser.get("/account").await.text;
    let factor = between(&account, "name=\"factor\" value=\"", "\"").to_owned();
    let invite = [
        ("name", "Second Owner"),
        ("email", "second@again.example"),
        ("role", "owner"),
    ];
    for (from, path, fields) in [
        ("/account", "/account/factors/remove", vec![("factor", factor.as_str())]),
        ("/account", "/account/app", vec![]),
        ("/account", "/account/codes", vec![]),
        ("/o/again/team", "/o/again/team/invite", invite.to_vec()),
        ("/o/again/team", "/o/again/team/factors", vec![("rule", "everybody")]),
    ] {
        let page = browser.post(from, path, &fields).await;
        assert!(asks(&page), "{path}: {}", page.status);
        for (name, value) in fields {
            let kept = format!("name=\"{name}\" value=\"{value}\"");
            assert!(page.text.contains(&kept), "{path} keeps what was typed: {kept}");
        }
    }
    let wrong = [("proof", "000000"), ("factor", &factor)];
    let wrong = browser.post("/account", "/account/factors/remove", &wrong).await;
    assert!(asks(&wrong));
    let page = browser.post("/o/again/team", "/o/again/team/invite", &invite).await;
    let code = shown_code(&page);
    let mut with_proof = invite.to_vec();
    with_proof.push(("proof", &code));
    let done = browser.post("/o/again/team", "/o/again/team/invite", &with_proof).await;
    assert_eq!(done.location, "/o/again/team", "{}", done.text);
    // The proof holds for what follows; and the last factor of an owner stays all the same.
    let stays = browser
        .post("/account", "/account/factors/remove", &[("factor", &factor)])
        .await;
    assert!(stays.text.contains("need a second factor"), "{}", stays.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_one_reveal_stays_one_click_and_a_burst_asks_again() {
    let app = TestApp::start().await;
    let practice = practice(&app, "burst").await;
    let doctor = app.db.member(&practice, Role::Practitioner).await;
    let patient = app.db.patient(&doctor, "Burst", "8001015009087").await;
    let mut browser = app.signed_in(&doctor);
    later(&app).await;
    let page = browser.get(&format!("/o/burst/patients/{patient}")).await;
    let path = format!(
        "/o/burst/identifiers/{}/reveal",
        between(&page.text, "/o/burst/identifiers/", "/reveal")
    );
    let from = format!("/o/burst/patients/{patient}");
    for n in 0..10 {
        let shown = browser.post(&from, &path, &[("purpose", "identity")]).await;
        assert_eq!(shown.status, StatusCode::OK, "reveal {n}");
    }
    let refused = browser.post(&from, &path, &[("purpose", "identity")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("Confirm that it is you") && !refused.text.contains("8001015009087"));
    let confirmed = browser
        .post(
            "/account/confirm",
            "/account/confirm",
            &[("proof", PASSWORD), ("next", &from)],
        )
        .await;
    assert_eq!(confirmed.location, from);
    let shown = browser.post(&from, &path, &[("purpose", "identity")]).await;
    assert_eq!(shown.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_a_secret_is_sealed_and_a_factor_that_was_never_shown_does_not_count() {
    let app = TestApp::start().await;
    let practice = practice(&app, "begun").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let (mut browser, _) = by_password(&app, &member).await;
    browser.post("/account", "/account/app", &[]).await;
    let page = browser.get("/account/app").await;
    let secret = between(&page.text, "<code>", "</code>").replace(' ', "");
    assert_eq!(secret.len(), 32);
    let stored = app
        .db
        .superuser()
        .await
        .query_one("SELECT sealed FROM aloe.factors", &[])
        .await
        .unwrap();
    let sealed: Vec<u8> = stored.get(0);
    let plain = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    assert!(!sealed.windows(plain.len()).any(|window| window == plain));
    let wrong = browser
        .post("/account/app", "/account/app/code", &[("code", "000000")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, page) = by_password(&app, &member).await;
    assert_eq!(page.location, "/", "it does not count yet");
}

async fn a_day_later(app: &TestApp) {
    let back = "BEGIN; SET LOCAL session_replication_role = replica;
        UPDATE aloe.factor_removals SET asked_at = asked_at - interval '25 hours', effective_at = effective_at - interval '25 hours'; COMMIT";
    app.db.superuser().await.batch_execute(back).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_a_lost_factor_takes_a_colleague_a_day_and_a_warning() {
    let app = TestApp::start().await;
    let practice = practice(&app, "lost").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let member = app.db.member(&practice, Role::Administrator).await;
    let (mut first, _) = by_password(&app, &member).await;
    add_app(&mut first).await;
    let mut owners = app.signed_in(&owner);
    let path = format!("/o/lost/team/{}/lost-factor", member.membership.id);
    let own = format!("/o/lost/team/{}/lost-factor", owner.membership.id);
    let refused = owners.post("/o/lost/team", &own, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "nobody asks for themselves");
    let asked = owners.post("/o/lost/team", &path, &[]).await;
    assert_eq!(asked.location, "/o/lost/team", "{}", asked.text);
    assert!(
        owners
            .get("/o/lost/team")
            .await
            .text
            .contains("Said to have lost the second factor")
    );
    assert!(
        first
            .get("/account")
            .await
            .text
            .contains("A colleague said that you lost your second factor")
    );
    // Before the day is over nothing has changed.
    let (_, page) = by_password(&app, &member).await;
    assert!(page.location.starts_with("/sign-in/code"));
    a_day_later(&app).await;
    let (mut again, page) = by_password(&app, &member).await;
    assert_eq!(page.location, "/", "the password alone signs in");
    assert_eq!(
        again.get("/o/lost/calendar").await.location,
        "/account#factors",
        "and another is added first"
    );
    assert!(
        first.get("/account").await.location.starts_with("/sign-in"),
        "sessions that were open have ended"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_whoever_still_has_the_factor_stops_its_removal() {
    let app = TestApp::start().await;
    let practice = practice(&app, "kept").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    for by_click in [true, false] {
        let member = app.db.member(&practice, Role::Reception).await;
        let (mut first, _) = by_password(&app, &member).await;
        let codes = add_app(&mut first).await;
        let path = format!("/o/kept/team/{}/lost-factor", member.membership.id);
        app.signed_in(&owner).post("/o/kept/team", &path, &[]).await;
        if by_click {
            let stopped = first.post("/account", "/account/factors/keep", &[]).await;
            assert_eq!(stopped.location, "/account");
        } else {
            let (mut browser, _) = by_password(&app, &member).await;
            browser
                .post("/sign-in/code", "/sign-in/code", &[("code", &codes[0])])
                .await;
        }
        a_day_later(&app).await;
        let (_, page) = by_password(&app, &member).await;
        assert!(page.location.starts_with("/sign-in/code"), "by click: {by_click}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_an_administrator_turns_off_no_owners_factor() {
    let app = TestApp::start().await;
    let practice = practice(&app, "ranks").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let admin = app.db.member(&practice, Role::Administrator).await;
    let (mut first, _) = by_password(&app, &owner).await;
    add_app(&mut first).await;
    let path = format!("/o/ranks/team/{}/lost-factor", owner.membership.id);
    let refused = app.signed_in(&admin).post("/o/ranks/team", &path, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Only an owner"));
}

/// The path of a colleague on the team page, and whether what is sent to it asks for a fresh proof.
async fn asks_for_proof(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> bool {
    let page = browser.post("/o/power/team", path, fields).await;
    page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.contains("Confirm that it is you")
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_power_over_a_team_is_given_and_given_back_with_a_fresh_proof() {
    let app = TestApp::start().await;
    let practice = practice(&app, "power").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let former = app.db.member(&practice, Role::Owner).await;
    let colleague = app.db.member(&practice, Role::Reception).await;
    let mut browser = app.signed_in(&owner);
    let path = format!("/o/power/team/{}", former.membership.id);
    let ended = [("version", "1"), ("role", "owner"), ("standing", "ended")];
    let page = browser.post("/o/power/team", &path, &ended).await;
    assert_eq!(page.location, "/o/power/team", "{}", page.text);
    later(&app).await;
    let back = [("version", "2"), ("role", "owner"), ("standing", "active")];
    assert!(asks_for_proof(&mut browser, &path, &back).await, "an owner comes back");
    let promoted = [("version", "1"), ("role", "administrator"), ("standing", "active")];
    let path = format!("/o/power/team/{}", colleague.membership.id);
    assert!(
        asks_for_proof(&mut browser, &path, &promoted).await,
        "an administrator is made"
    );
    let invited = [
        ("name", "New Admin"),
        ("email", "new@power.example"),
        ("role", "administrator"),
    ];
    assert!(asks_for_proof(&mut browser, "/o/power/team/invite", &invited).await);
    let reception = [("may", "1")];
    assert!(asks_for_proof(&mut browser, "/o/power/team/reception", &reception).await);
    assert!(asks_for_proof(&mut browser, "/account/sessions/end", &[]).await);
    let plain = [("version", "1"), ("role", "practitioner"), ("standing", "active")];
    assert_eq!(
        browser.post("/o/power/team", &path, &plain).await.location,
        "/o/power/team"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_a_removal_ends_with_any_proof_a_change_of_roles_three_days_or_a_word() {
    let app = TestApp::start().await;
    let practice = practice(&app, "ends").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut own = app.signed_in(&member);
    add_app(&mut own).await;
    let mut owners = app.signed_in(&owner);
    let path = format!("/o/ends/team/{}/lost-factor", member.membership.id);
    let open = async || {
        let sql = "SELECT count(*) FROM aloe.factor_removals WHERE ended_at IS NULL";
        app.db
            .superuser()
            .await
            .query_one(sql, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
    };
    owners.post("/o/ends/team", &path, &[]).await;
    assert_eq!(open().await, 1);
    later(&app).await;
    let asked = own.get("/account/confirm").await;
    own.post("/account", "/account/confirm", &[("proof", &shown_code(&asked))])
        .await;
    assert_eq!(open().await, 0, "a proof by the factor stops it");

    let fresh = "UPDATE aloe.sessions SET proved_at = now()";
    app.db.superuser().await.batch_execute(fresh).await.unwrap();
    owners.post("/o/ends/team", &path, &[]).await;
    let found = format!("/o/ends/team/{}/factor-found", member.membership.id);
    owners.post("/o/ends/team", &found, &[]).await;
    assert_eq!(open().await, 0, "a colleague takes it back");

    owners.post("/o/ends/team", &path, &[]).await;
    let changed = [("version", "1"), ("role", "practitioner"), ("standing", "active")];
    let team = format!("/o/ends/team/{}", member.membership.id);
    owners.post("/o/ends/team", &team, &changed).await;
    assert_eq!(open().await, 0, "other roles, another question");

    owners.post("/o/ends/team", &path, &[]).await;
    let long_ago = "BEGIN; SET LOCAL session_replication_role = replica;
        UPDATE aloe.factor_removals SET asked_at = asked_at - interval '5 days', effective_at = effective_at - interval '5 days'; COMMIT";
    app.db.superuser().await.batch_execute(long_ago).await.unwrap();
    let (_, page) = by_password(&app, &member).await;
    assert!(
        page.location.starts_with("/sign-in/code"),
        "it lapsed: {}",
        page.location
    );
    assert_eq!(open().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_signing_in_ends_the_session_that_the_browser_had() {
    let app = TestApp::start().await;
    let practice = practice(&app, "before").await;
    let (one, two) = (
        app.db.member(&practice, Role::Reception).await,
        app.db.member(&practice, Role::Reception).await,
    );
    let mut desk = app.signed_in(&one);
    let door = [("email", two.email.as_str()), ("password", PASSWORD)];
    assert_eq!(desk.post("/sign-in", "/sign-in", &door).await.location, "/");
    assert!(
        app.signed_in(&one)
            .get("/account")
            .await
            .location
            .starts_with("/sign-in")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn n13_an_app_is_added_though_the_proof_went_stale_and_its_secret_is_not_shown_meanwhile() {
    let app = TestApp::start().await;
    let practice = practice(&app, "stale").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut browser = app.signed_in(&member);
    browser.post("/account", "/account/app", &[]).await;
    let code = shown_code(&browser.get("/account/app").await);
    later(&app).await;
    assert!(
        browser
            .get("/account/app")
            .await
            .location
            .starts_with("/account/confirm")
    );
    let typed = [("code", code.as_str())];
    let asked = browser.post("/account", "/account/app/code", &typed).await;
    assert!(asked.text.contains("Confirm that it is you") && asked.text.contains(&code));
    let both = [("code", code.as_str()), ("proof", PASSWORD)];
    let done = browser.post("/account", "/account/app/code", &both).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert!(done.text.contains("<li><code>"), "recovery codes follow");
}
