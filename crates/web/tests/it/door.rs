//! Signing in and out, request forgery, headers (P10, P11, P12, N16).

use aloe_domain::email::EmailAddress;
use aloe_domain::permission::Role;
use aloe_testkit::{PASSWORD, visit};
use aloe_vault::{BcryptCost, HashScheme, Password, PasswordHasher};
use aloe_web::routes;
use axum::http::StatusCode;

use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_and_out_works_and_ends_at_once() {
    let app = TestApp::start().await;
    let practice = app.db.practice("door").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut browser = app.browser();
    let page = browser
        .post(
            "/sign-in",
            "/sign-in",
            &[("email", &member.email), ("password", PASSWORD)],
        )
        .await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.get("/").await.location, "/o/door/calendar");
    let before = browser.cookie("access").unwrap().to_owned();
    browser.post("/o/door/calendar", "/sign-out", &[]).await;
    browser.set_cookie("access", &before);
    assert!(browser.get("/o/door/calendar").await.location.starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = TestApp::start().await;
    let practice = app.db.practice("wrong").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut texts = Vec::new();
    for email in [member.email.as_str(), "nobody@example.org"] {
        let page = app
            .browser()
            .post(
                "/sign-in",
                "/sign-in",
                &[("email", email), ("password", "not the password")],
            )
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text.contains(&format!("value=\"{email}\"")), "the address is kept");
        assert!(!page.text.contains("not the password"));
        texts.push(page.text.contains("do not belong together"));
    }
    assert_eq!(texts, [true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_bcrypt_hash_from_elsewhere_signs_in_and_is_replaced() {
    let app = TestApp::start().await;
    let practice = app.db.practice("elsewhere").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let cost = HashScheme::Bcrypt(BcryptCost::LEAST);
    let typed = Password::typed(PASSWORD.to_owned()).unwrap();
    let theirs = PasswordHasher::with(cost).hash(&typed).unwrap();
    let user = member.membership.user;
    let doors = &app.db.doors;
    let address = EmailAddress::parse(&member.email).unwrap();
    let ours = doors.find_account(&visit(), &address).await.unwrap().unwrap();
    doors
        .upgrade_password(&visit(), user, &ours.password_hash, theirs.as_str())
        .await
        .unwrap();
    let door = [("email", member.email.as_str()), ("password", PASSWORD)];
    let page = app.browser().post("/sign-in", "/sign-in", &door).await;
    assert_eq!(page.location, "/");
    let account = doors.find_account(&visit(), &address).await.unwrap().unwrap();
    assert!(account.password_hash.starts_with("$argon2id$"), "hashed anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_password_that_is_easy_to_guess_is_not_taken() {
    let app = TestApp::start().await;
    let practice = app.db.practice("guess").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut browser = app.signed_in(&member);
    for (new, complaint) in [
        ("qwertyuiop123", "tried first"),
        ("aaaaaaaaaaaaaaa", "easy to guess"),
        ("example guess", "easy to guess"),
        ("short", "at least 12"),
    ] {
        let fields = [("old", PASSWORD), ("new", new)];
        let page = browser.post("/account", "/account/password", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(page.text.contains(complaint), "{new}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p12_tries_on_one_account_are_slowed() {
    let app = TestApp::start().await;
    let mut slowed = 0;
    for _ in 0..8 {
        let fields = [("email", "a@example.org"), ("password", "not the password")];
        let page = app.browser().post("/sign-in", "/sign-in", &fields).await;
        slowed += u32::from(page.status == StatusCode::TOO_MANY_REQUESTS);
    }
    // Five are compared at once; of the rest some may come when a wait is over.
    assert!((1..=3).contains(&slowed), "{slowed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn n16_no_form_is_taken_without_its_token_or_from_another_site() {
    let app = TestApp::start().await;
    let practice = app.db.practice("forged").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    // A browser reports a broken content policy from wherever it is, and changes nothing by it.
    let changing = |r: &&routes::Route| r.method == "POST" && r.path != "/csp-report";
    for route in routes::table().iter().filter(changing) {
        let path = route
            .path
            .replace("{org}", "forged")
            .replace("{id}", &uuid::Uuid::nil().to_string())
            .replace("{merge}", "x")
            .replace("{token}", "x");
        let page = app.signed_in(&owner).post_raw(&path, "name=x").await;
        // What is for programs takes no form at all: a browser sends nothing else to another site unasked.
        let refused = if path.starts_with("/api/") {
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(page.status, refused, "{path} without a token");
        let mut elsewhere = app.signed_in(&owner);
        elsewhere.headers.push(("origin", "https://evil.example".into()));
        let token = elsewhere.get("/o/forged/calendar").await.csrf();
        elsewhere.headers.push(("sec-fetch-site", "cross-site".into()));
        let page = match path.starts_with("/api/") {
            true => elsewhere.post_json(&path, "{}").await,
            false => elsewhere.post_raw(&path, &format!("csrf={token}")).await,
        };
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} from another site");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_that_keep_it_to_itself() {
    let app = TestApp::start().await;
    let practice = app.db.practice("heads").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    for path in [
        "/sign-in",
        "/nowhere",
        "/o/heads/calendar",
        "/b/heads",
        "/assets/none.css",
        "/o/other/calendar",
    ] {
        let page = app.signed_in(&owner).get(path).await;
        let policy = page
            .headers
            .get("content-security-policy")
            .unwrap_or_else(|| panic!("{path}"))
            .to_str()
            .unwrap();
        assert!(!policy.contains("unsafe"), "{path}");
        for kept in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "report-to csp",
        ] {
            assert!(policy.contains(kept), "{path}: {kept}");
        }
        for (name, value) in [
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("reporting-endpoints", "csp=\"/csp-report\""),
        ] {
            assert_eq!(page.headers.get(name).unwrap(), value, "{path}: {name}");
        }
        let policy = page.headers.get("permissions-policy").unwrap().to_str().unwrap();
        assert!(
            policy.contains("camera=()") && policy.contains("microphone=()"),
            "{path}"
        );
        assert_eq!(page.headers.get("cache-control").unwrap(), "no-store", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_by_its_refresh_token_alone() {
    let app = TestApp::start().await;
    let practice = app.db.practice("silent").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut browser = app.browser();
    browser.set_cookie("refresh", member.refresh.to_text().expose());
    assert_eq!(browser.get("/o/silent/calendar").await.status, StatusCode::OK);
    assert!(browser.cookie("access").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_forms_get_a_clear_answer_and_change_nothing() {
    let app = TestApp::start().await;
    let practice = app.db.practice("hostile").await;
    let owner = app.db.member(&practice, Role::Owner).await;
    let token = app.signed_in(&owner).get("/o/hostile/patients/new").await.csrf();
    let huge = "x".repeat(300 * 1024);
    let bodies = [
        format!("csrf={token}&surname={huge}"),
        format!("csrf={token}&surname=%00"),
        "%ff%fe".to_owned(),
        "a=1&".repeat(500),
    ];
    for body in bodies {
        let page = app.signed_in(&owner).post_raw("/o/hostile/patients/new", &body).await;
        assert!(page.status.is_client_error(), "{}", page.status);
    }
    for surname in ["", "😀", "x\u{202e}y", &"n".repeat(121)] {
        let page = app
            .signed_in(&owner)
            .post(
                "/o/hostile/patients/new",
                "/o/hostile/patients/new",
                &[("surname", surname), ("kind", "none_unknown"), ("notice", "1")],
            )
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{surname}");
        assert!(
            page.text.contains("surname-error"),
            "the complaint stands beside its field"
        );
    }
    let rows = app
        .db
        .superuser()
        .await
        .query_one("SELECT count(*) FROM aloe.patients", &[])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn p11_the_account_page_lists_ones_sessions_and_ends_the_others() {
    let app = TestApp::start().await;
    let practice = app.db.practice("account").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut elsewhere = app.signed_in(&member);
    let mut browser = app.browser();
    browser.headers.push((
        "user-agent",
        "Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile Safari/537.36".into(),
    ));
    let door = [("email", member.email.as_str()), ("password", PASSWORD)];
    browser.post("/sign-in", "/sign-in", &door).await;
    let page = browser.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("Chrome on Android")
            && page.text.contains("This one")
            && page.text.contains("End all others")
    );
    assert_eq!(elsewhere.get("/account").await.status, StatusCode::OK);
    let ended = browser.post("/account", "/account/sessions/end", &[]).await;
    assert_eq!(ended.location, "/account");
    let page = browser.get("/account").await;
    assert!(page.text.contains("One session is ended") && !page.text.contains("End all others"));
    assert!(
        elsewhere.get("/account").await.location.starts_with("/sign-in"),
        "its very next request"
    );
    let hostile = browser
        .post("/account", "/account/sessions/end", &[("session", "not an id")])
        .await;
    assert!(hostile.status.is_client_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_a_password_is_changed_by_whoever_knows_the_old_one() {
    let app = TestApp::start().await;
    let practice = app.db.practice("changing").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut elsewhere = app.signed_in(&member);
    let mut browser = app.browser();
    let door = [("email", member.email.as_str()), ("password", PASSWORD)];
    browser.post("/sign-in", "/sign-in", &door).await;
    let new = "four unrelated green words";
    for (old, fresh, complaint) in [
        ("", new, "Type the password you have now."),
        ("not the password", new, "That is not the password you have now."),
        (PASSWORD, "short", "12"),
        (PASSWORD, PASSWORD, "Choose another."),
    ] {
        let page = browser
            .post("/account", "/account/password", &[("old", old), ("new", fresh)])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{complaint}");
        assert!(page.text.contains(complaint), "{complaint}: {}", page.text);
        assert!(
            !page.text.contains(new) && !page.text.contains(PASSWORD),
            "no password comes back"
        );
    }
    assert_eq!(
        elsewhere.get("/account").await.status,
        StatusCode::OK,
        "nothing has happened yet"
    );
    let changed = browser
        .post("/account", "/account/password", &[("old", PASSWORD), ("new", new)])
        .await;
    assert_eq!(changed.location, "/account", "{}", changed.text);
    assert!(elsewhere.get("/account").await.location.starts_with("/sign-in"));
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    for (password, status) in [
        (PASSWORD, StatusCode::UNPROCESSABLE_ENTITY),
        (new, StatusCode::SEE_OTHER),
    ] {
        let door = [("email", member.email.as_str()), ("password", password)];
        assert_eq!(app.browser().post("/sign-in", "/sign-in", &door).await.status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_for_the_next_page_is_sealed_and_nobody_puts_words_into_our_mouth() {
    let app = TestApp::start().await;
    let practice = app.db.practice("words").await;
    let member = app.db.member(&practice, Role::Reception).await;
    let mut browser = app.signed_in(&member);
    browser.post("/account", "/account/sessions/end", &[]).await;
    let word = browser.cookie("flash").unwrap().to_owned();
    let plain = data_encoding::BASE64URL_NOPAD.decode(word.as_bytes()).unwrap();
    assert!(!String::from_utf8_lossy(&plain).contains("ended"), "sealed");
    assert!(browser.get("/account").await.text.contains("It had ended already."));
    for forged in [
        data_encoding::BASE64URL_NOPAD.encode(b"Call 082 555 0100."),
        "%%%".to_owned(),
    ] {
        browser.set_cookie("flash", &forged);
        let page = browser.get("/account").await;
        assert!(page.status == StatusCode::OK && !page.text.contains("Call 082"));
    }
}
