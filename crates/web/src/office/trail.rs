//! The audit trail: who, as what, when, from where, before and after in words. Whose entries are seen is the database's to
//! say; looking is an entry too.

use aloe_db::agenda::Agenda;
use aloe_db::patients::{names_of, of_file_number};
use aloe_db::team;
use aloe_db::trail::{self, Act, Entry, Filter};
use aloe_domain::ids::PatientId;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::{AuditOwn, Patients};
use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;

use super::trail_words::{Change, Names, act, changes, people_in};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html};
use crate::query::Query;
use crate::session::Staff;

/// The filters of the page.
#[derive(serde::Deserialize, Default)]
pub struct Wanted {
    #[serde(default)]
    user: String,
    #[serde(default)]
    patient: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    before: String,
}

/// One line of the trail.
pub struct Line {
    when: String,
    who: String,
    roles: String,
    source: String,
    what: String,
    denied: bool,
    patient: Option<(String, String)>,
    changes: Vec<Change>,
}

#[derive(Template)]
#[template(path = "office/trail.html")]
struct TrailPage {
    shell: Shell,
    scope: &'static str,
    people: Vec<(String, String)>,
    actions: Vec<(&'static str, &'static str)>,
    user: String,
    patient: String,
    action: String,
    from: String,
    to: String,
    lines: Vec<Line>,
    older: Option<String>,
    f: Form,
}

const ACTIONS: [(&str, &str); 13] = [
    ("open_file", "Opened a clinical file"),
    ("reveal", "Revealed a number"),
    ("search", "Searched for people"),
    ("read_trail", "Looked at the audit trail"),
    ("insert", "Added"),
    ("update", "Changed"),
    ("delete", "Removed"),
    ("denied", "Tried what the roles do not allow"),
    ("sign_in", "Signed in"),
    ("sign_out", "Signed out"),
    ("session_ended", "Other sessions ended"),
    ("password_changed", "Password changed"),
    ("password_reset", "Password replaced"),
];

/// Entries on one page.
const PAGE: i64 = 60;

/// A day that a trail may have; other years are typing errors, and some of them no day to the database.
fn day_of(text: &str) -> Option<Date> {
    text.parse::<Date>()
        .ok()
        .filter(|day| (2000..=2200).contains(&day.year()))
}

/// Shows the trail.
pub async fn show(staff: Staff<AuditOwn>, Query(mut wanted): Query<Wanted>) -> Answer {
    let typed = [("file", &wanted.file), ("from", &wanted.from), ("to", &wanted.to)];
    let mut f = Form::filled(typed.map(|(name, value)| (name, value.clone())));
    if let Some(patient) = of_file(&staff, &mut f).await? {
        wanted.patient = patient.to_string();
    }
    let today = staff.today();
    let day = |text: &str| day_of(text).ok_or("Choose a day, as 2026-03-14.");
    let from = f.parse_optional("from", day);
    let from = from.unwrap_or_else(|| today.checked_sub(30.days()).unwrap_or(today));
    let to = f.parse_optional("to", day).unwrap_or(today);
    if to < from {
        f.complain("to", "The last day is before the first.");
    }
    for (name, id) in [("user", &wanted.user), ("patient", &wanted.patient)] {
        if !id.is_empty() && id.parse::<uuid::Uuid>().is_err() {
            f.complain(name, "Nobody has this address. Choose from the list.");
        }
    }
    let filter = Filter {
        from: clock::day_bounds(from, staff.zone()).0,
        to: clock::day_bounds(to, staff.zone()).1,
        user: wanted.user.parse().ok(),
        patient: wanted.patient.parse().ok(),
        action: ACTIONS
            .iter()
            .find(|(code, _)| *code == wanted.action)
            .map(|(code, _)| (*code).to_owned())
            .unwrap_or_default(),
        before: wanted.before.parse().ok(),
        most: PAGE,
    };
    let mut tx = staff.begin().await?;
    tx.record(&Act {
        action: "read_trail",
        entity: "audit_entries",
        entity_id: None,
        patient: filter.patient,
        purpose: "",
        detail: None,
    })
    .await?;
    let entries = if f.is_fine() {
        trail::list(&mut tx, &filter).await?
    } else {
        Vec::new()
    };
    tx.commit().await?;
    let all = staff.may(Permission::AuditAll);
    let mut tx = staff.begin_as_member().await?;
    let members = team::members(&mut tx).await?;
    let agenda = Agenda::load(&mut tx, today).await?;
    tx.done().await?;
    let mut names = Names::of(&agenda, &members, staff.zone());
    let mut tx = staff.begin_for::<Patients>().await?;
    let known = names_of(&mut tx, &people_in(&entries)).await?;
    tx.done().await?;
    names.add_people(known);
    let people = members
        .iter()
        .filter(|_| all)
        .map(|m| (m.user.to_string(), m.name.clone()));
    let older = entries
        .last()
        .filter(|_| i64::try_from(entries.len()).unwrap_or(0) == PAGE);
    let older = older.map(|e| {
        format!(
            "?user={}&patient={}&action={}&from={from}&to={to}&before={}",
            wanted.user, wanted.patient, wanted.action, e.id
        )
    });
    html(&TrailPage {
        shell: Shell::new(&staff),
        scope: match (all, staff.may(Permission::AuditOwnPatients)) {
            (true, _) => "Every act in this organisation.",
            (false, true) => "Your own acts, and what concerned the patients you have seen.",
            (false, false) => "Your own acts.",
        },
        people: people.collect(),
        actions: ACTIONS.to_vec(),
        user: wanted.user,
        patient: wanted.patient,
        action: filter.action,
        from: from.to_string(),
        to: to.to_string(),
        lines: entries.iter().map(|e| line(e, &names)).collect(),
        older,
        f,
    })
}

/// The patient of the file number that was typed, if one was.
async fn of_file(staff: &Staff<AuditOwn>, f: &mut Form) -> Result<Option<PatientId>, Failure> {
    let Some(number) = f.parse_optional("file", |text| {
        let number = text.trim().parse::<i64>().ok().filter(|n| *n > 0);
        number.ok_or("Type the number of the file, digits alone.")
    }) else {
        return Ok(None);
    };
    let mut tx = staff.begin_for::<Patients>().await?;
    let patient = of_file_number(&mut tx, number).await?;
    tx.done().await?;
    if patient.is_none() {
        f.complain("file", format!("There is no file {number} here."));
    }
    Ok(patient)
}

fn line(e: &Entry, names: &Names) -> Line {
    Line {
        when: names.moment(e.at),
        who: e.actor.clone(),
        roles: e.roles.clone(),
        source: e
            .source
            .clone()
            .unwrap_or_default()
            .trim_end_matches("/32")
            .trim_end_matches("/128")
            .to_owned(),
        what: act(e),
        denied: e.outcome == "denied",
        patient: e.patient.map(|id| {
            (
                id.to_string(),
                e.patient_name.clone().unwrap_or_else(|| "a patient".into()),
            )
        }),
        changes: changes(e, names),
    }
}
