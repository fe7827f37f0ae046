//! Revealing one identifier: a click with a purpose. The value goes into one answer that nothing keeps, after its entry in
//! the trail is committed.

use aloe_db::patients::{self, Revealed};
use aloe_domain::permission::need::RevealToVerify;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use crate::failure::Failure;
use crate::form::Form;
use crate::session::Staff;

/// What reception and practitioners reveal for.
const PURPOSES: [(&str, &str); 4] = [
    ("identity", "to confirm who this is"),
    ("claim", "for a claim"),
    ("correct", "to correct it"),
    ("request", "the person asked for it"),
];

/// Reveals. A script gets the value as JSON and shows it for seconds; without a script it is a page of its own.
pub async fn reveal(
    staff: Staff<RevealToVerify>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    f: Form,
) -> Result<Response, Response> {
    let answer = value(&staff, &id, &f)
        .await
        .map_err(|failure: Failure| failure.page(&headers))?;
    let wants_json = headers
        .get(header::ACCEPT)
        .is_some_and(|v| v.to_str().is_ok_and(|v| v.starts_with("application/json")));
    let mut response = if wants_json {
        axum::Json(serde_json::json!({ "value": answer.expose() })).into_response()
    } else {
        plain_page(answer.expose(), &staff.link(&format!("/patients/{}", answer.patient)))
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, private"));
    Ok(response)
}

async fn value(staff: &Staff<RevealToVerify>, id: &str, f: &Form) -> Result<Revealed, Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::Missing)?;
    let purpose = PURPOSES
        .iter()
        .find(|(code, _)| *code == f.get("purpose"))
        .map(|(_, words)| *words);
    let purpose = purpose.ok_or_else(|| Failure::Refused("Choose what it is for.".into()))?;
    let mut tx = staff.begin().await?;
    let revealed = patients::reveal(&mut tx, &staff.app.keys, id, purpose).await?;
    tx.commit().await?;
    Ok(revealed)
}

/// Without a script the value stands on a page that leads back by itself after twenty seconds.
fn plain_page(value: &str, back: &str) -> Response {
    let value = askama::filters::escape(value, askama::filters::Html)
        .map(|v| v.to_string())
        .unwrap_or_default();
    let style = &crate::assets::STYLE.path;
    let body = format!(
        "<!doctype html><html lang=\"en-ZA\"><head><meta charset=\"utf-8\"><title>Revealed · Aloe</title>\
         <link rel=\"stylesheet\" href=\"{style}\"></head><body class=\"door\"><main id=\"main\"><h1>{value}</h1>\
         <p>It is shown for twenty seconds and not kept.</p><p><a class=\"btn primary\" href=\"{back}\">Back</a></p></main></body></html>"
    );
    let mut response = axum::response::Html(body).into_response();
    if let Ok(refresh) = HeaderValue::from_str(&format!("20;url={back}")) {
        response.headers_mut().insert("refresh", refresh);
    }
    response
}
