//! What the person who booked does with the link of the booking: see it, move it, cancel it.

use aloe_domain::booking::{Reference, Status};
use aloe_domain::ids::{BookingId, LocationId, ResourceId, ServiceId};
use aloe_domain::phone::PhoneNumber;
use aloe_vault::TokenHash;
use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::BookingError;
use super::offer::offered;
use super::place::{note_change, occupy};
use crate::agenda::Agenda;
use crate::doors::{Link, Person};
use crate::statement::sql;
use crate::tx::Tx;

/// A booking as its own person sees it: no other's, and nothing that a stranger with the link could use.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// The booking.
    pub id: BookingId,
    /// The reference as read aloud.
    pub reference: Reference,
    /// What.
    pub service: ServiceId,
    /// Where.
    pub location: LocationId,
    /// With whom.
    pub resource: ResourceId,
    /// State.
    pub status: Status,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// First name of the person who booked.
    pub first_name: String,
    /// Whom the confirmation goes to.
    pub phone: String,
    /// Language code.
    pub language: String,
    /// Row version: what a calendar program tells an older entry by.
    pub version: i32,
}

impl Confirmed {
    fn from_row(row: &Row) -> Result<Self, BookingError> {
        let name: String = row.get("contact_name");
        Ok(Self {
            id: BookingId::from_uuid(row.get("booking_id")),
            reference: Reference::parse(row.get("reference")).map_err(|_| BookingError::Missing)?,
            service: ServiceId::from_uuid(row.get("service_id")),
            location: LocationId::from_uuid(row.get("location_id")),
            resource: ResourceId::from_uuid(row.get("resource_id")),
            status: Status::from_code(row.get("status")).unwrap_or(Status::Cancelled),
            starts_at: row.get("starts_at"),
            ends_at: row.get("ends_at"),
            first_name: name.split_whitespace().next().unwrap_or_default().to_owned(),
            phone: row.get("contact_phone"),
            language: row.get("language"),
            version: row.get("version"),
        })
    }
}

/// Until when the link of a booking opens: a day after the booking.
pub(super) fn link_ends(booking_ends: Timestamp) -> Timestamp {
    booking_ends
        .checked_add(SignedDuration::from_hours(24))
        .unwrap_or(booking_ends)
}

/// Writes the link of a booking: it opens until a day after the booking.
///
/// # Errors
/// What the database answered.
pub async fn add_link<N>(
    tx: &mut Tx<N>,
    booking: BookingId,
    token: &TokenHash,
    ends_at: Timestamp,
) -> Result<(), BookingError> {
    tx.run_one(
        sql!("bookings/add_link"),
        &[&token.as_bytes().as_slice(), &booking.as_uuid(), &link_ends(ends_at)],
    )
    .await?;
    Ok(())
}

/// The bookings to come of a proven phone.
///
/// # Errors
/// What the database answered.
pub async fn of_person(tx: &mut Tx<Person>, phone: &PhoneNumber) -> Result<Vec<Confirmed>, BookingError> {
    tx.rows(sql!("bookings/of_person"), &[&phone.e164()])
        .await?
        .iter()
        .map(Confirmed::from_row)
        .collect()
}

/// The booking of a link, or one of the person's own.
///
/// # Errors
/// `Missing` when it is neither.
pub async fn of_link<N>(tx: &mut Tx<N>, booking: BookingId) -> Result<Confirmed, BookingError> {
    let row = tx.find(sql!("bookings/of_link"), &[&booking.as_uuid()]).await?;
    Confirmed::from_row(&row.ok_or(BookingError::Missing)?)
}

/// The stretches of diaries that a booking takes itself: they are no obstacle to moving it.
///
/// # Errors
/// What the database answered.
pub async fn occupied_by<N>(tx: &mut Tx<N>, booking: BookingId) -> Result<Vec<Uuid>, BookingError> {
    let rows = tx.rows(sql!("bookings/occupancy_ids"), &[&booking.as_uuid()]).await?;
    Ok(rows.iter().map(|row| row.get("occupancy_id")).collect())
}

/// Moves the booking of a link to another time that is offered.
///
/// # Errors
/// `Taken`, `NotOffered`, or `Stale` when it was cancelled or has begun.
pub async fn move_by_link(
    tx: &mut Tx<Link>,
    agenda: &Agenda,
    booking: &Confirmed,
    to: (LocationId, Option<ResourceId>, Timestamp),
    now: Timestamp,
) -> Result<(), BookingError> {
    let own = occupied_by(tx, booking.id).await?;
    let (place, chosen, starts_at) = to;
    let offer = offered(tx, agenda, (booking.service, place, chosen, starts_at), &own, now).await?;
    tx.run(sql!("bookings/free"), &[&booking.id.as_uuid()]).await?;
    occupy(tx, booking.id, &offer.at).await?;
    let moved = tx
        .run(
            sql!("bookings/move_by_link"),
            &[
                &booking.id.as_uuid(),
                &starts_at,
                &offer.ends_at,
                &offer.at.resource.as_uuid(),
                &place.as_uuid(),
            ],
        )
        .await?;
    if moved != 1 {
        return Err(BookingError::Stale);
    }
    note_change(tx, "calendar").await?;
    Ok(())
}

/// Cancels the booking of a link and gives its time back. A cancelled booking is not reopened.
///
/// # Errors
/// `Stale` when it was cancelled before or has begun.
pub async fn cancel_by_link(tx: &mut Tx<Link>, booking: BookingId, reason: &str) -> Result<(), BookingError> {
    let cancelled = tx
        .run(sql!("bookings/cancel_by_link"), &[&booking.as_uuid(), &reason])
        .await?;
    if cancelled != 1 {
        return Err(BookingError::Stale);
    }
    tx.run(sql!("bookings/free"), &[&booking.as_uuid()]).await?;
    note_change(tx, "calendar").await?;
    Ok(())
}
