//! The audit trail: who, as what, when, from where, before and after in words. Whose entries are seen is the database's to
//! say; looking is an entry too.

use aloe_db::team;
use aloe_db::trail::{self, Act, Entry, Filter};
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::AuditOwn;
use askama::Template;
use axum::extract::Query;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::clinical::zone;
use crate::clock;
use crate::page::{Answer, Shell, html};
use crate::session::Staff;

/// The filters of the page.
#[derive(serde::Deserialize, Default)]
pub struct Wanted {
    #[serde(default)]
    user: String,
    #[serde(default)]
    patient: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    before: String,
}

/// A changed value in words.
pub struct Change {
    label: String,
    was: String,
    became: String,
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
}

const ACTIONS: [(&str, &str); 10] = [
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
];

/// Entries on one page.
const PAGE: i64 = 60;

/// Shows the trail.
pub async fn show(staff: Staff<AuditOwn>, Query(wanted): Query<Wanted>) -> Answer {
    let today = clock::now().to_zoned(zone()).date();
    let from: Date = wanted
        .from
        .parse()
        .unwrap_or_else(|_| today.checked_sub(30.days()).unwrap_or(today));
    let to: Date = wanted.to.parse().unwrap_or(today);
    let filter = Filter {
        from: clock::day_bounds(from, &zone()).0,
        to: clock::day_bounds(to, &zone()).1,
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
    let entries = trail::list(&mut tx, &filter).await?;
    tx.commit().await?;
    let all = staff.may(Permission::AuditAll);
    let people = if all { members(&staff).await? } else { Vec::new() };
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
        people,
        actions: ACTIONS.to_vec(),
        user: wanted.user,
        patient: wanted.patient,
        action: filter.action,
        from: from.to_string(),
        to: to.to_string(),
        lines: entries.iter().map(line).collect(),
        older,
    })
}

async fn members(staff: &Staff<AuditOwn>) -> Result<Vec<(String, String)>, crate::failure::Failure> {
    let mut tx = staff.begin_as_member().await?;
    let members = team::members(&mut tx).await?;
    tx.done().await?;
    Ok(members.iter().map(|m| (m.user.to_string(), m.name.clone())).collect())
}

fn line(e: &Entry) -> Line {
    Line {
        when: moment(e.at),
        who: e.actor.clone(),
        roles: e.roles.clone(),
        source: e
            .source
            .clone()
            .unwrap_or_default()
            .trim_end_matches("/32")
            .trim_end_matches("/128")
            .to_owned(),
        what: words(e),
        denied: e.outcome == "denied",
        patient: e.patient.map(|id| {
            (
                id.to_string(),
                e.patient_name.clone().unwrap_or_else(|| "a patient".into()),
            )
        }),
        changes: changes(e),
    }
}

fn moment(at: Timestamp) -> String {
    let at = at.to_zoned(zone());
    format!("{} {}", clock::short_date(at.date()), at.strftime("%H:%M:%S"))
}

/// What was done, in words.
fn words(e: &Entry) -> String {
    let thing = thing(&e.entity);
    let purpose = if e.purpose.is_empty() {
        String::new()
    } else {
        format!(", {}", e.purpose)
    };
    match e.action.as_str() {
        "reveal" => format!("Revealed a number{purpose}"),
        "open_file" => "Opened the clinical file".to_owned(),
        "search" => "Searched for people".to_owned(),
        "read_trail" => "Looked at the audit trail".to_owned(),
        "denied" => "Tried what the roles do not allow".to_owned(),
        "sign_in" if e.outcome == "denied" => "Sign-in failed".to_owned(),
        "sign_in" => "Signed in".to_owned(),
        "sign_out" => "Signed out".to_owned(),
        "token_reused" => "A spent session token came back: the session was ended".to_owned(),
        "enter" => format!("Entered as operator{purpose}"),
        "insert" => format!("Added {thing}"),
        "delete" => format!("Removed {thing}"),
        _ => format!("Changed {thing}"),
    }
}

fn thing(entity: &str) -> &'static str {
    match entity {
        "bookings" => "a booking",
        "patients" => "contact details",
        "identifiers" => "an identifier",
        "patient_merges" => "a merge of two files",
        "encounters" => "a consultation",
        "note_drafts" => "the draft of a note",
        "notes" => "a signed note",
        "memberships" => "a member of the team",
        "invitations" => "an invitation",
        "organisations" => "the organisation's settings",
        "locations" => "a place",
        "resources" => "a diary",
        "services" => "a service",
        "service_resources" => "who offers a service",
        "weekly_hours" => "weekly hours",
        "closures" => "a closure",
        "privacy_notices" => "the privacy notice",
        "messages" => "a message",
        "organisation_keys" => "a key of the organisation",
        _ => "a record",
    }
}

/// The values before and after; sealed ones are only named.
fn changes(e: &Entry) -> Vec<Change> {
    let empty = serde_json::Map::new();
    let was = e.before.as_ref().and_then(Value::as_object).unwrap_or(&empty);
    let became = e.after.as_ref().and_then(Value::as_object).unwrap_or(&empty);
    let mut labels: Vec<&String> = was.keys().chain(became.keys()).collect();
    labels.sort();
    labels.dedup();
    let one = |label: &String| Change {
        label: label.trim_end_matches("_id").replace('_', " "),
        was: shown(label, was.get(label)),
        became: shown(label, became.get(label)),
    };
    labels
        .into_iter()
        .filter(|l| *l == "patient_id" || (!l.ends_with("_id") && *l != "wrapped"))
        .map(one)
        .filter(|c| c.was != c.became)
        .take(14)
        .collect()
}

fn shown(label: &str, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(_) if label == "sealed" => "sealed text".to_owned(),
        Some(Value::String(id)) if label == "patient_id" => format!("file {}", id.get(..8).unwrap_or_default()),
        Some(Value::String(text)) => match text.parse::<Timestamp>() {
            Ok(at) => moment(at),
            Err(_) => text.chars().take(120).collect(),
        },
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        Some(other) => other.to_string(),
    }
}
