//! What an entry of the trail says: the act, and the values before and after, in the words of the pages.

use std::collections::HashMap;

use aloe_db::agenda::Agenda;
use aloe_db::team::TeamMember;
use aloe_db::trail::Entry;
use aloe_domain::ids::PatientId;
use aloe_domain::language::Language;
use aloe_domain::permission::Role;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::clock;
use crate::page::role_words;
use crate::people::show::status_words;

/// One value that changed.
pub struct Change {
    /// Which.
    pub label: String,
    /// Before, or blank.
    pub was: String,
    /// After, or blank.
    pub became: String,
}

/// Names of what entries know by id, and the zone of their moments.
pub struct Names {
    of: HashMap<String, String>,
    zone: TimeZone,
}

impl Names {
    /// Of the diaries, services, places and people of an organisation.
    pub fn of(agenda: &Agenda, members: &[TeamMember], zone: &TimeZone) -> Self {
        let diaries = agenda.resources.iter().map(|r| (r.id.to_string(), r.name.clone()));
        let services = agenda.services.iter().map(|s| (s.id.to_string(), s.name.clone()));
        let places = agenda.locations.iter().map(|l| (l.id.to_string(), l.name.clone()));
        let people = members
            .iter()
            .flat_map(|m| [(m.id.to_string(), m.name.clone()), (m.user.to_string(), m.name.clone())]);
        Self {
            of: diaries.chain(services).chain(places).chain(people).collect(),
            zone: zone.clone(),
        }
    }

    /// People whom entries speak of, with the numbers of their files.
    pub fn add_people(&mut self, known: Vec<(PatientId, String, i64)>) {
        let each = known.into_iter();
        self.of
            .extend(each.map(|(id, name, file)| (id.to_string(), format!("{name}, file {file}"))));
    }

    /// `Tue 24 Nov 09:20:11`.
    pub fn moment(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone());
        format!("{} {}", clock::short_date(at.date()), at.strftime("%H:%M:%S"))
    }
}

/// What was done.
pub fn act(e: &Entry) -> String {
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
        "session_ended" => "Ended other sessions of their own".to_owned(),
        "password_changed" => "Changed their password".to_owned(),
        "reset_asked" => "Asked for a link to replace a forgotten password".to_owned(),
        "password_reset" => "Replaced a forgotten password".to_owned(),
        "factor_added" => "Added a second factor".to_owned(),
        "factor_removed" => "Turned off a second factor".to_owned(),
        "recovery_codes_made" => "Made new recovery codes".to_owned(),
        "recovery_code" => "Used a recovery code".to_owned(),
        "proved_again" => "Confirmed who they are".to_owned(),
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
        "programs" => "a program",
        "alerts" => "an alert",
        "factor_removals" => "the turning off of a lost second factor",
        "organisations" => "the organisation's settings",
        "locations" => "a place",
        "resources" => "a diary",
        "services" => "a service",
        "service_resources" => "who offers a service",
        "weekly_hours" => "weekly hours",
        "closures" => "a closure or blocked time",
        "privacy_notices" => "the privacy notice",
        "messages" => "a message",
        "organisation_keys" => "a key of the organisation",
        _ => "a record",
    }
}

/// The ids of people among the values of entries, to be looked up before they are said.
pub fn people_in(entries: &[Entry]) -> Vec<uuid::Uuid> {
    let objects = entries.iter().flat_map(|e| [e.before.as_ref(), e.after.as_ref()]);
    let values = objects.flatten().filter_map(Value::as_object).flatten();
    let of_people = values.filter(|(column, _)| PEOPLE.contains(&column.as_str()));
    of_people
        .filter_map(|(_, value)| value.as_str()?.parse().ok())
        .collect()
}

/// Columns that hold the id of a file.
const PEOPLE: [&str; 4] = ["patient_id", "merged_into", "kept_id", "merged_id"];

/// The values before and after; sealed ones are only named.
pub fn changes(e: &Entry, names: &Names) -> Vec<Change> {
    let empty = serde_json::Map::new();
    let was = e.before.as_ref().and_then(Value::as_object).unwrap_or(&empty);
    let became = e.after.as_ref().and_then(Value::as_object).unwrap_or(&empty);
    let mut columns: Vec<&String> = was.keys().chain(became.keys()).collect();
    columns.sort();
    columns.dedup();
    // Which key seals a note is the file's own, and no word to anybody.
    columns.retain(|column| *column != "sealed_for");
    let one = |column: &String| Change {
        label: label(column),
        was: value(e, column, was.get(column), names),
        became: value(e, column, became.get(column), names),
    };
    columns.into_iter().map(one).filter(|c| c.was != c.became).collect()
}

fn label(column: &str) -> String {
    let words = match column {
        "resource_id" => "diary",
        "service_id" => "service",
        "location_id" => "place",
        "patient_id" => "patient",
        "membership_id" => "member",
        "user_id" => "person",
        "kept_id" => "kept file",
        "merged_id" => "merged file",
        "starts_at" => "starts",
        "ends_at" => "ends",
        "contact_name" => "name",
        "contact_phone" => "phone",
        "overbook_reason" => "reason for squeezing in",
        "cancel_reason" => "reason for cancelling",
        "notice_version" => "privacy notice",
        "notice_shown_at" => "notice shown",
        "arrived_at" => "arrived",
        "started_at" => "begun",
        "completed_at" => "done",
        "officer_name" => "information officer",
        "officer_email" => "officer's e-mail",
        "officer_phone" => "officer's phone",
        "lead_minutes" => "minutes ahead",
        "horizon_days" => "days ahead",
        "daily_limit" => "most in a day",
        "buffer_before" => "minutes before",
        "buffer_after" => "minutes after",
        "bookable_online" | "online" => "booked online",
        "live" => "booking page open",
        "factor_for_all" => "everybody needs a second factor",
        "factor_optional" => "second factor for owners only",
        "reception_may_reveal" => "reception may reveal",
        "merged_into" => "merged into",
        "retired_at" => "retired",
        "made_at" => "made",
        other => return other.trim_end_matches("_id").replace('_', " "),
    };
    words.to_owned()
}

fn value(e: &Entry, column: &str, value: Option<&Value>, names: &Names) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(_) if matches!(column, "sealed" | "wrapped" | "subject_key") => "sealed".to_owned(),
        Some(Value::String(text)) => text_words(e, column, text, names),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Array(items)) if column.starts_with("moved_") => items.len().to_string(),
        Some(Value::Array(items)) => {
            let each = items.iter().map(|i| match i.as_str() {
                Some(code) if column == "roles" => role(code),
                Some(text) => text.to_owned(),
                None => i.to_string(),
            });
            each.collect::<Vec<_>>().join(", ")
        }
        Some(Value::Number(number)) => number_words(column, number),
        Some(other) => other.to_string(),
    }
}

fn text_words(e: &Entry, column: &str, text: &str, names: &Names) -> String {
    if let Some(name) = names.of.get(text) {
        return name.clone();
    }
    let is_id = column.ends_with("_id") || column == "merged_into";
    if is_id && e.patient.is_some_and(|patient| patient.to_string() == text) {
        return e.patient_name.clone().unwrap_or_else(|| "this patient".into());
    }
    if is_id {
        // Not one of these names: a file or a row that the first part tells apart from others.
        return format!("no. {}", text.rsplit('-').next().unwrap_or_default());
    }
    match (column, text.parse::<Timestamp>()) {
        (_, Ok(at)) => names.moment(at),
        ("status", _) => status_words(text).to_owned(),
        ("language", _) => Language::from_code(text).map_or_else(|| text.to_owned(), |l| l.own_name().to_owned()),
        ("channel" | "kind" | "sex" | "for_whom", _) => text.replace('_', " "),
        _ => text.chars().take(120).collect(),
    }
}

fn number_words(column: &str, number: &serde_json::Number) -> String {
    let whole = number.as_i64().and_then(|n| i32::try_from(n).ok());
    match (column, whole) {
        ("weekday", Some(day @ 1..=7)) => jiff::civil::Weekday::from_monday_one_offset(i8::try_from(day).unwrap_or(1))
            .map(clock::weekday_name)
            .unwrap_or_default()
            .to_owned(),
        ("opens" | "closes", Some(minutes)) => clock::minutes(minutes),
        _ => number.to_string(),
    }
}

fn role(code: &str) -> String {
    Role::from_code(code).map_or_else(|| code.to_owned(), |role| role_words(role).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(before: Value, after: Value) -> Entry {
        Entry {
            before: Some(before),
            after: Some(after),
            ..Entry::default()
        }
    }

    fn said(before: Value, after: Value) -> Vec<(String, String, String)> {
        let names = Names {
            of: HashMap::from([
                ("01a2-one".to_owned(), "Dr Nkosi".to_owned()),
                ("01a2-two".to_owned(), "Dr Botha".to_owned()),
            ]),
            zone: TimeZone::get("Africa/Johannesburg").unwrap(),
        };
        let each = |c: Change| (c.label, c.was, c.became);
        changes(&entry(before, after), &names).into_iter().map(each).collect()
    }

    fn one(before: Value, after: Value) -> String {
        let (label, was, became) = said(before, after).remove(0);
        format!("{label}: {was} > {became}")
    }

    #[test]
    fn a_moved_booking_says_from_whom_to_whom_and_when() {
        let moved = said(
            json!({"resource_id": "01a2-one", "starts_at": "2026-11-24T07:20:00+00:00"}),
            json!({"resource_id": "01a2-two", "starts_at": "2026-11-24T08:00:00+00:00"}),
        );
        assert_eq!(moved[0], ("diary".into(), "Dr Nkosi".into(), "Dr Botha".into()));
        assert_eq!(moved[1].2, "Tue 24 Nov 10:00:00");
    }

    #[test]
    fn codes_and_numbers_are_words() {
        assert_eq!(
            one(json!({"status": "confirmed"}), json!({"status": "no_show"})),
            "status: booked > did not come"
        );
        assert_eq!(
            one(json!({"opens": 480}), json!({"opens": 510})),
            "opens: 08:00 > 08:30"
        );
        assert_eq!(
            one(json!({"weekday": 1}), json!({"weekday": 7})),
            "weekday: Monday > Sunday"
        );
        assert_eq!(
            one(
                json!({"roles": ["reception"]}),
                json!({"roles": ["reception", "owner"]})
            ),
            "roles: Reception > Reception, Owner"
        );
        assert_eq!(
            one(json!({}), json!({"overbook_reason": "a sick child"})),
            "reason for squeezing in:  > a sick child"
        );
        assert_eq!(one(json!({"sealed": "\\x01"}), json!({})), "sealed: sealed > ");
    }

    #[test]
    fn what_did_not_change_is_left_out() {
        assert!(
            said(
                json!({"name": "A", "active": true}),
                json!({"name": "A", "active": true})
            )
            .is_empty()
        );
    }
}
