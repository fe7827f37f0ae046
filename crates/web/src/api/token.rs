//! A program's credential for a token of five minutes.

use aloe_db::visit::Visit;
use aloe_vault::{BEARER_SECONDS, Token, TokenDomain};
use axum::Json as Answered;
use axum::extract::State;
use axum::http::Extensions;
use schemars::JsonSchema;

use super::answer::{Answer, Refusal};
use super::body::Json;
use crate::clock;
use crate::failure::Failure;
use crate::source::source_of;
use crate::state::Aloe;

/// What stands before a credential, so that people and scanners of leaked secrets know what it is.
pub const PREFIX: &str = "aloe_";

/// What a program sends.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Credential")]
pub struct Credential {
    /// As it was shown when the program was made.
    credential: String,
}

/// What it gets.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "AccessToken")]
pub struct Granted {
    /// Sent with each request, as `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: String,
    /// Seconds that it is good for.
    expires_in: u64,
}

/// Exchanges a credential. What is revoked, over or unknown is answered alike.
pub async fn exchange(
    State(app): State<Aloe>,
    extensions: Extensions,
    Json(sent): Json<Credential>,
) -> Answer<Answered<Granted>> {
    let visit = Visit::from(source_of(&extensions));
    let wait = app.doors.throttle("credential", &visit.network(), 60, 1.0).await?;
    if wait > 0 {
        return Err(Refusal::Failure(Failure::TooOften(wait)));
    }
    let refused = || Refusal::Failure(Failure::SignedOut);
    let text = sent.credential.strip_prefix(PREFIX).ok_or_else(refused)?;
    let credential = Token::parse(text).map_err(|_| refused())?.hash(TokenDomain::PROGRAM);
    let access = Token::random().map_err(Failure::from)?;
    let hash = access.hash(TokenDomain::SESSION);
    let granted = app
        .doors
        .exchange_credential(&visit, &credential, &hash, BEARER_SECONDS);
    let program = granted.await?.ok_or_else(refused)?;
    let now = clock::seconds();
    let signed = app.bearers.sign(&app.config.origin, program, &access, now);
    Ok(Answered(Granted {
        access_token: signed.map_err(|_| Failure::Broken)?.expose().to_owned(),
        token_type: "Bearer".to_owned(),
        expires_in: BEARER_SECONDS,
    }))
}
