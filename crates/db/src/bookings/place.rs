//! Taking a lane of a diary. The exclusion constraint decides races; everything before it only chooses well.

use aloe_domain::booking::{Channel, Reference, Status};
use aloe_domain::ids::{BookingId, LocationId, PatientId, ResourceId, ServiceId};
use aloe_domain::scheduling::{Lane, Span};
use jiff::Timestamp;
use uuid::Uuid;

use super::BookingError;
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;

/// A booking about to be written.
pub(super) struct NewBooking<'a> {
    pub id: BookingId,
    pub service: ServiceId,
    pub location: LocationId,
    pub resource: ResourceId,
    pub patient: Option<PatientId>,
    pub status: Status,
    pub channel: Channel,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub contact_name: &'a str,
    pub contact_phone: &'a str,
    pub for_whom: &'a str,
    pub language: &'a str,
    pub note: &'a str,
    pub overbook_reason: &'a str,
    pub notice_version: Option<i32>,
    pub booked_by: &'a str,
}

impl NewBooking<'_> {
    /// A reference to be read aloud.
    pub(super) fn draw_reference(&self) -> Reference {
        Reference::draw(random_byte())
    }
}

/// Writes the booking's row and answers its reference.
pub(super) async fn write<N>(tx: &mut Tx<N>, new: &NewBooking<'_>) -> Result<Reference, DbError> {
    let reference = new.draw_reference();
    tx.run_one(
        sql!("bookings/add"),
        &[
            &new.id.as_uuid(),
            &reference.compact(),
            &new.service.as_uuid(),
            &new.location.as_uuid(),
            &new.resource.as_uuid(),
            &new.patient.map(PatientId::as_uuid),
            &new.status.code(),
            &new.channel.code(),
            &new.starts_at,
            &new.ends_at,
            &new.contact_name,
            &new.contact_phone,
            &new.for_whom,
            &new.language,
            &new.note,
            &new.overbook_reason,
            &new.notice_version,
            &new.booked_by,
        ],
    )
    .await?;
    Ok(reference)
}

/// Bytes for a reference, from version-4 UUIDs of the operating system's generator.
fn random_byte() -> impl FnMut() -> u8 {
    let mut bytes: Vec<u8> = Vec::new();
    move || loop {
        // Two bytes of a version-4 UUID carry its version and variant: leave them out.
        match bytes.pop() {
            Some(byte) => return byte,
            None => bytes.extend(
                Uuid::new_v4()
                    .as_bytes()
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| *i != 6 && *i != 8)
                    .map(|(_, b)| *b),
            ),
        }
    }
}

/// A lane of a diary for some time, and the service that it is taken for.
pub(super) struct Placement {
    pub service: ServiceId,
    pub resource: ResourceId,
    pub lane: Lane,
    pub span: Span,
}

/// Takes a place for a booking. `Taken` when someone was faster.
pub(super) async fn occupy<N>(tx: &mut Tx<N>, booking: BookingId, at: &Placement) -> Result<(), BookingError> {
    insert(tx, Some(booking), at, None).await
}

/// Takes a place for some seconds, for the holder of a token.
pub(super) async fn occupy_for(
    tx: &mut Tx<crate::doors::Public>,
    at: &Placement,
    hold_hash: &[u8],
    seconds: f64,
) -> Result<(), BookingError> {
    insert(tx, None, at, Some((hold_hash, seconds))).await
}

async fn insert<N>(
    tx: &mut Tx<N>,
    booking: Option<BookingId>,
    at: &Placement,
    hold: Option<(&[u8], f64)>,
) -> Result<(), BookingError> {
    let lane = i16::try_from(at.lane.number()).map_err(|_| BookingError::Taken)?;
    let (hash, seconds) = hold.unzip();
    let (from, to) = stretch(at.span);
    let taken = tx
        .run(
            sql!("bookings/occupy"),
            &[
                &Uuid::now_v7(),
                &booking.map(BookingId::as_uuid),
                &at.service.as_uuid(),
                &at.resource.as_uuid(),
                &lane,
                &from,
                &to,
                &hash,
                &seconds,
            ],
        )
        .await?;
    if taken == 1 { Ok(()) } else { Err(BookingError::Taken) }
}

/// The stretch of a diary that a span takes. Its sabotage puts each booking past the constraint's reach, where nobody else is.
pub(super) fn stretch(span: Span) -> (Timestamp, Timestamp) {
    if crate::sabotage::is_on("N1") {
        let far = i64::from(Uuid::new_v4().as_bytes().first().copied().unwrap_or(0)) * 9000;
        let shift = jiff::SignedDuration::from_hours(far);
        return (span.starts_at() + shift, span.ends_at() + shift);
    }
    (span.starts_at(), span.ends_at())
}

/// Tells open pages that something of this topic changed.
pub(super) async fn note_change<N>(tx: &mut Tx<N>, topic: &str) -> Result<(), DbError> {
    tx.run_one(sql!("bookings/add_change"), &[&topic]).await
}
