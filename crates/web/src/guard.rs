//! What every request passes and every answer carries: the origin check, and the headers that keep a page to itself.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::failure::Failure;
use crate::state::Aloe;

/// Refuses requests that change something and come from another site (Fetch Metadata; the origin where a browser does not
/// send it). The token in the form is checked besides.
pub async fn same_origin(State(app): State<Aloe>, request: Request, next: Next) -> Response {
    // Browsers send reports without saying from where.
    if request.uri().path() == crate::report::PATH {
        return next.run(request).await;
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && !comes_from_here(request.headers(), &app.config.origin) && !aloe_db::sabotage::is_on("N16-csrf") {
        return Failure::Forged.page(request.headers());
    }
    next.run(request).await
}

fn comes_from_here(headers: &HeaderMap, own_origin: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let ours = |origin: &str| origin == own_origin || host_matches(origin, headers);
    let same = |site: &str| site == "same-origin" || site == "none";
    match (text("sec-fetch-site"), text("origin")) {
        // Under our own referrer policy a browser calls its origin "null" even on our own pages.
        (Some(site), None | Some("null")) => same(site),
        (Some(site), Some(origin)) => same(site) && ours(origin),
        (None, Some(origin)) => ours(origin),
        // Neither: no browser. Its token still has to be right.
        (None, None) => true,
    }
}

fn host_matches(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    host.is_some_and(|host| origin.strip_prefix("https://") == Some(host))
}

/// Slows a source that asks too fast, before anything else is done for it.
pub async fn paced(State(app): State<Aloe>, request: Request, next: Next) -> Response {
    let source = crate::source::source_of(request.extensions());
    match app.pace.admit(source, std::time::Instant::now()) {
        0 => next.run(request).await,
        wait => Failure::TooOften(wait).page(request.headers()),
    }
}

/// Headers of every answer, those of failures and assets included.
pub async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

const ALWAYS: [(&str, &str); 10] = [
    ("reporting-endpoints", "csp=\"/csp-report\""),
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types aloe; \
         report-uri /csp-report; report-to csp",
    ),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
    ("x-frame-options", "DENY"),
];

/// Runs the handler in a task of its own: a client that goes away cannot drop it halfway through a transaction.
pub async fn uncancelled(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let task = tokio::spawn(async move { next.run(request).await });
    match task.await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a handler panicked");
            Failure::Broken.page(&headers)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        comes_from_here(&headers, "https://aloe.example")
    }

    #[test]
    fn another_site_is_refused_whatever_else_it_says() {
        assert!(!from(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://aloe.example")
        ]));
        assert!(!from(&[("sec-fetch-site", "same-site")]));
        assert!(!from(&[("sec-fetch-site", "cross-site"), ("origin", "null")]));
        assert!(!from(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://evil.example")
        ]));
        assert!(!from(&[("origin", "https://evil.example")]));
        assert!(!from(&[("origin", "null")]));
    }

    #[test]
    fn ones_own_pages_are_let_through() {
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(from(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(from(&[("origin", "https://aloe.example")]));
        assert!(from(&[]));
    }
}
