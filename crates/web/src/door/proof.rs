//! Asking again who it is: before what must not be done on a screen that somebody left open. What was typed for the act itself
//! is kept and sent with the answer.

use aloe_db::error::{DbError, Refusal};
use aloe_db::factors::Shown;
use aloe_db::membership::SignedIn;
use aloe_db::visit::Visit;
use aloe_domain::email::EmailAddress;
use aloe_domain::ids::UserId;
use aloe_vault::{StoredPassword, Verdict};
use askama::Template;
use axum::response::Response;

use super::password::{Attempt, verify};
use super::sign_in::inside;
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Head, html, refused, see_other};
use crate::query::Query;
use crate::session::{Someone, Staff};
use crate::state::Aloe;

/// The field in which the proof is sent, with the rest of a form.
const FIELD: &str = "proof";

#[derive(Template)]
#[template(path = "door/proof.html")]
struct ProofPage {
    head: Head,
    csrf: String,
    demonstrated: Option<String>,
    action: String,
    doing: String,
    has_factor: bool,
    app: bool,
    passkey: bool,
    back: String,
    fields: Vec<(String, String)>,
    f: Form,
}

/// Who is asked, and for what.
pub struct Asked<'a> {
    app: &'a Aloe,
    visit: &'a Visit,
    who: &'a SignedIn,
    csrf: &'a str,
    /// Where the form is sent.
    action: String,
    /// Where one goes back to without answering.
    back: String,
    /// What it is for: the end of "Confirm that it is you, to …".
    doing: &'a str,
}

impl<'a> Asked<'a> {
    /// Somebody on their own account.
    pub fn of(someone: &'a Someone, action: &str, doing: &'a str) -> Self {
        Self {
            app: &someone.app,
            visit: &someone.visit,
            who: &someone.signed_in,
            csrf: &someone.csrf,
            action: action.to_owned(),
            back: "/account".to_owned(),
            doing,
        }
    }

    /// A member at work.
    pub fn member<N>(staff: &'a Staff<N>, back: &str, doing: &'a str) -> Self {
        Self {
            app: &staff.app,
            visit: &staff.visit,
            who: &staff.signed_in,
            csrf: &staff.csrf,
            action: staff.path.clone(),
            back: staff.link(back),
            doing,
        }
    }

    /// Takes the proof that came with a form, if one came. Answers the page again when it is wrong.
    ///
    /// # Errors
    /// `TooOften` after too many wrong ones.
    pub async fn take(&self, f: &mut Form) -> Result<Option<Response>, Failure> {
        let typed = f.take(FIELD);
        if typed.is_empty() {
            return Ok(None);
        }
        if self.prove(typed).await? {
            return Ok(None);
        }
        let sentence = match self.who.has_factor {
            true => "That is not a code that works now. Wait for the next one, and type it as the app shows it.",
            false => "That is not your password.",
        };
        let mut shown = Form::default();
        shown.complain(FIELD, sentence);
        Ok(Some(refused(&self.page(f, shown).await?)?))
    }

    /// The page when the database wants a fresh proof; everything else goes on as it was.
    ///
    /// # Errors
    /// Any other failure of the act.
    pub async fn ask<T>(&self, done: Result<T, DbError>, f: &Form) -> Result<Result<T, Response>, Failure> {
        match done {
            Err(DbError::Refused(Refusal::ProofNeeded)) => Ok(Err(refused(&self.page(f, Form::default()).await?)?)),
            other => Ok(Ok(other?)),
        }
    }

    async fn page(&self, f: &Form, shown: Form) -> Result<ProofPage, Failure> {
        let (app, passkey) = self.app.doors.factor_kinds(self.visit, self.who.user).await?;
        Ok(ProofPage {
            head: Head::new(),
            csrf: self.csrf.to_owned(),
            demonstrated: demonstrated(self.app, self.visit, self.who.user, app).await?,
            action: self.action.clone(),
            doing: self.doing.to_owned(),
            has_factor: self.who.has_factor,
            app,
            passkey: passkey && self.app.passkeys.is_some(),
            back: self.back.clone(),
            fields: f.pairs().filter(|(name, _)| name != "csrf").collect(),
            f: shown,
        })
    }

    async fn prove(&self, typed: String) -> Result<bool, Failure> {
        let (app, who) = (self.app, self.who);
        let proven = match who.has_factor {
            true => show(app, self.visit, who.user, &typed).await?.is_some(),
            false => knows_password(app, self.visit, who, typed).await?,
        };
        if proven {
            app.doors.prove_again(self.visit, who, who.has_factor).await?;
        }
        Ok(proven)
    }
}

/// Whether a typed code is one of the account's; wrong ones are counted, over every session and browser.
///
/// # Errors
/// `TooOften` with the seconds to wait, after five wrong ones and then longer with each.
pub async fn show(app: &Aloe, visit: &Visit, user: UserId, typed: &str) -> Result<Option<Shown>, Failure> {
    let wait = app.doors.admit_code(visit, user).await?;
    if wait > 0 {
        return Err(Failure::TooOften(wait));
    }
    let shown = app
        .doors
        .show_factor(visit, &app.factors, user, typed, clock::now())
        .await?;
    match shown {
        Some(_) => app.doors.forgive_code(visit, user).await?,
        None => app.doors.note_failed_sign_in(visit, user).await?,
    }
    Ok(shown)
}

/// Whether somebody knows their own password. Guesses count as those of the sign-in page do.
///
/// # Errors
/// `TooOften` after too many wrong ones.
pub async fn knows_password(app: &Aloe, visit: &Visit, who: &SignedIn, typed: String) -> Result<bool, Failure> {
    let email = EmailAddress::parse(&who.email).map_err(|_| Failure::Missing)?;
    let mut attempt = Attempt::admit(app, visit, &email).await?;
    let known = attempt
        .account
        .take()
        .map(|account| StoredPassword::from_stored(account.password_hash));
    let verdict = verify(app, typed, known).await?;
    let is_known = matches!(verdict, Verdict::Matches | Verdict::NeedsUpgrade);
    match is_known {
        true => attempt.was_right().await?,
        false => attempt.was_wrong().await?,
    }
    Ok(is_known)
}

/// The code that a demonstration shows, whose people have no app.
///
/// # Errors
/// What the database answered.
pub async fn demonstrated(
    app: &Aloe,
    visit: &Visit,
    user: UserId,
    has_factor: bool,
) -> Result<Option<String>, Failure> {
    if !app.config.demonstration || !has_factor {
        return Ok(None);
    }
    let code = app
        .doors
        .demonstrated_code(visit, &app.factors, user, clock::now())
        .await?;
    Ok(Some(code.unwrap_or_default()))
}

/// Where to go after confirming.
#[derive(serde::Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// Asks by itself, for what is asked without a form of its own.
pub async fn confirm_page(someone: Someone, Query(next): Query<Next>) -> Answer {
    let asked = confirming(&someone, &next.next);
    let fields = Form::filled([("next", inside(&next.next).to_owned())]);
    html(&asked.page(&fields, Form::default()).await?)
}

/// Takes the proof and leads on.
pub async fn confirm(someone: Someone, mut f: Form) -> Answer {
    let next = inside(f.get("next")).to_owned();
    let asked = confirming(&someone, &next);
    if f.get(FIELD).is_empty()
        && !someone
            .app
            .doors
            .proof_is_fresh(&someone.visit, &someone.signed_in)
            .await?
    {
        let fields = Form::filled([("next", next)]);
        return refused(&asked.page(&fields, Form::default()).await?);
    }
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    Ok(see_other(if next.is_empty() { "/account" } else { &next }))
}

fn confirming<'a>(someone: &'a Someone, next: &str) -> Asked<'a> {
    let mut asked = Asked::of(someone, "/account/confirm", "go on");
    if !inside(next).is_empty() {
        asked.back = inside(next).to_owned();
    }
    asked
}
