//! The side panel: one booking with its person, what can be done next, and what came before.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, BookingRow};
use aloe_db::patients::{self, Identifier, PatientRecord};
use aloe_domain::booking::{Channel, Status};
use aloe_domain::ids::BookingId;
use aloe_domain::name::query_tokens;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::{Patients, Schedule};
use aloe_domain::phone::PhoneNumber;
use jiff::Timestamp;

use super::state_words;
use crate::clock;
use crate::failure::Failure;
use crate::people::identifier_words;
use crate::people::list::Line;
use crate::session::Staff;

/// One line of history.
pub struct Past {
    /// `3 August 2026`.
    pub when: String,
    /// With whom.
    pub with: String,
    /// Whether they did not come.
    pub missed: bool,
}

/// A step that the booking can take now.
pub struct Step {
    /// The state it leads to.
    pub to: &'static str,
    /// The button's words.
    pub words: &'static str,
    /// Its shortcut.
    pub key: &'static str,
}

/// An identifier with its reveal.
pub struct MaskedLine {
    /// Row.
    pub id: String,
    /// `ID number`, `Scheme` …
    pub label: String,
    /// What everyone sees.
    pub masked: String,
}

/// The panel.
pub struct Panel {
    /// The booking.
    pub id: String,
    /// Its version.
    pub version: i32,
    /// State, or blank.
    pub state: String,
    /// Colour of the state.
    pub tag: &'static str,
    /// Whom to call.
    pub name: String,
    /// `Consultation with Dr Khumalo, 09:20 to 09:40`.
    pub about: String,
    /// The filled button.
    pub next: Option<Step>,
    /// Other steps.
    pub steps: Vec<Step>,
    /// Whether it can be moved or cancelled.
    pub open: bool,
    /// Note for reception: the booking's and the patient's.
    pub notes: Vec<String>,
    /// Facts, in pairs.
    pub facts: Vec<(&'static str, String)>,
    /// Phone for a call.
    pub phone: Option<(String, String)>,
    /// Identifiers.
    pub identifiers: Vec<MaskedLine>,
    /// Whether this member may reveal.
    pub may_reveal: bool,
    /// The patient's file, once known.
    pub patient: Option<String>,
    /// Whether the record may be opened.
    pub clinical: bool,
    /// People on file with the same phone, for reception to choose.
    pub matches: Vec<Line>,
    /// What came before.
    pub past: Vec<Past>,
    /// What happened with this booking.
    pub story: Vec<(String, String)>,
}

/// Reads the panel of a booking.
///
/// # Errors
/// `Missing` when it is not in this member's calendar.
pub async fn load(staff: &Staff<Schedule>, agenda: &Agenda, id: BookingId, now: Timestamp) -> Result<Panel, Failure> {
    let mut tx = staff.begin().await?;
    let b = bookings::find(&mut tx, id).await?;
    let messages = bookings::messages_of(&mut tx, id).await?;
    tx.done().await?;
    let mut tx = staff.begin_for::<Patients>().await?;
    let mut panel = of_booking(staff, agenda, &b, now);
    let zone = agenda.zone(b.location);
    let has_outbox = staff.member.synthetic || staff.app.config.demonstration;
    for m in &messages {
        let channel = if m.channel == "sms" { "SMS" } else { "E-mail" };
        panel.story.push((
            format!("{channel} {}", message_state(&m.state, has_outbox)),
            clock::short_moment(m.at, &zone),
        ));
    }
    match b.patient {
        Some(patient) => {
            let record = patients::find(&mut tx, patient).await?;
            if let Some(birth) = record.birth_date {
                let age = clock::age(birth, now.to_zoned(zone.clone()).date());
                panel
                    .facts
                    .insert(0, ("Born", format!("{} ({age})", clock::plain_date(birth))));
            }
            panel
                .facts
                .insert(0, ("File", format!("{}, {}", record.file_number, record.full_name())));
            if !is_called_so(panel.name.as_str(), &record) {
                panel.notes.insert(
                    0,
                    format!(
                        "Booked as {}, and this is the file of {}. Ask who it is.",
                        panel.name,
                        record.full_name()
                    ),
                );
            }
            if !record.reception_note.is_empty() {
                panel.notes.push(record.reception_note.clone());
            }
            panel.identifiers = patients::identifiers(&mut tx, patient)
                .await?
                .iter()
                .map(masked_line)
                .collect();
            let past = patients::bookings_of(&mut tx, patient).await?;
            panel.past = past
                .iter()
                .filter(|p| p.id != b.id && p.starts_at < now)
                .take(5)
                .map(past_line)
                .collect();
        }
        None => {
            let found = patients::possible_matches(&mut tx, &b.contact_phone).await?;
            panel.matches = found.iter().map(|f| Line::of(f, staff.today())).collect();
        }
    }
    tx.done().await?;
    Ok(panel)
}

/// Whether the name on a booking may be that of a file: they share a part of it.
fn is_called_so(booked: &str, record: &PatientRecord) -> bool {
    let of_file = query_tokens(&record.full_name());
    query_tokens(booked).iter().any(|part| of_file.contains(part))
}

fn message_state(state: &str, has_outbox: bool) -> &'static str {
    match state {
        "queued" => "waiting to be sent",
        "shown" if has_outbox => "in the outbox",
        "shown" => "not sent: no gateway is set up",
        "sent" => "sent",
        "failed" => "failed",
        _ => "not sent",
    }
}

fn masked_line(i: &Identifier) -> MaskedLine {
    MaskedLine {
        id: i.id.to_string(),
        label: identifier_words(&i.kind).to_owned(),
        masked: shown(i),
    }
}

fn shown(i: &Identifier) -> String {
    if i.scheme.is_empty() {
        i.masked.clone()
    } else {
        format!("{}, {}", i.scheme, i.masked)
    }
}

fn past_line(p: &patients::PastBooking) -> Past {
    Past {
        when: clock::plain_date(p.starts_at.to_zoned(p.zone()).date()),
        with: p.resource.clone(),
        missed: p.status == "no_show",
    }
}

fn of_booking(staff: &Staff<Schedule>, agenda: &Agenda, b: &BookingRow, now: Timestamp) -> Panel {
    let zone = agenda.zone(b.location);
    let (state, class) = state_words(b, now);
    let service = agenda.service(b.service).map(|s| s.name.as_str()).unwrap_or_default();
    let with = agenda.resource(b.resource).map(|r| r.name.as_str()).unwrap_or_default();
    let (next, steps) = steps(b.status, b.starts_at <= now);
    let mut facts = vec![("Reference", reference(&b.reference))];
    if agenda.locations.len() > 1 {
        facts.push((
            "Place",
            agenda.location(b.location).map(|l| l.name.clone()).unwrap_or_default(),
        ));
    }
    if !b.for_whom.is_empty() {
        facts.push(("Booked for them by", b.contact_name.clone()));
    }
    for (label, value) in [
        ("Overbooked because", &b.overbook_reason),
        ("Cancelled because", &b.cancel_reason),
    ] {
        if !value.is_empty() {
            facts.push((label, value.clone()));
        }
    }
    let phone = PhoneNumber::parse(&b.contact_phone)
        .ok()
        .map(|p| (p.e164().to_owned(), p.national()));
    Panel {
        id: b.id.to_string(),
        version: b.version,
        state,
        tag: tag(class),
        name: b.person().to_owned(),
        about: format!(
            "{service} with {with}, {} to {}",
            clock::hour_in(b.starts_at, &zone),
            clock::hour_in(b.ends_at, &zone)
        ),
        next,
        steps,
        open: matches!(b.status, Status::Pending | Status::Confirmed | Status::Arrived),
        notes: if b.note.is_empty() {
            Vec::new()
        } else {
            vec![b.note.clone()]
        },
        facts,
        phone,
        identifiers: Vec::new(),
        may_reveal: staff.may(Permission::Reveal) || staff.may(Permission::RevealToVerify),
        patient: b.patient.map(|p| p.to_string()),
        clinical: staff.may(Permission::Clinical),
        matches: Vec::new(),
        past: Vec::new(),
        story: story(b, &zone),
    }
}

fn story(b: &BookingRow, zone: &jiff::tz::TimeZone) -> Vec<(String, String)> {
    let how = match b.channel {
        Channel::Web => "Booked online",
        Channel::Desk => "Booked at the desk",
        Channel::Phone => "Booked by telephone",
        Channel::Api => "Booked by a program",
        Channel::WalkIn => "Walked in",
    };
    let mut story = vec![(how.to_owned(), clock::short_moment(b.created_at, zone))];
    for (words, at) in [
        ("Arrived", b.arrived_at),
        ("Called in", b.started_at),
        ("Done", b.completed_at),
    ] {
        if let Some(at) = at {
            story.push((words.to_owned(), clock::short_moment(at, zone)));
        }
    }
    story
}

fn tag(class: &str) -> &'static str {
    match class {
        "is-arrived" | "is-over" => "warn",
        "is-in" => "ok",
        "is-missed" => "bad",
        "is-pending" => "info",
        _ => "",
    }
}

/// The step that comes next in the life of a booking, and the others. Before its time has begun nobody has failed to come.
fn steps(status: Status, begun: bool) -> (Option<Step>, Vec<Step>) {
    let step = |to, words, key| Step { to, words, key };
    match status {
        Status::Pending => (Some(step("confirmed", "Confirm", "c")), vec![]),
        Status::Confirmed => (
            Some(step("arrived", "Arrived", "a")),
            begun
                .then(|| step("no_show", "Did not come", "x"))
                .into_iter()
                .collect(),
        ),
        Status::Arrived => (
            Some(step("in_progress", "Call in", "c")),
            vec![step("confirmed", "Not here after all", "")],
        ),
        Status::InProgress => (
            Some(step("completed", "Done", "e")),
            vec![step("arrived", "Back to waiting", "")],
        ),
        Status::Completed => (None, vec![step("in_progress", "Not done yet", "")]),
        Status::NoShow => (Some(step("arrived", "Came after all", "a")), vec![]),
        _ => (None, vec![]),
    }
}

/// `K7M4-PQ9X`.
pub fn reference(compact: &str) -> String {
    let (first, second) = compact.split_at_checked(4).unwrap_or((compact, ""));
    format!("{first}-{second}")
}
