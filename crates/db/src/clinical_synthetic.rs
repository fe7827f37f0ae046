//! Signed consultations of a demonstration, written by the operator into a synthetic organisation.

use aloe_domain::ids::{BookingId, EncounterId, MembershipId, NoteId, PatientId};
use aloe_vault::{Place, SubjectKey};

use crate::clinical::{ClinicalError, Sections, seal_sections};
use crate::doors::Operator;
use crate::statement::sql;
use crate::tx::{Param, Tx};

/// One consultation to write.
pub struct SyntheticConsultation<'a> {
    /// The patient.
    pub patient: PatientId,
    /// The patient's own key.
    pub subject: &'a SubjectKey,
    /// The booking it came from.
    pub booking: Option<BookingId>,
    /// Who held it.
    pub practitioner: MembershipId,
    /// Their name.
    pub name: &'a str,
    /// When it was.
    pub at: jiff::Timestamp,
    /// What the note says.
    pub sections: &'a Sections,
}

/// Writes the consultation and its note.
///
/// # Errors
/// What the database answered.
pub async fn write(tx: &mut Tx<Operator>, c: &SyntheticConsultation<'_>) -> Result<(), ClinicalError> {
    let (encounter, note) = (EncounterId::fresh(), NoteId::fresh());
    let booking = c.booking.map(BookingId::as_uuid);
    let params: [Param<'_>; 6] = [
        &encounter.as_uuid(),
        &c.patient.as_uuid(),
        &booking,
        &c.practitioner.as_uuid(),
        &c.name,
        &c.at,
    ];
    tx.run_one(sql!("clinical/add_signed_encounter"), &params).await?;
    let place = Place::of(tx.organisation().as_uuid(), "notes", "sealed", note.as_uuid());
    let sealed = seal_sections(c.subject, &place, c.sections)?;
    let params: [Param<'_>; 9] = [
        &note.as_uuid(),
        &encounter.as_uuid(),
        &"note",
        &"",
        &sealed,
        &c.practitioner.as_uuid(),
        &c.name,
        &"",
        &c.at,
    ];
    tx.run_one(sql!("clinical/add_note_at"), &params).await?;
    Ok(())
}
