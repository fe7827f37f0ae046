//! Passkeys in the browser: each of four purposes has a question, answered with options for the browser, and an answer, sent as
//! a form with the field `answer`.

use aloe_db::error::{DbError, Refusal};
use aloe_db::passkeys::Question;
use aloe_db::visit::Visit;
use aloe_domain::ids::UserId;
use aloe_vault::{Passkey, PasskeyQuestion, PasskeyRefused, Passkeys, TokenHash};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use uuid::Uuid;

use super::sign_in::{arrive, device_of, inside};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::see_other_saying;
use crate::session::{FreshPair, Someone, csrf_subject};
use crate::state::Aloe;
use crate::visitor::Visitor;

type Told = Result<Response, Failure>;

fn passkeys(app: &Aloe) -> Result<&Passkeys, Failure> {
    app.passkeys.as_ref().ok_or(Failure::Missing)
}

fn refused(refusal: PasskeyRefused) -> Failure {
    Failure::Refused(refusal.to_string())
}

async fn ask(app: &Aloe, visit: &Visit, browser: &TokenHash, what: Question, asked: PasskeyQuestion) -> Told {
    app.doors
        .keep_question(visit, &app.factors, browser, what, &asked.state)
        .await?;
    Ok(Json(asked.options).into_response())
}

async fn asked(app: &Aloe, visit: &Visit, browser: &TokenHash, what: Question) -> Result<Vec<u8>, Failure> {
    let state = app.doors.take_question(visit, &app.factors, browser, what).await?;
    state.ok_or_else(|| refused(PasskeyRefused))
}

async fn known(app: &Aloe, visit: &Visit, user: UserId) -> Result<(Vec<Uuid>, Vec<Passkey>), Failure> {
    let known = app.doors.passkeys_of(visit, &app.factors, user).await?;
    Ok(known.into_iter().unzip())
}

/// Checks the answer of a user who is known, and keeps what the passkey said of itself.
async fn take(app: &Aloe, visit: &Visit, user: UserId, state: &[u8], answer: &str) -> Result<(), Failure> {
    let (factors, keys) = known(app, visit, user).await?;
    let taken = passkeys(app)?.take(state, answer, keys);
    settle(app, visit, user, &factors, taken).await
}

async fn settle(
    app: &Aloe,
    visit: &Visit,
    user: UserId,
    factors: &[Uuid],
    taken: Result<(usize, Passkey), PasskeyRefused>,
) -> Result<(), Failure> {
    let held = taken.and_then(|(at, passkey)| Ok((*factors.get(at).ok_or(PasskeyRefused)?, passkey)));
    match held {
        Ok((factor, passkey)) => {
            let used = (factor, &passkey);
            Ok(app.doors.use_passkey(visit, &app.factors, user, used).await?)
        }
        Err(refusal) => {
            app.doors.note_failed_sign_in(visit, user).await?;
            Err(refused(refusal))
        }
    }
}

/// Where a script goes next.
fn lead(response: Response) -> Response {
    let to = response.headers().get("location").and_then(|value| value.to_str().ok());
    let mut told = Json(serde_json::json!({ "to": to.unwrap_or("/") })).into_response();
    for cookie in response.headers().get_all("set-cookie") {
        told.headers_mut().append("set-cookie", cookie.clone());
    }
    told
}

/// Asks for a new passkey, of somebody who showed in the last ten minutes who they are.
pub async fn ask_new(someone: Someone, _f: Form) -> Told {
    let (app, who) = (&someone.app, &someone.signed_in);
    if !app.doors.proof_is_fresh(&someone.visit, who).await? {
        return Err(DbError::Refused(Refusal::ProofNeeded).into());
    }
    let (_, keys) = known(app, &someone.visit, who.user).await?;
    let question = passkeys(app)?.ask_new(who.user.as_uuid(), &who.email, &who.name, &keys);
    let browser = csrf_subject(who);
    ask(app, &someone.visit, &browser, Question::Add, question.map_err(refused)?).await
}

/// Takes the new passkey.
pub async fn take_new(someone: Someone, headers: HeaderMap, f: Form) -> Told {
    let (app, who) = (&someone.app, &someone.signed_in);
    let state = asked(app, &someone.visit, &csrf_subject(who), Question::Add).await?;
    let made = passkeys(app)?.take_new(&state, f.get("answer")).map_err(refused)?;
    let name = format!("Passkey of {}", super::device::words(&device_of(&headers)));
    let name: String = name.chars().take(60).collect();
    let added = app.doors.add_passkey(&someone.visit, who, &app.factors, &name, &made);
    match added.await {
        Err(DbError::Conflict) => Err(refused(PasskeyRefused)),
        added => {
            added?;
            let said = "The passkey is added, and every other session is ended.";
            Ok(lead(see_other_saying(app, "/account", said)))
        }
    }
}

/// Asks whoever is signed in for one of their passkeys.
pub async fn ask_again(someone: Someone, _f: Form) -> Told {
    let (app, who) = (&someone.app, &someone.signed_in);
    let (_, keys) = known(app, &someone.visit, who.user).await?;
    let question = passkeys(app)?.ask(&keys).map_err(refused)?;
    ask(app, &someone.visit, &csrf_subject(who), Question::Prove, question).await
}

/// Takes it: for ten minutes it is known who sits here.
pub async fn prove(someone: Someone, f: Form) -> Told {
    let (app, who) = (&someone.app, &someone.signed_in);
    let state = asked(app, &someone.visit, &csrf_subject(who), Question::Prove).await?;
    take(app, &someone.visit, who.user, &state, f.get("answer")).await?;
    app.doors.prove_again(&someone.visit, who, true).await?;
    Ok(Json(serde_json::json!({ "proved": true })).into_response())
}

/// Asks somebody who knew the password for one of their passkeys.
pub async fn ask_second(visitor: Visitor, Extension(visit): Extension<Visit>, _f: Form) -> Told {
    let app = &visitor.app;
    let pending = app
        .doors
        .sign_in_of(&visit, &visitor.hash)
        .await?
        .ok_or(Failure::SignedOut)?;
    let (_, keys) = known(app, &visit, pending.user).await?;
    let question = passkeys(app)?.ask(&keys).map_err(refused)?;
    ask(app, &visit, &visitor.hash, Question::SecondStep, question).await
}

/// Takes it, and lets them in.
pub async fn take_second(visitor: Visitor, Extension(visit): Extension<Visit>, headers: HeaderMap, f: Form) -> Told {
    let app = &visitor.app;
    let state = asked(app, &visit, &visitor.hash, Question::SecondStep).await?;
    let user = app
        .doors
        .try_sign_in(&visit, &visitor.hash)
        .await?
        .ok_or(Failure::SignedOut)?;
    take(app, &visit, user, &state, f.get("answer")).await?;
    let pair = FreshPair::draw()?;
    let device = device_of(&headers);
    let started = app
        .doors
        .finish_sign_in(&visit, &visitor.hash, user, &device, &pair.hashes);
    if !started.await? {
        return Err(Failure::SignedOut);
    }
    Ok(lead(
        arrive(app, &visit, user, pair, &headers, (inside(f.get("next")), None)).await?,
    ))
}

/// Asks whoever it is for a passkey: no address is typed, and nothing is told of any account.
pub async fn ask_anyone(visitor: Visitor, Extension(visit): Extension<Visit>, _f: Form) -> Told {
    let app = &visitor.app;
    let source = visit.network();
    match app.doors.throttle("passkey source", &source, 30, 4.0).await? {
        0 => {}
        wait => return Err(Failure::TooOften(wait)),
    }
    let question = passkeys(app)?.ask_anyone().map_err(refused)?;
    let response = ask(app, &visit, &visitor.hash, Question::SignIn, question).await?;
    Ok(visitor.remember(response))
}

/// Takes it: a verified passkey is two factors, so nothing else is asked.
pub async fn take_anyones(visitor: Visitor, Extension(visit): Extension<Visit>, headers: HeaderMap, f: Form) -> Told {
    let app = &visitor.app;
    let state = asked(app, &visit, &visitor.hash, Question::SignIn).await?;
    let answer = f.get("answer");
    let user = UserId::from_uuid(passkeys(app)?.claimed(answer).map_err(refused)?);
    let (factors, keys) = known(app, &visit, user).await?;
    let taken = passkeys(app)?.take_anyones(&state, answer, keys);
    settle(app, &visit, user, &factors, taken).await?;
    app.doors.begin_sign_in_by_passkey(&visit, user, &visitor.hash).await?;
    let pair = FreshPair::draw()?;
    let device = device_of(&headers);
    let started = app
        .doors
        .finish_sign_in(&visit, &visitor.hash, user, &device, &pair.hashes);
    if !started.await? {
        return Err(Failure::SignedOut);
    }
    Ok(lead(
        arrive(app, &visit, user, pair, &headers, (inside(f.get("next")), None)).await?,
    ))
}
