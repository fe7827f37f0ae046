//! Reading what a program sends: a JSON body, the parameters of the address, the key that makes a repeat count once.

use aloe_db::bookings::IdempotencyKey;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use super::answer::Refusal;
use crate::failure::Failure;
use crate::state::Aloe;

/// The largest body in bytes.
const LARGEST: usize = 64 * 1024;

/// Whether a body is said to be JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

/// A JSON body.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Aloe> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &Aloe) -> Result<Self, Response> {
        let bytes = axum::body::to_bytes(request.into_body(), LARGEST).await;
        let bytes = bytes.map_err(|_| Failure::TooLarge.problem())?;
        let read = serde_json::from_slice(&bytes);
        read.map(Self)
            .map_err(|error| Refusal::field("body", error).into_response())
    }
}

/// The parameters of the address.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Aloe> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Aloe) -> Result<Self, Response> {
        let read = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default());
        read.map(Self)
            .map_err(|error: serde_urlencoded::de::Error| Refusal::field("query", error).into_response())
    }
}

/// The `Idempotency-Key` of a request that makes something.
pub struct Key(pub IdempotencyKey);

impl FromRequestParts<Aloe> for Key {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Aloe) -> Result<Self, Response> {
        let sent = parts
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok());
        let key = sent.and_then(IdempotencyKey::parse).map(Self);
        key.ok_or_else(|| {
            Refusal::field(
                "Idempotency-Key",
                "Send a header of 8 to 100 visible characters that no other request uses.",
            )
            .into_response()
        })
    }
}
