//! One person's contact details. The clinical record is elsewhere, and not here for everyone.

use aloe_db::patients::{self, Merged, PatientRecord};
use aloe_domain::ids::PatientId;
use aloe_domain::language::Language;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::Patients;
use aloe_domain::phone::PhoneNumber;
use askama::Template;
use axum::extract::Path;
use jiff::tz::TimeZone;

use super::identifier_words;
use crate::calendar::panel::MaskedLine;
use crate::clock;
use crate::failure::Failure;
use crate::page::{Answer, Shell, html};
use crate::session::Staff;

/// One booking in the list.
pub struct BookingLine {
    when: String,
    what: String,
    with: String,
    status: &'static str,
    link: String,
}

/// A merge that can be undone.
pub struct MergeLine {
    id: String,
    name: String,
    file: i64,
    when: String,
}

#[derive(Template)]
#[template(path = "people/show.html")]
struct PatientPage {
    shell: Shell,
    id: String,
    name: String,
    file: i64,
    facts: Vec<(&'static str, String)>,
    note: String,
    identifiers: Vec<MaskedLine>,
    may_reveal: bool,
    clinical: bool,
    audit: bool,
    bookings: Vec<BookingLine>,
    may_merge: bool,
    merges: Vec<MergeLine>,
    merged_into: Option<String>,
}

/// A file's id in a path.
///
/// # Errors
/// `Missing` for anything else.
pub fn id_of(text: &str) -> Result<PatientId, Failure> {
    text.parse().map_err(|_| Failure::Missing)
}

/// Shows the details.
pub async fn show(staff: Staff<Patients>, Path((_, id)): Path<(String, String)>) -> Answer {
    let id = id_of(&id)?;
    let mut tx = staff.begin().await?;
    let record = patients::find(&mut tx, id).await?;
    let identifiers = patients::identifiers(&mut tx, id).await?;
    let bookings = patients::bookings_of(&mut tx, id).await?;
    let merges = patients::merges_of(&mut tx, id).await?;
    tx.done().await?;
    html(&PatientPage {
        shell: Shell::new(&staff),
        id: id.to_string(),
        name: record.full_name(),
        file: record.file_number,
        facts: facts(&record, staff.zone()),
        note: record.reception_note.clone(),
        identifiers: identifiers.iter().map(masked).collect(),
        may_reveal: staff.may(Permission::Reveal) || staff.may(Permission::RevealToVerify),
        clinical: staff.may(Permission::Clinical),
        audit: staff.may(Permission::AuditAll) || staff.may(Permission::AuditOwnPatients),
        bookings: bookings.iter().map(|b| booking_line(&staff, b)).collect(),
        may_merge: staff.may(Permission::AllPatients),
        merges: merges.iter().map(|m| merge_line(m, staff.zone())).collect(),
        merged_into: record.merged_into.map(|m| m.to_string()),
    })
}

fn masked(i: &patients::Identifier) -> MaskedLine {
    let shown = match (i.scheme.as_str(), i.country.as_str()) {
        ("", "" | "ZAF") => i.masked.clone(),
        ("", country) => format!("{country} {}", i.masked),
        (scheme, _) if i.dependant_code.is_empty() => format!("{scheme}, {}", i.masked),
        (scheme, _) => format!("{scheme}, {}, dependant {}", i.masked, i.dependant_code),
    };
    MaskedLine {
        id: i.id.to_string(),
        label: identifier_words(&i.kind).to_owned(),
        masked: shown,
    }
}

/// The facts of a file, without blanks.
pub(crate) fn facts(r: &PatientRecord, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let today = clock::now().to_zoned(zone.clone()).date();
    let born = r
        .birth_date
        .map(|b| format!("{} ({})", clock::plain_date(b), clock::age(b, today)));
    let language = Language::from_code(&r.language)
        .map(Language::own_name)
        .unwrap_or_default();
    let notice = r.notice.map(|(v, at)| {
        format!(
            "version {v}, shown {}",
            clock::plain_date(at.to_zoned(zone.clone()).date())
        )
    });
    [
        ("Born", born.unwrap_or_default()),
        (
            "Sex",
            if r.sex == "unknown" {
                String::new()
            } else {
                r.sex.clone()
            },
        ),
        (
            "Phone",
            PhoneNumber::parse(&r.phone).map(|p| p.national()).unwrap_or_default(),
        ),
        ("E-mail", r.email.clone()),
        ("Language", language.to_owned()),
        ("Address", r.address.clone()),
        ("Privacy notice", notice.unwrap_or_else(|| "not shown yet".to_owned())),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

fn booking_line(staff: &Staff<Patients>, b: &patients::PastBooking) -> BookingLine {
    let zone = b.zone();
    let date = b.starts_at.to_zoned(zone.clone()).date();
    BookingLine {
        when: clock::plain_moment(b.starts_at, &zone),
        what: b.service.clone(),
        with: b.resource.clone(),
        status: status_words(&b.status),
        link: staff.link(&format!("/calendar?date={date}&booking={}", b.id)),
    }
}

/// The state of a booking in words.
pub(crate) fn status_words(code: &str) -> &'static str {
    match code {
        "pending" => "to confirm",
        "confirmed" => "booked",
        "arrived" => "waiting",
        "in_progress" => "being seen",
        "completed" => "done",
        "no_show" => "did not come",
        _ => "cancelled",
    }
}

fn merge_line(m: &Merged, zone: &TimeZone) -> MergeLine {
    MergeLine {
        id: m.id.to_string(),
        name: m.name.clone(),
        file: m.file_number,
        when: clock::plain_date(m.at.to_zoned(zone.clone()).date()),
    }
}
