//! One's own account: where one is signed in, and the password.

use aloe_db::factors::Factor;
use aloe_db::own_account::{Notice, OwnSession};
use aloe_domain::ids::SessionId;
use askama::Template;
use axum::http::HeaderMap;
use jiff::tz::TimeZone;

use super::device;
use super::password::choose;
use super::proof::{Asked, knows_password};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Head, html, refused, see_other_saying, word_from_before};
use crate::session::Someone;

/// One line of the list.
struct Line {
    id: String,
    device: String,
    since: String,
    used: String,
    is_this: bool,
}

/// One second factor.
struct FactorLine {
    id: String,
    name: String,
    since: String,
    used: String,
}

#[derive(Template)]
#[template(path = "door/account.html")]
struct AccountPage {
    head: Head,
    csrf: String,
    name: String,
    email: String,
    back: String,
    sessions: Vec<Line>,
    factors: Vec<FactorLine>,
    codes: i64,
    lost_on: Option<String>,
    passkeys: bool,
    owed: Vec<String>,
    happened: Vec<(String, String)>,
    flash: Option<String>,
    f: Form,
}

async fn page(someone: &Someone, f: Form) -> Result<AccountPage, Failure> {
    let (app, who) = (&someone.app, &someone.signed_in);
    let sessions = app.doors.own_sessions(&someone.visit, who).await?;
    let (factors, codes) = app.doors.own_factors(&someone.visit, who).await?;
    let due = app.doors.factor_removal(&someone.visit, who).await?;
    let notices = app.doors.own_notices(&someone.visit, who).await?;
    let zone = who.memberships.first().map_or(TimeZone::UTC, |m| m.zone.clone());
    Ok(AccountPage {
        head: Head::new(),
        csrf: someone.csrf.clone(),
        name: who.name.clone(),
        email: who.email.clone(),
        back: match who.memberships.as_slice() {
            [only] => format!("/o/{}/calendar", only.slug),
            _ => "/organisations".to_owned(),
        },
        sessions: sessions.iter().map(|s| line(s, &zone)).collect(),
        factors: factors
            .iter()
            .filter(|f| f.confirmed)
            .map(|f| factor_line(f, &zone))
            .collect(),
        codes,
        lost_on: due.map(|due| clock::short_moment(due, &zone)),
        passkeys: app.passkeys.is_some(),
        owed: who
            .memberships
            .iter()
            .filter(|m| m.owes_factor)
            .map(|m| m.organisation_name.clone())
            .collect(),
        happened: notices
            .iter()
            .map(|n| (notice_words(&n.what).to_owned(), details(n, &zone)))
            .collect(),
        flash: None,
        f,
    })
}

fn factor_line(f: &Factor, zone: &TimeZone) -> FactorLine {
    FactorLine {
        id: f.id.to_string(),
        name: f.name.clone(),
        since: clock::short_moment(f.created_at, zone),
        used: f
            .last_used_at
            .map_or_else(|| "never".to_owned(), |at| clock::short_moment(at, zone)),
    }
}

fn line(s: &OwnSession, zone: &TimeZone) -> Line {
    let from = s.source.map(|source| format!(" from {source}")).unwrap_or_default();
    Line {
        id: s.id.to_string(),
        device: device::words(&s.device),
        since: format!("Since {}{from}", clock::short_moment(s.started_at, zone)),
        used: clock::short_moment(s.last_used_at, zone),
        is_this: s.is_this,
    }
}

/// What happened to an account, as its owner reads it.
pub(super) fn notice_words(what: &str) -> &'static str {
    match what {
        "token_reused" => "A session was ended: somebody else may have had a copy of it",
        "password_changed" => "The password was changed",
        "factor_added" => "A second factor was added",
        "factor_removed" => "A second factor was turned off",
        "recovery_codes_made" => "New recovery codes were made",
        "factor_removal_asked" => "A colleague said that you lost your second factor: it is turned off a day later",
        "factor_removal_stopped" => "Turning off your second factor was stopped",
        "recovery_code" => "A recovery code was used",
        "password_reset" => "The password was replaced through a link in your mailbox",
        "program_made" => "You let a program in: see Programs under the settings of the organisation",
        _ => "Something was changed",
    }
}

fn details(notice: &Notice, zone: &TimeZone) -> String {
    let at = clock::short_moment(notice.at, zone);
    let from = notice
        .source
        .map(|source| format!(", from {source}"))
        .unwrap_or_default();
    match notice.device.as_str() {
        "" => format!("{at}{from}"),
        device => format!("{at}{from}, {}", device::words(device)),
    }
}

/// Shows the account.
pub async fn show(someone: Someone, headers: HeaderMap) -> Answer {
    let mut page = page(&someone, Form::default()).await?;
    page.flash = word_from_before(&someone.app, &headers);
    html(&page)
}

/// Ends another session of one's own, or all others: their very next request is refused.
pub async fn end(someone: Someone, mut f: Form) -> Answer {
    let asked = Asked::of(&someone, "/account/sessions/end", "end sessions");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let wanted = match f.get("session") {
        "" => None,
        id => Some(id.parse::<SessionId>().map_err(|_| Failure::Missing)?),
    };
    let app = &someone.app;
    let ended = app
        .doors
        .end_own_sessions(&someone.visit, &someone.signed_in, wanted)
        .await;
    let ended = match asked.ask(ended, &f).await? {
        Ok(ended) => ended,
        Err(page) => return Ok(page),
    };
    let said = match ended {
        0 => "It had ended already.".to_owned(),
        1 => "One session is ended. Whoever has it is asked to sign in.".to_owned(),
        n => format!("{n} sessions are ended. Whoever has them is asked to sign in."),
    };
    Ok(see_other_saying(app, "/account", &said))
}

/// Changes the password: the old one is asked for, and every other session ends.
pub async fn change_password(someone: Someone, mut f: Form) -> Answer {
    let (app, who) = (&someone.app, &someone.signed_in);
    let (old, new) = (f.get("old").to_owned(), f.get("new").to_owned());
    if old.is_empty() {
        f.complain("old", "Type the password you have now.");
    }
    if old == new && !new.is_empty() {
        f.complain("new", "That is the password you have now. Choose another.");
    }
    if f.is_fine() && !knows_password(app, &someone.visit, who, old).await? {
        f.complain("old", "That is not the password you have now.");
    }
    if f.is_fine() {
        match choose(app, new, about(&someone)).await {
            Ok(hash) => {
                app.doors.change_password(&someone.visit, who, hash.as_str()).await?;
                let said = "Your password is changed, and every other session is ended.";
                return Ok(see_other_saying(app, "/account", said));
            }
            Err(Failure::Refused(sentence)) => f.complain("new", sentence),
            Err(other) => return Err(other),
        }
    }
    f.set("old", "");
    f.set("new", "");
    refused(&page(&someone, f).await?)
}

/// What an attacker would know of whoever is signed in.
fn about(someone: &Someone) -> Vec<String> {
    let who = &someone.signed_in;
    let organisations = who.memberships.iter().map(|m| m.organisation_name.clone());
    [who.name.clone(), who.email.clone()]
        .into_iter()
        .chain(organisations)
        .collect()
}
