//! Bookings of a demonstration, written by the operator into a synthetic organisation: the same rows, constraints and
//! triggers as any other.

use aloe_domain::booking::{Channel, Status};
use aloe_domain::ids::{BookingId, LocationId, PatientId, ResourceId, ServiceId};
use aloe_domain::scheduling::{Lane, Span};
use jiff::Timestamp;

use super::BookingError;
use super::place::{NewBooking, Placement, occupy, write};
use crate::doors::Operator;
use crate::tx::Tx;

/// One booking to write.
pub struct SyntheticBooking<'a> {
    /// What.
    pub service: ServiceId,
    /// Where.
    pub location: LocationId,
    /// In whose diary.
    pub resource: ResourceId,
    /// For whom.
    pub patient: PatientId,
    /// Their name.
    pub name: &'a str,
    /// Their phone, or blank.
    pub phone: &'a str,
    /// From when to when.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// State.
    pub status: Status,
}

/// Writes it, unless the lane is taken: then it answers nothing.
///
/// # Errors
/// What the database answered.
pub async fn book(tx: &mut Tx<Operator>, b: &SyntheticBooking<'_>) -> Result<BookingId, BookingError> {
    let id = BookingId::fresh();
    let new = NewBooking {
        id,
        service: b.service,
        location: b.location,
        resource: b.resource,
        patient: Some(b.patient),
        status: b.status,
        channel: Channel::Desk,
        starts_at: b.starts_at,
        ends_at: b.ends_at,
        contact_name: b.name,
        contact_phone: b.phone,
        for_whom: "",
        language: "en",
        note: "",
        overbook_reason: "",
        notice_version: None,
        booked_by: "demonstration",
    };
    write(tx, &new).await?;
    if b.status.occupies() {
        let span = Span::new(b.starts_at, b.ends_at).ok_or(BookingError::NotOffered)?;
        let at = Placement {
            service: b.service,
            resource: b.resource,
            lane: Lane::new(0),
            span,
        };
        occupy(tx, id, &at).await?;
    }
    Ok(id)
}
