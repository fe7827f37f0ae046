//! Every route that takes a body, with bodies that are none: a clear answer, nothing changed.

use aloe_web::routes;
use axum::http::StatusCode;

use crate::permissions::{everything_of, path};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn every_route_refuses_bodies_that_are_none_and_changes_nothing() {
    let app = TestApp::start().await;
    let at = app.db.furnished("hostile", "8001015009087").await;
    let before = everything_of(&app.db, &at).await;
    let oversized = format!("surname={}", "x".repeat(1024 * 1024));
    let bodies: [(&str, &[u8]); 5] = [
        ("oversized", oversized.as_bytes()),
        ("NUL", b"surname=%00&q=%00&name=\0"),
        ("no UTF-8", b"\xff\xfe=\xff"),
        ("cut short", b"{\"name\": \"x"),
        ("500 fields", &b"a=1&".repeat(500)),
    ];
    let mut tried = 0;
    for route in routes::table() {
        if route.method != "POST" || matches!(route.path, "/sign-out" | "/session/renew" | "/csp-report") {
            continue;
        }
        let path = path(&at, route.path, &at.at.slug);
        for (what, body) in &bodies {
            let page = app.signed_in(&at.owner).post_bytes(&path, body).await;
            assert!(
                page.status.is_client_error(),
                "{what} to {} is answered {}",
                route.path,
                page.status
            );
            if *what == "oversized" && !route.path.starts_with("/api/") {
                assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", route.path);
            }
            assert!(
                page.text.len() > 40,
                "{what} to {}: an answer says what is wrong",
                route.path
            );
            tried += 1;
        }
    }
    assert!(tried >= 250, "{tried} bodies were sent");
    assert_eq!(everything_of(&app.db, &at).await, before);
}
