//! Opening a file, beginning a consultation, and the page of one.

use aloe_db::bookings;
use aloe_db::clinical::{self, Draft, Sections, SignedNote};
use aloe_domain::booking::Status;
use aloe_domain::ids::BookingId;
use aloe_domain::permission::need::{Clinical, Schedule};
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::tz::TimeZone;

use super::{FileFrame, frame, id_of};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html, see_other};
use crate::people::show::id_of as patient_id;
use crate::query::Query;
use crate::session::Staff;

/// A signed note on the page.
pub struct NoteBlock {
    /// Whether it amends.
    pub amendment: bool,
    /// Why it was amended.
    pub reason: String,
    /// Heading and text of each section that says something.
    pub parts: Vec<(&'static str, String)>,
    /// Who and when.
    pub signed: String,
}

impl NoteBlock {
    /// A signed note as a block.
    pub fn of(note: &SignedNote, zone: &TimeZone) -> Self {
        let said = note
            .sections
            .parts()
            .into_iter()
            .filter(|(_, text)| !text.trim().is_empty());
        let number = if note.registration_number.is_empty() {
            String::new()
        } else {
            format!(", {}", note.registration_number)
        };
        Self {
            amendment: note.amendment,
            reason: note.reason.clone(),
            parts: said.map(|(heading, text)| (heading, text.to_owned())).collect(),
            signed: format!("{}{number}, {}", note.author, clock::plain_moment(note.signed_at, zone)),
        }
    }
}

#[derive(Template)]
#[template(path = "clinical/file.html")]
struct FilePage {
    shell: Shell,
    file: FileFrame,
}

#[derive(Template)]
#[template(path = "clinical/write.html")]
struct WritePage {
    shell: Shell,
    file: FileFrame,
    id: String,
    title: String,
    version: i32,
    saved: String,
    resumed: bool,
    draft: Draft,
    conflict: bool,
    f: Form,
}

#[derive(Template)]
#[template(path = "clinical/signed.html")]
struct SignedPage {
    shell: Shell,
    /// Who keeps the record, for paper.
    letterhead: Vec<String>,
    file: FileFrame,
    id: String,
    title: String,
    notes: Vec<NoteBlock>,
    f: Form,
}

/// The practice's name, number and letterhead, a line each.
async fn letterhead(staff: &Staff<Clinical>) -> Result<Vec<String>, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let profile = aloe_db::agenda::profile(&mut tx).await?;
    tx.done().await?;
    let number = profile
        .practice_number
        .map(|number| format!("Practice number {number}"));
    let lines = profile.letterhead.lines().map(str::to_owned);
    Ok(std::iter::once(profile.name).chain(lines).chain(number).collect())
}

/// How much of the timeline is wanted.
#[derive(serde::Deserialize, Default)]
pub struct Wanted {
    #[serde(default)]
    all: String,
}

/// The file: its timeline. Opening it is recorded.
pub async fn open(
    staff: Staff<Clinical>,
    Path((_, id)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let patient = patient_id(&id)?;
    let mut tx = staff.begin().await?;
    let visits = clinical::open_file(
        &mut tx,
        patient,
        if wanted.all == "1" { i64::MAX } else { super::NEWEST },
    )
    .await?;
    tx.commit().await?;
    let file = frame(&staff, patient, &visits, None).await?;
    html(&FilePage {
        shell: Shell::new(&staff),
        file,
    })
}

/// Begins a consultation, or goes on with the booking's.
pub async fn begin(staff: Staff<Clinical>, Path((_, id)): Path<(String, String)>, f: Form) -> Answer {
    let patient = patient_id(&id)?;
    let booking: Option<BookingId> = f.get("booking").parse().ok();
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice(&format!("/patients/{patient}/file")));
    }
    let encounter = clinical::begin(&mut tx, patient, booking, &staff.member).await?;
    tx.commit().await?;
    if let Some(booking) = booking {
        call_in(&staff, booking).await?;
    }
    Ok(see_other(&staff.link(&format!("/consultations/{encounter}"))))
}

/// Opening the file of someone who waits calls them in.
async fn call_in(staff: &Staff<Clinical>, booking: BookingId) -> Result<(), Failure> {
    let mut tx = staff.begin_for::<Schedule>().await?;
    let b = bookings::find(&mut tx, booking).await?;
    if b.status == Status::Arrived {
        let mut member = staff.begin_as_member().await?;
        let agenda = aloe_db::agenda::Agenda::load(&mut member, staff.today()).await?;
        member.done().await?;
        bookings::set_status(&mut tx, &agenda, booking, b.version, Status::InProgress, "").await?;
    }
    Ok(tx.commit().await?)
}

/// One consultation: the note being written, or what was signed. Seeing it is recorded as opening the file.
pub async fn show(staff: Staff<Clinical>, Path((_, id)): Path<(String, String)>) -> Answer {
    show_with(staff, &id, Form::default()).await
}

/// The page of a consultation, with a refused amendment's form.
///
/// # Errors
/// `Missing` when there is none.
pub async fn show_with(staff: Staff<Clinical>, id: &str, f: Form) -> Answer {
    let id = id_of(id)?;
    let mut tx = staff.begin().await?;
    let encounter = clinical::encounter(&mut tx, &staff.app.keys, id).await?;
    let visits = clinical::open_file(&mut tx, encounter.patient, super::NEWEST).await?;
    let draft = clinical::draft(&mut tx, &encounter).await?;
    let notes = clinical::notes(&mut tx, &encounter).await?;
    tx.commit().await?;
    let file = frame(&staff, encounter.patient, &visits, Some(id)).await?;
    let (shell, title) = (Shell::new(&staff), super::title(&encounter, staff.zone()));
    if encounter.signed_at.is_some() {
        let notes = notes.iter().map(|note| NoteBlock::of(note, staff.zone())).collect();
        return html(&SignedPage {
            shell,
            letterhead: letterhead(&staff).await?,
            file,
            id: id.to_string(),
            title,
            notes,
            f,
        });
    }
    let saved = draft
        .as_ref()
        .map(|d| format!("Saved {}", seconds(d.saved_at, staff.zone())))
        .unwrap_or_default();
    let resumed = draft.is_some();
    let version = draft.as_ref().map_or(0, |d| d.version);
    let draft = draft.unwrap_or_else(|| Draft {
        sections: Default::default(),
        saved_at: clock::now(),
        version: 0,
    });
    html(&WritePage {
        shell,
        file,
        id: id.to_string(),
        title,
        version,
        saved,
        resumed,
        draft,
        conflict: false,
        f,
    })
}

/// Why what was typed could not be saved.
pub enum Unsaved {
    /// A newer version was saved elsewhere: a link opens that beside this.
    Overtaken,
    /// Something is wrong with it, said in the form.
    Refused(Form),
}

/// The page of a consultation with what was typed, unsaved.
///
/// # Errors
/// `Missing` when there is none.
pub async fn unsaved(staff: Staff<Clinical>, id: &str, version: i32, typed: Sections, why: Unsaved) -> Answer {
    let (conflict, status, saved, f) = match why {
        Unsaved::Overtaken => (
            true,
            StatusCode::CONFLICT,
            "Not saved: changed elsewhere",
            Form::default(),
        ),
        Unsaved::Refused(f) => (false, StatusCode::UNPROCESSABLE_ENTITY, "Not saved", f),
    };
    let id = id_of(id)?;
    let mut tx = staff.begin().await?;
    let encounter = clinical::encounter(&mut tx, &staff.app.keys, id).await?;
    let visits = clinical::open_file(&mut tx, encounter.patient, super::NEWEST).await?;
    tx.commit().await?;
    let mut response = html(&WritePage {
        file: frame(&staff, encounter.patient, &visits, Some(id)).await?,
        shell: Shell::new(&staff),
        id: id.to_string(),
        title: super::title(&encounter, staff.zone()),
        version,
        saved: saved.to_owned(),
        resumed: false,
        draft: Draft {
            sections: typed,
            saved_at: clock::now(),
            version,
        },
        conflict,
        f,
    })?;
    *response.status_mut() = status;
    Ok(response)
}

/// `09:11:52`.
pub fn seconds(at: jiff::Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string()
}
