//! The clinical record: consultations, drafts, signed notes and amendments. A draft and a signed note are different
//! types here and different tables there; only signing makes one into the other.

use aloe_domain::ids::{BookingId, EncounterId, MembershipId, NoteId, PatientId};
use aloe_domain::permission::need::Clinical;
use aloe_vault::{Place, SubjectKey};
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::error::DbError;
use crate::keys::{KeyError, Keys, open_text, seal_text};
use crate::membership::Membership;
use crate::statement::sql;
use crate::trail::Act;
use crate::tx::Tx;

/// What stops an act on the record.
#[derive(Debug, thiserror::Error)]
pub enum ClinicalError {
    /// The database refused or failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keys failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No such consultation here.
    #[error("there is no such consultation")]
    Missing,
    /// The draft was saved elsewhere since it was opened here: nothing is overwritten.
    #[error("the draft was saved elsewhere")]
    Stale,
    /// Nothing is written in it.
    #[error("the note is empty")]
    Empty,
}

/// The sections of a note, as typed.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sections {
    /// What the patient says.
    #[serde(default)]
    pub subjective: String,
    /// What was found.
    #[serde(default)]
    pub objective: String,
    /// What it is taken to be.
    #[serde(default)]
    pub assessment: String,
    /// What is done about it.
    #[serde(default)]
    pub plan: String,
}

impl Sections {
    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        [&self.subjective, &self.objective, &self.assessment, &self.plan]
            .iter()
            .all(|s| s.trim().is_empty())
    }

    /// The sections in order, with their headings.
    pub fn parts(&self) -> [(&'static str, &str); 4] {
        [
            ("Subjective", &self.subjective),
            ("Objective", &self.objective),
            ("Assessment", &self.assessment),
            ("Plan", &self.plan),
        ]
    }
}

impl std::fmt::Debug for Sections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sections")
    }
}

/// What a note seals: its sections, and of an amendment why it was made, which is clinical text as much.
#[derive(serde::Serialize, serde::Deserialize)]
struct Sealed<'a> {
    #[serde(flatten)]
    sections: Sections,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    reason: std::borrow::Cow<'a, str>,
}

/// One consultation in the list.
#[derive(Clone, Debug)]
pub struct EncounterLine {
    /// The consultation.
    pub id: EncounterId,
    /// Who held it.
    pub practitioner: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When its note was signed.
    pub signed_at: Option<Timestamp>,
    /// When its draft was last saved.
    pub draft_saved_at: Option<Timestamp>,
}

/// One consultation, with the key its notes are sealed under.
pub struct Encounter {
    /// The consultation.
    pub id: EncounterId,
    /// The patient.
    pub patient: PatientId,
    /// The booking it came from.
    pub booking: Option<BookingId>,
    /// The membership that began it.
    pub member: MembershipId,
    /// Who holds it.
    pub practitioner: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When its note was signed.
    pub signed_at: Option<Timestamp>,
    subject: SubjectKey,
}

/// A note being written. Not a note: it cannot be shown or printed as one.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What is typed so far.
    pub sections: Sections,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Its version, to notice another window.
    pub version: i32,
}

/// A signed note or an amendment to it. Never changed.
#[derive(Clone, Debug)]
pub struct SignedNote {
    /// The note.
    pub id: NoteId,
    /// Whether it amends the note before it.
    pub amendment: bool,
    /// Why it was amended.
    pub reason: String,
    /// What it says.
    pub sections: Sections,
    /// Who signed.
    pub author: String,
    /// Their registration number.
    pub registration_number: String,
    /// When.
    pub signed_at: Timestamp,
}

/// The consultations of a patient.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The newest ones, newest first.
    pub lines: Vec<EncounterLine>,
    /// How many there are.
    pub total: i64,
}

/// At most `most` of a patient's consultations. Opening a file is recorded: no record, no file.
///
/// # Errors
/// `Missing` when there is no such file here; then nothing was opened, and nothing says so.
pub async fn open_file(tx: &mut Tx<Clinical>, patient: PatientId, most: i64) -> Result<Timeline, ClinicalError> {
    let file = tx.find(sql!("clinical/file"), &[&patient.as_uuid()]).await?;
    file.ok_or(ClinicalError::Missing)?;
    tx.record(&Act {
        action: "open_file",
        entity: "patients",
        entity_id: Some(patient.as_uuid()),
        patient: Some(patient.as_uuid()),
        purpose: "",
        detail: None,
    })
    .await?;
    let rows = tx
        .rows(sql!("clinical/encounters"), &[&patient.as_uuid(), &most])
        .await?;
    let total = rows.first().map_or(0, |row| row.get("total"));
    let lines = rows
        .iter()
        .map(|row| EncounterLine {
            id: EncounterId::from_uuid(row.get("encounter_id")),
            practitioner: row.get("practitioner"),
            started_at: row.get("started_at"),
            signed_at: row.get("signed_at"),
            draft_saved_at: row.get("saved_at"),
        })
        .collect();
    Ok(Timeline { lines, total })
}

/// Begins a consultation, or answers the one that the booking already has.
///
/// # Errors
/// `Missing` when the booking is not this patient's, or there is no such patient.
pub async fn begin(
    tx: &mut Tx<Clinical>,
    patient: PatientId,
    booking: Option<BookingId>,
    who: &Membership,
) -> Result<EncounterId, ClinicalError> {
    let booking = booking.map(BookingId::as_uuid);
    if booking.is_some()
        && let Some(row) = tx
            .find(sql!("clinical/encounter_of_booking"), &[&booking, &patient.as_uuid()])
            .await?
    {
        return Ok(EncounterId::from_uuid(row.get("encounter_id")));
    }
    let id = EncounterId::fresh();
    let params: [crate::tx::Param<'_>; 5] = [
        &id.as_uuid(),
        &patient.as_uuid(),
        &booking,
        &who.id.as_uuid(),
        &who.name,
    ];
    match tx.run(sql!("clinical/add_encounter"), &params).await? {
        1 => Ok(id),
        _ => Err(ClinicalError::Missing),
    }
}

impl Encounter {
    /// Whether this member began it.
    pub fn is_by(&self, member: &Membership) -> bool {
        self.member == member.id
    }
}

/// One consultation.
///
/// # Errors
/// `Missing` when it is not here.
pub async fn encounter(tx: &mut Tx<Clinical>, keys: &Keys, id: EncounterId) -> Result<Encounter, ClinicalError> {
    let row = tx
        .find(sql!("clinical/encounter"), &[&id.as_uuid()])
        .await?
        .ok_or(ClinicalError::Missing)?;
    let subject = keys
        .of(tx)
        .await?
        .subject(row.get("sealed_for"), row.get("subject_key"))?;
    Ok(Encounter {
        id,
        patient: PatientId::from_uuid(row.get("patient_id")),
        booking: row.get::<_, Option<Uuid>>("booking_id").map(BookingId::from_uuid),
        member: MembershipId::from_uuid(row.get("membership_id")),
        practitioner: row.get("practitioner"),
        started_at: row.get("started_at"),
        signed_at: row.get("signed_at"),
        subject,
    })
}

/// The draft of a consultation, if one was saved.
///
/// # Errors
/// What the database or the keys answered.
pub async fn draft(tx: &mut Tx<Clinical>, of: &Encounter) -> Result<Option<Draft>, ClinicalError> {
    let Some(row) = tx.find(sql!("clinical/draft"), &[&of.id.as_uuid()]).await? else {
        return Ok(None);
    };
    let text = open_text(&of.subject, &draft_place(tx, of.id), row.get("sealed"))?;
    let sections = serde_json::from_str(&text).map_err(|_| KeyError::Closed)?;
    Ok(Some(Draft {
        sections,
        saved_at: row.get("saved_at"),
        version: row.get("version"),
    }))
}

/// Saves what is typed over the draft's `version` (0 when none was saved yet). Answers the new version and time.
///
/// # Errors
/// `Stale` when another window saved since: nothing is overwritten.
pub async fn save_draft(
    tx: &mut Tx<Clinical>,
    of: &Encounter,
    version: i32,
    sections: &Sections,
    who: &Membership,
) -> Result<(i32, Timestamp), ClinicalError> {
    let sealed = seal_sections(&of.subject, &draft_place(tx, of.id), sections)?;
    let author = who.id.as_uuid();
    if version == 0 {
        let added = tx
            .run(sql!("clinical/add_draft"), &[&of.id.as_uuid(), &sealed, &author])
            .await?;
        if added != 1 {
            return Err(ClinicalError::Stale);
        }
        return Ok((1, Timestamp::now()));
    }
    let row = tx
        .find(
            sql!("clinical/save_draft"),
            &[&of.id.as_uuid(), &version, &sealed, &author],
        )
        .await?;
    row.map(|row| (row.get("version"), row.get("saved_at")))
        .ok_or(ClinicalError::Stale)
}

/// Signs the draft that was on screen: it becomes a note, the consultation closes, and neither changes again.
///
/// # Errors
/// `Stale` when the draft changed since, `Empty` for nothing to sign.
pub async fn sign(
    tx: &mut Tx<Clinical>,
    of: &Encounter,
    version: i32,
    who: &Membership,
    registration_number: &str,
) -> Result<NoteId, ClinicalError> {
    let draft = draft(tx, of).await?.ok_or(ClinicalError::Empty)?;
    if draft.version != version {
        return Err(ClinicalError::Stale);
    }
    if draft.sections.is_empty() {
        return Err(ClinicalError::Empty);
    }
    let note = add_note(tx, of, "note", "", &draft.sections, who, registration_number).await?;
    tx.run_one(sql!("clinical/remove_draft"), &[&of.id.as_uuid(), &version])
        .await?;
    tx.run_one(sql!("clinical/sign_encounter"), &[&of.id.as_uuid()]).await?;
    Ok(note)
}

/// Adds an amendment to a signed consultation. The signed note stays as it is.
///
/// # Errors
/// `Empty` without a text or a reason, `Missing` when nothing was signed yet.
pub async fn amend(
    tx: &mut Tx<Clinical>,
    of: &Encounter,
    reason: &str,
    sections: &Sections,
    who: &Membership,
    registration_number: &str,
) -> Result<NoteId, ClinicalError> {
    if of.signed_at.is_none() {
        return Err(ClinicalError::Missing);
    }
    if sections.is_empty() || reason.trim().is_empty() {
        return Err(ClinicalError::Empty);
    }
    add_note(tx, of, "amendment", reason.trim(), sections, who, registration_number).await
}

/// The signed note of a consultation and its amendments, oldest first.
///
/// # Errors
/// What the database or the keys answered.
pub async fn notes(tx: &mut Tx<Clinical>, of: &Encounter) -> Result<Vec<SignedNote>, ClinicalError> {
    let organisation = tx.organisation().as_uuid();
    let rows = tx.rows(sql!("clinical/notes"), &[&of.id.as_uuid()]).await?;
    rows.iter()
        .map(|row| signed_note(row, organisation, &of.subject))
        .collect()
}

fn signed_note(row: &Row, organisation: Uuid, subject: &SubjectKey) -> Result<SignedNote, ClinicalError> {
    let id: Uuid = row.get("note_id");
    let text = open_text(
        subject,
        &Place::of(organisation, "notes", "sealed", id),
        row.get("sealed"),
    )?;
    let sealed: Sealed<'_> = serde_json::from_str(&text).map_err(|_| KeyError::Closed)?;
    // Reasons stood beside the seal once, and what is signed stays as it was signed.
    let reason = match sealed.reason.as_ref() {
        "" => row.get("reason"),
        reason => reason.to_owned(),
    };
    Ok(SignedNote {
        id: NoteId::from_uuid(id),
        amendment: row.get::<_, &str>("kind") == "amendment",
        reason,
        sections: sealed.sections,
        author: row.get("author"),
        registration_number: row.get("registration_number"),
        signed_at: row.get("signed_at"),
    })
}

async fn add_note(
    tx: &mut Tx<Clinical>,
    of: &Encounter,
    kind: &str,
    reason: &str,
    sections: &Sections,
    who: &Membership,
    registration_number: &str,
) -> Result<NoteId, ClinicalError> {
    let id = NoteId::fresh();
    let place = Place::of(tx.organisation().as_uuid(), "notes", "sealed", id.as_uuid());
    let contents = Sealed {
        sections: sections.clone(),
        reason: reason.into(),
    };
    let text = serde_json::to_string(&contents).map_err(|_| KeyError::Closed)?;
    let sealed = seal_text(&of.subject, &place, &text)?;
    tx.run_one(
        sql!("clinical/add_note"),
        &[
            &id.as_uuid(),
            &of.id.as_uuid(),
            &kind,
            &sealed,
            &who.id.as_uuid(),
            &who.name,
            &registration_number,
        ],
    )
    .await?;
    Ok(id)
}

pub(crate) fn seal_sections(subject: &SubjectKey, place: &Place<'_>, sections: &Sections) -> Result<Vec<u8>, KeyError> {
    let text = serde_json::to_string(sections).map_err(|_| KeyError::Closed)?;
    seal_text(subject, place, &text)
}

fn draft_place<N>(tx: &Tx<N>, encounter: EncounterId) -> Place<'static> {
    Place::of(
        tx.organisation().as_uuid(),
        "note_drafts",
        "sealed",
        encounter.as_uuid(),
    )
}
