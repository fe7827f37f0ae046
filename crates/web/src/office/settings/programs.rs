//! Programs that work with the organisation's data: made, watched and revoked here.

use aloe_db::programs::{self, NewProgram, Program};
use aloe_domain::permission::need::Settings;
use aloe_domain::permission::{Permission, PermissionSet};
use aloe_domain::text::OneLine;
use aloe_vault::{Token, TokenDomain};
use askama::Template;
use axum::extract::Path;
use uuid::Uuid;

use super::{Tab, tabs};
use crate::api::CREDENTIAL_PREFIX;
use crate::clock;
use crate::door::proof::Asked;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html, refused, see_other_saying};
use crate::session::Staff;

/// What may be ticked: code, words, and the permissions that it stands for.
const CHOICES: [(&str, &str, PermissionSet); 4] = [
    (
        "bookings",
        "Read and change the calendar and its bookings",
        PermissionSet::of(&[Permission::Schedule]),
    ),
    (
        "people",
        "Find, read and register people: names and contact details, numbers masked",
        PermissionSet::of(&[Permission::Patients, Permission::AllPatients]),
    ),
    (
        "overbook",
        "Squeeze a booking in, with a reason",
        PermissionSet::of(&[Permission::Overbook]),
    ),
    (
        "trail",
        "Read the trail of its own acts",
        PermissionSet::of(&[Permission::AuditOwn]),
    ),
];

/// For how long a credential may work.
const DAYS: [(&str, &str, u16); 3] = [("30", "30 days", 30), ("90", "90 days", 90), ("365", "A year", 365)];

/// One program on the page.
pub struct Line {
    id: String,
    name: String,
    may: String,
    made: String,
    state: String,
    used: String,
    works: bool,
}

#[derive(Template)]
#[template(path = "office/settings/programs.html")]
struct ProgramsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    choices: Vec<(&'static str, &'static str)>,
    days: Vec<(String, String)>,
    /// The credential of the program that was just made, with its name.
    made: Option<(String, String)>,
    origin: String,
    f: Form,
}

async fn page(staff: &Staff<Settings>, f: Form, made: Option<(String, String)>) -> Result<ProgramsPage, Failure> {
    let mut tx = staff.begin().await?;
    let all = programs::programs(&mut tx).await?;
    tx.done().await?;
    Ok(ProgramsPage {
        shell: Shell::new(staff),
        tabs: tabs(staff),
        lines: all.iter().map(|program| line(staff, program)).collect(),
        choices: CHOICES.iter().map(|(code, words, _)| (*code, *words)).collect(),
        days: DAYS
            .iter()
            .map(|(code, words, _)| ((*code).into(), (*words).into()))
            .collect(),
        made,
        origin: staff.app.config.origin.clone(),
        f,
    })
}

fn line(staff: &Staff<Settings>, p: &Program) -> Line {
    let zone = staff.zone();
    let may = CHOICES
        .iter()
        .filter(|(_, _, all)| all.iter().all(|permission| p.permissions.contains(permission)))
        .map(|(_, words, _)| (*words).to_owned())
        .collect::<Vec<_>>();
    let over = p.expires_at < clock::now();
    let state = match &p.revoked {
        Some((at, by)) if by.is_empty() => {
            format!("Ended with its maker's role, {}", clock::short_moment(*at, zone))
        }
        Some((at, by)) => format!("Revoked by {by}, {}", clock::short_moment(*at, zone)),
        None if over => format!("Over since {}", clock::plain_moment(p.expires_at, zone)),
        None => format!("Works until {}", clock::plain_moment(p.expires_at, zone)),
    };
    let used = match &p.last_used {
        Some((at, Some(source))) => format!("Used last {} from {source}", clock::short_moment(*at, zone)),
        Some((at, None)) => format!("Used last {}", clock::short_moment(*at, zone)),
        None => "Never used".to_owned(),
    };
    Line {
        id: p.id.to_string(),
        name: p.name.clone(),
        may: may.join(". "),
        made: format!("Made by {}, {}", p.made_by, clock::short_moment(p.made_at, zone)),
        state,
        used,
        works: p.revoked.is_none() && !over,
    }
}

/// The page.
pub async fn show(staff: Staff<Settings>) -> Answer {
    html(&page(&staff, Form::default(), None).await?)
}

/// Makes a program, and shows its credential this once.
pub async fn create(staff: Staff<Settings>, mut f: Form) -> Answer {
    let asked = Asked::member(&staff, "/settings/programs", "let a program in");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let name = f.parse("name", OneLine::<60>::parse);
    let ticked = CHOICES.iter().filter(|(code, _, _)| f.has("may", code));
    let permissions = ticked.fold(PermissionSet::EMPTY, |set, (_, _, more)| set.union(*more));
    if permissions == PermissionSet::EMPTY {
        f.complain("may", "Tick what the program is to do.");
    }
    let days = DAYS
        .iter()
        .find(|(code, _, _)| *code == f.get("days"))
        .map(|(_, _, days)| *days);
    let (Some(name), Some(days)) = (name.filter(|_| f.is_fine()), days) else {
        return refused(&page(&staff, f, None).await?);
    };
    let credential = Token::random()?;
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice("/settings/programs"));
    }
    let new = NewProgram {
        name: name.as_str(),
        permissions,
        credential: &credential.hash(TokenDomain::PROGRAM),
        days,
    };
    let made = programs::make(&mut tx, &new).await;
    if let Err(page) = asked.ask(made, &f).await? {
        return Ok(page);
    }
    tx.commit().await?;
    let shown = format!("{CREDENTIAL_PREFIX}{}", credential.to_text().expose());
    html(&page(&staff, Form::default(), Some((name.as_str().to_owned(), shown))).await?)
}

/// Revokes a program: its very next request is refused.
pub async fn revoke(staff: Staff<Settings>, Path((_, id)): Path<(String, String)>, _f: Form) -> Answer {
    let id: Uuid = id.parse().map_err(|_| Failure::Missing)?;
    let mut tx = staff.begin().await?;
    let worked = programs::revoke(&mut tx, id).await?;
    tx.commit().await?;
    let said = match worked {
        true => "Revoked. Its next request is refused.",
        false => "It was revoked already.",
    };
    Ok(see_other_saying(&staff.app, &staff.link("/settings/programs"), said))
}
