//! What was noticed: for whoever runs the organisation, with what to do about it.

use aloe_db::alerts::{self, Alert};
use aloe_domain::permission::need::Team;
use askama::Template;
use axum::extract::Path;
use uuid::Uuid;

use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html, see_other_saying};
use crate::session::Staff;

/// Alerts on the page: those that nobody has seen come first.
const MOST: i64 = 100;

/// One alert on the page.
pub struct Line {
    id: String,
    title: String,
    body: String,
    when: String,
    seen: String,
    open: bool,
    link: Option<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "office/alerts.html")]
struct AlertsPage {
    shell: Shell,
    open: Vec<Line>,
    seen: Vec<Line>,
}

/// Title and text of an alert, as the page and the mail have them. `about` is a member's name.
pub fn words(kind: &str, about: &str, detail: &serde_json::Value) -> (String, String) {
    let number = |key: &str| detail.get(key).and_then(serde_json::Value::as_i64).unwrap_or_default();
    let text = |key: &str| detail.get(key).and_then(serde_json::Value::as_str).unwrap_or("unknown");
    match kind {
        "account_guessed" => (
            format!("Somebody guesses the password of {about}"),
            format!(
                "{} wrong passwords from {} within a day. Nobody got in by them, and each further guess waits longer. {about} goes on in browsers used before. Ask {about} to choose another password if this one is used elsewhere as well, and to add a second factor.",
                number("guesses"),
                counted(number("networks"), "network")
            ),
        ),
        "mass_reveal" => (
            format!("{about} revealed many numbers"),
            format!(
                "{} ID or medical-aid numbers within an hour, each with a purpose in the trail. Ask what it was for; if there is no good answer, end the membership on the team page.",
                number("numbers")
            ),
        ),
        "unusual_hours" => (
            format!("{about} signed in at night"),
            format!(
                "From {}, and not once at such an hour in the thirty days before. If it was not {about}, have the password changed and the other sessions ended on the account page.",
                text("source")
            ),
        ),
        "program_made" => (
            format!("{about} let a program in: {}", text("program")),
            "It works by itself, with a credential, until that is over or revoked. Under Settings, Programs, stands what it may do and when it was used last. If nobody agreed to it, revoke it there.".to_owned(),
        ),
        "sms_pumping" => (
            "Very many codes by SMS from your booking page".to_owned(),
            format!(
                "A limit was met: {}. Further codes wait until it is over, so that nobody runs up your costs. If people tell you that no code comes, book for them at the desk.",
                text("met")
            ),
        ),
        _ => ("Something unusual happened".to_owned(), String::new()),
    }
}

fn counted(n: i64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn line(staff: &Staff<Team>, alert: &Alert) -> Line {
    let (title, body) = words(&alert.kind, &alert.about, &alert.detail);
    let zone = staff.zone();
    let first = clock::short_moment(alert.raised_at, zone);
    let when = match alert.times {
        1 => first,
        times => format!(
            "{first}, {times} times until {}",
            clock::short_moment(alert.last_at, zone)
        ),
    };
    let seen = alert.seen.as_ref();
    Line {
        id: alert.id.to_string(),
        title,
        body,
        when,
        seen: seen.map_or_else(String::new, |(at, by)| {
            format!("Seen by {by}, {}", clock::short_moment(*at, zone))
        }),
        open: seen.is_none(),
        link: match alert.kind.as_str() {
            "mass_reveal" => Some((staff.link("/trail?action=reveal"), "See them in the trail")),
            "account_guessed" | "unusual_hours" => {
                Some((staff.link("/trail?action=sign_in"), "See the sign-ins in the trail"))
            }
            "program_made" => Some((staff.link("/settings/programs"), "See the programs")),
            _ => None,
        },
    }
}

/// The page.
pub async fn show(staff: Staff<Team>) -> Answer {
    let mut tx = staff.begin().await?;
    let alerts = alerts::alerts(&mut tx, MOST).await?;
    tx.done().await?;
    let (open, seen) = alerts.iter().map(|a| line(&staff, a)).partition(|l| l.open);
    html(&AlertsPage {
        shell: Shell::new(&staff),
        open,
        seen,
    })
}

/// Somebody has seen an alert.
pub async fn see(staff: Staff<Team>, Path((_, id)): Path<(String, String)>, _f: Form) -> Answer {
    let id: Uuid = id.parse().map_err(|_| Failure::Missing)?;
    let mut tx = staff.begin().await?;
    let was_open = alerts::see_alert(&mut tx, id, &staff.member).await?;
    tx.commit().await?;
    let said = match was_open {
        true => "Noted. Should it happen again, there is a new alert.",
        false => "A colleague has seen this already.",
    };
    Ok(see_other_saying(&staff.app, &staff.link("/alerts"), said))
}
