//! Signing in with e-mail and password; signing out; choosing where to work.

use std::time::Duration;

use aloe_db::accounts::KnownPassword;
use aloe_db::membership::Membership;
use aloe_db::visit::Visit;
use aloe_domain::email::EmailAddress;
use aloe_domain::ids::UserId;
use aloe_domain::language::Language;
use aloe_vault::{StoredPassword, Verdict};
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::account::notice_words;
use super::device::remember;
use super::password::{Attempt, upgrade, verify};
use crate::cookies::{Cookie, add};
use crate::failure::{Failure, waiting};
use crate::form::Form;
use crate::page::{Answer, Head, html, refused, see_other, see_other_saying, too_often, word_from_before};
use crate::query::Query;
use crate::session::{FreshPair, Someone, token_in, urlencode};
use crate::speech::Speech;
use crate::state::Aloe;
use crate::visitor::Visitor;

/// How long the answer to one try too many is held back: a second or so, each its own, so that they do not come back together.
fn held() -> Duration {
    let apart = uuid::Uuid::new_v4().as_u128() % 600;
    Duration::from_millis(700 + u64::try_from(apart).unwrap_or(0))
}

/// Where to go after signing in.
#[derive(serde::Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "door/sign_in.html")]
struct SignInPage {
    head: Head,
    csrf: String,
    demonstration: bool,
    next: String,
    passkeys: bool,
    flash: Option<String>,
    f: Form,
}

/// The page.
pub async fn show(visitor: Visitor, Query(next): Query<Next>, headers: HeaderMap) -> Answer {
    let page = SignInPage {
        head: Head::new(),
        csrf: visitor.csrf.clone(),
        demonstration: visitor.app.config.demonstration,
        next: inside(&next.next).to_owned(),
        passkeys: visitor.app.passkeys.is_some(),
        flash: word_from_before(&visitor.app, &headers),
        f: Form::default(),
    };
    let mut response = visitor.remember(html(&page)?);
    if page.flash.is_some() {
        add(response.headers_mut(), Cookie::Flash.clear(&visitor.app.config));
    }
    Ok(response)
}

/// Only paths of our own: a link must not lead someone elsewhere after they signed in.
pub(super) fn inside(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(|c: char| c == '\\' || c.is_control());
    if own { next } else { "" }
}

/// Checks e-mail and password. Answers alike, in words and in time, whether or not the account exists.
pub async fn sign_in(visitor: Visitor, Extension(visit): Extension<Visit>, headers: HeaderMap, mut f: Form) -> Answer {
    let app = visitor.app.clone();
    let email = f.parse("email", EmailAddress::parse);
    let typed = f.take("password");
    if typed.is_empty() {
        f.complain("password", "Type your password.");
    }
    let mut wait = None;
    if let Some(email) = email.filter(|_| f.is_fine()) {
        match compare(&app, &visit, &email, typed).await {
            Ok(Some(known)) => return enter(&visitor, &visit, &known, &headers, inside(f.get("next"))).await,
            Ok(None) => f.complain(
                "password",
                "The e-mail address and the password do not belong together. Check both.",
            ),
            Err(Failure::TooOften(seconds)) => {
                // Whoever hammers waits for each refusal, which costs us nothing meanwhile.
                tokio::time::sleep(held()).await;
                f.complain("password", slowed(seconds));
                wait = Some(seconds);
            }
            Err(other) => return Err(other),
        }
    }
    let next = inside(f.get("next")).to_owned();
    let page = SignInPage {
        head: Head::new(),
        csrf: visitor.csrf.clone(),
        demonstration: app.config.demonstration,
        next,
        passkeys: app.passkeys.is_some(),
        flash: None,
        f,
    };
    let response = match wait {
        Some(seconds) => too_often(&page, seconds)?,
        None => refused(&page)?,
    };
    Ok(visitor.remember(response))
}

/// What somebody reads who has to wait. It says the same whoever guessed, and whether or not there is such an account.
fn slowed(seconds: u64) -> String {
    format!(
        "Too many passwords were tried, by you or by somebody else. {} A browser that you signed in with before, a passkey, or a new password by mail are not held up.",
        waiting(Speech::of(Language::English), seconds)
    )
}

/// Whose password it is, if it is the account's. Takes as long, whether or not there is one.
///
/// # Errors
/// `TooOften` with the seconds to wait.
async fn compare(
    app: &Aloe,
    visit: &Visit,
    email: &EmailAddress,
    typed: String,
) -> Result<Option<KnownPassword>, Failure> {
    let mut attempt = Attempt::admit(app, visit, email).await?;
    let account = attempt.account.take();
    let known = account
        .as_ref()
        .map(|a| StoredPassword::from_stored(a.password_hash.clone()));
    let verdict = match verify(app, typed.clone(), known).await {
        Ok(verdict) => verdict,
        Err(failure) => {
            // Nothing was compared, so nothing was guessed.
            attempt.was_right().await?;
            return Err(failure);
        }
    };
    let right = matches!(verdict, Verdict::Matches | Verdict::NeedsUpgrade);
    let Some(account) = account.filter(|a| right && !a.disabled) else {
        attempt.was_wrong().await?;
        return Ok(None);
    };
    attempt.was_right().await?;
    if verdict == Verdict::NeedsUpgrade {
        upgrade(app, visit, &account, typed).await?;
    }
    Ok(Some(account.known_password()))
}

/// Starts the session of somebody who knew the password, and leads on; whoever has a second factor is asked for it first.
///
/// # Errors
/// What the database answered.
pub async fn enter(visitor: &Visitor, visit: &Visit, known: &KnownPassword, headers: &HeaderMap, next: &str) -> Answer {
    let (app, user) = (&visitor.app, known.user);
    if app.doors.has_factor(visit, user).await? && !aloe_db::sabotage::is_on("N13-factor") {
        app.doors.begin_sign_in(visit, known, &visitor.hash).await?;
        let path = format!("/sign-in/code?next={}", urlencode(next));
        return Ok(visitor.remember(see_other(&path)));
    }
    let pair = FreshPair::draw()?;
    app.doors
        .start_session(visit, known, &device_of(headers), &pair.hashes)
        .await?;
    arrive(app, visit, user, pair, headers, (next, None)).await
}

/// What a browser calls itself, in as much as is kept.
pub(super) fn device_of(headers: &HeaderMap) -> String {
    let named = headers.get("user-agent").and_then(|value| value.to_str().ok());
    named.unwrap_or_default().chars().take(200).collect()
}

/// Hands the tokens of a session that was started to the browser and leads on, with a word about what happened meanwhile.
///
/// # Errors
/// What the database answered.
pub(super) async fn arrive(
    app: &Aloe,
    visit: &Visit,
    user: UserId,
    pair: FreshPair,
    request: &HeaderMap,
    (next, said): (&str, Option<String>),
) -> Answer {
    let next = if next.is_empty() { "/" } else { next };
    // Whoever was signed in with this browser before is so no longer.
    for cookie in [Cookie::Access, Cookie::Refresh] {
        if let Some(before) = token_in(cookie, app, request) {
            app.doors.end_session(visit, &before).await?;
        }
    }
    let happened = app.doors.tell_notices(visit, user).await?;
    let alarming = happened.iter().find(|what| what.as_str() == "token_reused");
    let told = alarming.map(|what| format!("{}. Your account page has the details.", notice_words(what)));
    let mut response = match told.or(said) {
        Some(sentence) => see_other_saying(app, next, &sentence),
        None => see_other(next),
    };
    pair.set(app, response.headers_mut());
    remember(app, visit, user, (request, response.headers_mut())).await?;
    Ok(response)
}

/// Ends the session, at once and everywhere.
pub async fn sign_out(
    State(app): State<Aloe>,
    Extension(visit): Extension<Visit>,
    headers: HeaderMap,
    _form: Form,
) -> Answer {
    for cookie in [Cookie::Access, Cookie::Refresh] {
        if let Some(token) = token_in(cookie, &app, &headers) {
            app.doors.end_session(&visit, &token).await?;
        }
    }
    let mut response = see_other("/sign-in");
    let answer = response.headers_mut();
    add(answer, Cookie::Access.clear(&app.config));
    add(answer, Cookie::Refresh.clear(&app.config));
    answer.insert(
        "clear-site-data",
        axum::http::HeaderValue::from_static("\"cache\", \"storage\""),
    );
    Ok(response)
}

/// Keeps the session of someone who is working alive; the renewal itself is the middleware's.
pub async fn renew(someone: Someone, _form: Form) -> Response {
    Json(serde_json::json!({ "signed_in": !someone.signed_in.memberships.is_empty() })).into_response()
}

#[derive(Template)]
#[template(path = "door/organisations.html")]
struct OrganisationsPage {
    head: Head,
    csrf: String,
    name: String,
    memberships: Vec<Membership>,
}

/// The organisations someone belongs to. One alone is entered at once from `/`.
pub async fn organisations(someone: Someone) -> Answer {
    html(&OrganisationsPage {
        head: Head::new(),
        csrf: someone.csrf,
        name: someone.signed_in.name,
        memberships: someone.signed_in.memberships,
    })
}

/// Where the start page is to lead.
#[derive(serde::Deserialize)]
pub struct Towards {
    #[serde(default)]
    to: String,
}

/// The start page leads to where someone works; a new owner to what is still missing.
pub async fn start(someone: Someone, Query(towards): Query<Towards>) -> Response {
    match someone.signed_in.memberships.as_slice() {
        [only] if towards.to == "settings" => see_other(&format!("/o/{}/settings", only.slug)),
        [only] => see_other(&format!("/o/{}/calendar", only.slug)),
        _ => see_other("/organisations"),
    }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn signing_in_leads_to_pages_of_our_own_only() {
        assert_eq!(inside("/o/x/calendar?day=1"), "/o/x/calendar?day=1");
        for elsewhere in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(inside(elsewhere), "", "{elsewhere}");
        }
    }
}
