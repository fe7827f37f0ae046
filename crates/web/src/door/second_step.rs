//! Signing in, second step: the password was right, the second factor is asked for.

use aloe_db::factors::{PendingSignIn, Shown};
use aloe_db::visit::Visit;
use askama::Template;
use axum::Extension;
use axum::http::HeaderMap;

use super::proof::{demonstrated, show};
use super::sign_in::{arrive, device_of, inside};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Head, html, refused, see_other};
use crate::query::Query;
use crate::session::FreshPair;
use crate::visitor::Visitor;

/// Where to go after signing in.
#[derive(serde::Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "door/code.html")]
struct CodePage {
    head: Head,
    csrf: String,
    demonstrated: Option<String>,
    email: String,
    app: bool,
    passkey: bool,
    next: String,
    f: Form,
}

async fn page(visitor: &Visitor, visit: &Visit, pending: &PendingSignIn, f: Form) -> Result<CodePage, Failure> {
    let (app, passkey) = visitor.app.doors.factor_kinds(visit, pending.user).await?;
    Ok(CodePage {
        head: Head::new(),
        csrf: visitor.csrf.clone(),
        demonstrated: demonstrated(&visitor.app, visit, pending.user, app).await?,
        email: pending.email.clone(),
        app,
        passkey: passkey && visitor.app.passkeys.is_some(),
        next: inside(f.get("next")).to_owned(),
        f,
    })
}

/// Asks for the code. Whoever was away for five minutes, or tried five times, begins again.
pub async fn ask(visitor: Visitor, Extension(visit): Extension<Visit>, Query(next): Query<Next>) -> Answer {
    let Some(pending) = visitor.app.doors.sign_in_of(&visit, &visitor.hash).await? else {
        return Ok(see_other("/sign-in"));
    };
    let f = Form::filled([("next", inside(&next.next).to_owned())]);
    html(&page(&visitor, &visit, &pending, f).await?)
}

/// Takes the code, once.
pub async fn take(visitor: Visitor, Extension(visit): Extension<Visit>, headers: HeaderMap, mut f: Form) -> Answer {
    let app = &visitor.app;
    let Some(pending) = app.doors.sign_in_of(&visit, &visitor.hash).await? else {
        return Err(over());
    };
    let typed = f.take("code");
    if typed.is_empty() {
        f.complain("code", "Type the code that the app shows, or a recovery code.");
        return refused(&page(&visitor, &visit, &pending, f).await?);
    }
    let user = app.doors.try_sign_in(&visit, &visitor.hash).await?.ok_or_else(over)?;
    let Some(shown) = show(app, &visit, user, &typed).await? else {
        if app.doors.sign_in_of(&visit, &visitor.hash).await?.is_none() {
            return Err(over());
        }
        f.complain(
            "code",
            "That is not a code that works now. Wait for the next one, and type it as the app shows it.",
        );
        return refused(&page(&visitor, &visit, &pending, f).await?);
    };
    let pair = FreshPair::draw()?;
    let device = device_of(&headers);
    let started = app
        .doors
        .finish_sign_in(&visit, &visitor.hash, user, &device, &pair.hashes);
    if !started.await? {
        return Err(over());
    }
    let said = match shown {
        Shown::Recovery { left } => Some(format!(
            "A recovery code is used, {left} are left. Add another app on your account page if the one you had is lost."
        )),
        Shown::Code => None,
    };
    arrive(app, &visit, user, pair, &headers, (inside(f.get("next")), said)).await
}

fn over() -> Failure {
    Failure::Refused("That took too long, or too many codes were wrong. Sign in with your password again.".into())
}
