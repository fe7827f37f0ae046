//! The clinical file: consultations, the note being written, signing, amending.

pub mod amend;
pub mod draft;
pub mod file;
pub mod sign;

use aloe_db::clinical::{Encounter, EncounterLine, Timeline};
use aloe_db::patients::{self, PatientRecord};
use aloe_domain::ids::{EncounterId, PatientId};
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::{Clinical, Patients};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::calendar::panel::MaskedLine;
use crate::clock;
use crate::failure::Failure;
use crate::people::identifier_words;
use crate::session::Staff;

/// Consultations in the timeline of a page; the file shows all of them when it is asked to.
pub(crate) const NEWEST: i64 = 60;

/// One consultation in the timeline.
pub struct VisitLine {
    /// Its address.
    pub link: String,
    /// When.
    pub when: String,
    /// By whom, and whether it is signed.
    pub below: String,
    /// Whether it is on screen.
    pub here: bool,
}

/// The head and the timeline that every page of a file carries.
pub struct FileFrame {
    /// The patient's id.
    pub patient: String,
    /// Name.
    pub name: String,
    /// `Woman, 40 · born 14 March 1986 · file 4417`.
    pub about: String,
    /// Note for reception that the practitioner should see too.
    pub note: String,
    /// Identifiers, masked.
    pub identifiers: Vec<MaskedLine>,
    /// Whether this member may reveal.
    pub may_reveal: bool,
    /// Consultations, newest first.
    pub visits: Vec<VisitLine>,
    /// How many there are in all.
    pub all: i64,
}

impl FileFrame {
    /// Whether there are more consultations than the timeline shows.
    pub fn hidden(&self) -> bool {
        usize::try_from(self.all).is_ok_and(|all| all > self.visits.len())
    }
}

/// Reads the contact half of the frame.
pub(crate) async fn frame(
    staff: &Staff<Clinical>,
    patient: PatientId,
    visits: &Timeline,
    here: Option<EncounterId>,
) -> Result<FileFrame, Failure> {
    let mut tx = staff.begin_for::<Patients>().await?;
    let record = patients::find(&mut tx, patient).await?;
    let identifiers = patients::identifiers(&mut tx, patient).await?;
    tx.done().await?;
    let line = |i: &patients::Identifier| MaskedLine {
        id: i.id.to_string(),
        label: identifier_words(&i.kind).to_owned(),
        masked: i.masked.clone(),
    };
    Ok(FileFrame {
        patient: patient.to_string(),
        name: record.full_name(),
        about: about(&record, staff.today()),
        note: record.reception_note,
        identifiers: identifiers.iter().map(line).collect(),
        may_reveal: staff.may(Permission::Reveal),
        visits: visits.lines.iter().map(|v| visit(staff, v, here)).collect(),
        all: visits.total,
    })
}

fn about(r: &PatientRecord, today: Date) -> String {
    let sex = match r.sex.as_str() {
        "female" => "Woman",
        "male" => "Man",
        _ => "",
    };
    let sex_and_age = match r.birth_date {
        Some(birth) if sex.is_empty() => {
            format!("{} years · born {}", clock::age(birth, today), clock::plain_date(birth))
        }
        Some(birth) => format!(
            "{sex}, {} · born {}",
            clock::age(birth, today),
            clock::plain_date(birth)
        ),
        None => sex.to_owned(),
    };
    format!("{sex_and_age} · file {}", r.file_number)
        .trim_start_matches(" · ")
        .to_owned()
}

fn visit(staff: &Staff<Clinical>, v: &EncounterLine, here: Option<EncounterId>) -> VisitLine {
    let state = match (v.signed_at, v.draft_saved_at) {
        (Some(_), _) => "signed".to_owned(),
        (None, Some(at)) => format!("draft, saved {}", clock::hour_in(at, staff.zone())),
        (None, None) => "not begun".to_owned(),
    };
    VisitLine {
        link: staff.link(&format!("/consultations/{}", v.id)),
        when: clock::plain_moment(v.started_at, staff.zone()),
        below: format!("{} · {state}", v.practitioner),
        here: here == Some(v.id),
    }
}

/// A consultation's id in a path.
pub(crate) fn id_of(text: &str) -> Result<EncounterId, Failure> {
    text.parse().map_err(|_| Failure::Missing)
}

/// The registration number of the member's own diary, to stand under a signature.
pub(crate) async fn registration_number(staff: &Staff<Clinical>) -> Result<String, Failure> {
    let Some(own) = staff.member.resource else {
        return Ok(String::new());
    };
    let mut tx = staff.begin_as_member().await?;
    let agenda = aloe_db::agenda::Agenda::load(&mut tx, staff.today()).await?;
    tx.done().await?;
    Ok(agenda
        .resource(own)
        .map(|r| r.registration_number.clone())
        .unwrap_or_default())
}

/// `Consultation, 24 November 2026, 08:45`.
pub(crate) fn title(e: &Encounter, zone: &TimeZone) -> String {
    format!("Consultation, {}", clock::plain_moment(e.started_at, zone))
}
