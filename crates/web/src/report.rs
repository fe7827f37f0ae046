//! What browsers report of pages that broke their content policy: counted and logged without a word of the page.

use axum::body::Bytes;
use axum::http::{Extensions, StatusCode};

use crate::source::source_of;
use crate::state::Aloe;

/// Where browsers send reports.
pub const PATH: &str = "/csp-report";
/// Bytes that are read of a report.
const MOST: usize = 16 * 1024;

/// Directives that may stand in a report: anything else is somebody's text, and is not logged.
const DIRECTIVES: [&str; 15] = [
    "default-src",
    "script-src",
    "script-src-elem",
    "script-src-attr",
    "style-src",
    "style-src-elem",
    "style-src-attr",
    "img-src",
    "connect-src",
    "form-action",
    "base-uri",
    "frame-ancestors",
    "object-src",
    "require-trusted-types-for",
    "trusted-types",
];

/// Takes a report, in either of the two forms that browsers send.
pub async fn take(
    axum::extract::State(app): axum::extract::State<Aloe>,
    extensions: Extensions,
    body: Bytes,
) -> StatusCode {
    let network = aloe_db::visit::network(source_of(&extensions)).to_string();
    let heard = matches!(app.doors.throttle("csp report", &network, 20, 30.0).await, Ok(0));
    if heard && body.len() <= MOST {
        for (directive, blocked) in reports(&body) {
            tracing::warn!(directive, blocked, "a page broke its content policy");
        }
    }
    StatusCode::NO_CONTENT
}

/// Directive and kind of what was blocked, for each report that can be read.
fn reports(body: &[u8]) -> Vec<(&'static str, &'static str)> {
    let Ok(sent) = serde_json::from_slice::<serde_json::Value>(body) else {
        return Vec::new();
    };
    let one = |report: &serde_json::Value, directive: &str, blocked: &str| {
        let text = |key: &str| {
            report
                .get(key)
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let said = text(directive);
        let known = DIRECTIVES
            .iter()
            .find(|known| said.split(' ').next() == Some(**known))?;
        let kind = match text(blocked).as_str() {
            "inline" => "inline",
            "eval" => "eval",
            "trusted-types-sink" => "a string where a trusted type belongs",
            _ => "an address",
        };
        Some((*known, kind))
    };
    match &sent {
        serde_json::Value::Array(all) => {
            let bodies = all.iter().take(20).filter_map(|report| report.get("body"));
            bodies
                .filter_map(|body| one(body, "effectiveDirective", "blockedURL"))
                .collect()
        }
        old => {
            let report = old.get("csp-report");
            report
                .and_then(|r| {
                    one(r, "effective-directive", "blocked-uri").or_else(|| one(r, "violated-directive", "blocked-uri"))
                })
                .into_iter()
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::reports;

    #[test]
    fn both_forms_are_read_and_nothing_of_the_page_is_kept() {
        let old = br#"{"csp-report":{"document-uri":"https://aloe.example/o/x/patients?q=Dlamini","violated-directive":"script-src 'self'","blocked-uri":"inline"}}"#;
        assert_eq!(reports(old), [("script-src", "inline")]);
        let new = br#"[{"type":"csp-violation","body":{"documentURL":"https://aloe.example/","effectiveDirective":"img-src","blockedURL":"https://evil.example/x.png"}}]"#;
        assert_eq!(reports(new), [("img-src", "an address")]);
        for nothing in [
            &b"null"[..],
            b"",
            b"{",
            br#"{"csp-report":{"violated-directive":"Thandi Dlamini"}}"#,
            b"[1]",
        ] {
            assert_eq!(reports(nothing), []);
        }
    }
}
