//! What a person does on the public pages: hold a time, book it with a proven phone, and later move or cancel by link.

use aloe_domain::booking::{Channel, Reference, Status};
use aloe_domain::ids::{BookingId, LocationId, ResourceId, ServiceId};
use aloe_domain::language::Language;
use aloe_domain::name::PersonName;
use aloe_domain::phone::PhoneNumber;
use aloe_domain::scheduling::{Diary, Lane, SlotQuery, Span, free_slots, free_slots_of_any};
use aloe_vault::TokenHash;
use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::BookingError;
use super::idempotency::{Fingerprint, IdempotencyKey};
use super::place::{NewBooking, note_change, occupy, occupy_for, write};
use crate::agenda::{Agenda, busy};
use crate::doors::{Link, Person, Public};
use crate::statement::sql;
use crate::tx::Tx;

/// Seconds that a time is kept while someone types.
pub const HOLD_SECONDS: f64 = 300.0;
/// Bookings to come that one phone may have: a family's, not a dealer's.
const MOST_PER_PHONE: i64 = 6;

/// A time that is kept for the holder of a token.
#[derive(Clone, Debug)]
pub struct Hold {
    /// In whose diary.
    pub resource: ResourceId,
    /// What the diary gives up, buffers included.
    pub span: Span,
    /// The lane.
    pub lane: Lane,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

/// What a person wants to book.
pub struct PersonBooking {
    /// What.
    pub service: ServiceId,
    /// Where.
    pub location: LocationId,
    /// With whom; nothing for anyone.
    pub resource: Option<ResourceId>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// Who books.
    pub name: PersonName,
    /// Whom it is for, when for someone else.
    pub for_whom: Option<PersonName>,
    /// The language they are written to in.
    pub language: Language,
    /// The privacy notice they accepted.
    pub notice_version: Option<i32>,
    /// The token of the hold, if the time was held.
    pub hold: Option<TokenHash>,
}

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
        })
    }
}

/// A time that may be taken: which diary, which lane, and what of the diary.
struct Offer {
    resource: ResourceId,
    lane: Lane,
    span: Span,
    ends_at: Timestamp,
}

/// Looks whether a starting time is offered now, and by whom. `holding` leaves the holder's own hold out of what is busy.
async fn offered<N>(
    tx: &mut Tx<N>,
    agenda: &Agenda,
    wanted: (ServiceId, LocationId, Option<ResourceId>, Timestamp),
    holding: &[Uuid],
    now: Timestamp,
) -> Result<Offer, BookingError> {
    let (service, place, chosen, starts_at) = wanted;
    let rules = agenda
        .service(service)
        .filter(|s| s.active && s.online)
        .and_then(|s| s.rules());
    let rules = rules.ok_or(BookingError::NotOffered)?;
    let wanted_one = |r: ResourceId| chosen.is_none_or(|c| c == r);
    let resources: Vec<_> = agenda
        .diaries_for(service, place)
        .into_iter()
        .filter(|r| r.bookable_online && wanted_one(r.id))
        .collect();
    let ids: Vec<ResourceId> = resources.iter().map(|r| r.id).collect();
    let taken = busy(tx, &ids, starts_at, starts_at, holding).await?;
    let diaries: Vec<Diary> = resources.iter().map(|r| agenda.diary(r, place, &taken)).collect();
    let calendar = agenda.location_calendar(place);
    let day = calendar.zone.to_datetime(starts_at).date();
    let query = SlotQuery {
        rules: &rules,
        location: &calendar,
        first_day: day,
        last_day: day,
        now,
    };
    let free = if chosen.is_some() {
        free_slots(&query, &diaries)
    } else {
        free_slots_of_any(&query, &diaries)
    };
    let Some(slot) = free.iter().find(|slot| slot.starts_at == starts_at) else {
        return Err(refusal(&query, &diaries, starts_at));
    };
    let span = rules.occupied(starts_at).ok_or(BookingError::NotOffered)?;
    Ok(Offer {
        resource: slot.resource_id,
        lane: slot.lane,
        span,
        ends_at: slot.ends_at,
    })
}

/// Tells a time that others took from one that was never offered.
fn refusal(query: &SlotQuery<'_>, diaries: &[Diary], starts_at: Timestamp) -> BookingError {
    let empty: Vec<Diary> = diaries
        .iter()
        .map(|d| Diary {
            busy: Vec::new(),
            ..d.clone()
        })
        .collect();
    let was_offered = free_slots(query, &empty).iter().any(|slot| slot.starts_at == starts_at);
    if was_offered {
        BookingError::Taken
    } else {
        BookingError::NotOffered
    }
}

/// Keeps a time for five minutes for the holder of a token, in place of what that token held before.
///
/// # Errors
/// `Taken` or `NotOffered`.
pub async fn hold(
    tx: &mut Tx<Public>,
    agenda: &Agenda,
    wanted: (ServiceId, LocationId, Option<ResourceId>, Timestamp),
    token: &TokenHash,
    now: Timestamp,
) -> Result<ResourceId, BookingError> {
    let hash = token.as_bytes().as_slice();
    tx.run(sql!("bookings/end_hold"), &[&hash]).await?;
    let offer = offered(tx, agenda, wanted, &[], now).await?;
    tx.run(sql!("bookings/end_expired_holds"), &[&offer.resource.as_uuid()])
        .await?;
    occupy_for(tx, offer.resource, offer.lane, offer.span, hash, HOLD_SECONDS).await?;
    Ok(offer.resource)
}

/// The time that a token holds, if it still does.
///
/// # Errors
/// What the database answered.
pub async fn find_hold<N>(tx: &mut Tx<N>, token: &TokenHash) -> Result<Option<Hold>, BookingError> {
    Ok(hold_row(tx, token).await?.map(|(_, hold)| hold))
}

/// Gives a held time back.
///
/// # Errors
/// What the database answered.
pub async fn drop_hold(tx: &mut Tx<Public>, token: &TokenHash) -> Result<(), BookingError> {
    tx.run(sql!("bookings/end_hold"), &[&token.as_bytes().as_slice()])
        .await?;
    Ok(())
}

async fn hold_row<N>(tx: &mut Tx<N>, token: &TokenHash) -> Result<Option<(Uuid, Hold)>, BookingError> {
    let row = tx.find(sql!("bookings/hold"), &[&token.as_bytes().as_slice()]).await?;
    Ok(row.and_then(|row| {
        let span = Span::new(row.get("starts_at"), row.get("ends_at"))?;
        let lane = Lane::new(u16::try_from(row.get::<_, i16>("lane")).ok()?);
        let resource = ResourceId::from_uuid(row.get("resource_id"));
        Some((
            row.get("occupancy_id"),
            Hold {
                resource,
                span,
                lane,
                expires_at: row.get("expires_at"),
            },
        ))
    }))
}

/// Books for a proven phone. A held time is taken over; any other is checked and taken now. Repeated with the same key,
/// it answers the first booking.
///
/// # Errors
/// `Taken`, `NotOffered`, `TooMany`, `KeyReused`.
pub async fn book_with_proof(
    tx: &mut Tx<Person>,
    agenda: &Agenda,
    phone: &PhoneNumber,
    wanted: &PersonBooking,
    key: &IdempotencyKey,
    now: Timestamp,
) -> Result<(BookingId, bool), BookingError> {
    let fingerprint = Fingerprint::of(&[phone.e164(), &wanted.service.to_string(), &wanted.starts_at.to_string()]);
    if let Some(first) = key.answer(tx, &fingerprint).await? {
        return Ok((BookingId::from_uuid(first), false));
    }
    let active: i64 = tx
        .get(sql!("bookings/active_of_phone"), &[&phone.e164()])
        .await?
        .get("active");
    if active >= MOST_PER_PHONE {
        return Err(BookingError::TooMany);
    }
    let offer = take_over(tx, agenda, wanted, now).await?;
    let id = BookingId::fresh();
    let new = NewBooking {
        id,
        service: wanted.service,
        location: wanted.location,
        resource: offer.resource,
        patient: None,
        status: Status::Confirmed,
        channel: Channel::Web,
        starts_at: wanted.starts_at,
        ends_at: offer.ends_at,
        contact_name: wanted.name.as_str(),
        contact_phone: phone.e164(),
        for_whom: wanted.for_whom.as_ref().map(PersonName::as_str).unwrap_or_default(),
        language: wanted.language.code(),
        note: "",
        overbook_reason: "",
        notice_version: wanted.notice_version,
        booked_by: "online",
    };
    write(tx, &new).await?;
    occupy(tx, id, offer.resource, offer.lane, offer.span).await?;
    key.keep(tx, &fingerprint, id.as_uuid()).await?;
    note_change(tx, "calendar").await?;
    Ok((id, true))
}

/// The lane to book: that of the person's own hold when it is for this time, else one that is free now.
async fn take_over(
    tx: &mut Tx<Person>,
    agenda: &Agenda,
    wanted: &PersonBooking,
    now: Timestamp,
) -> Result<Offer, BookingError> {
    let held = match &wanted.hold {
        Some(token) => hold_row(tx, token).await?,
        None => None,
    };
    let rules = agenda
        .service(wanted.service)
        .and_then(|s| s.rules())
        .ok_or(BookingError::NotOffered)?;
    let span = rules.occupied(wanted.starts_at).ok_or(BookingError::NotOffered)?;
    if let Some((_, hold)) =
        held.filter(|(_, hold)| hold.span == span && wanted.resource.is_none_or(|r| r == hold.resource))
    {
        let ends_at = rules.ends_at(wanted.starts_at).ok_or(BookingError::NotOffered)?;
        if let Some(token) = &wanted.hold {
            tx.run(sql!("bookings/end_hold"), &[&token.as_bytes().as_slice()])
                .await?;
        }
        return Ok(Offer {
            resource: hold.resource,
            lane: hold.lane,
            span,
            ends_at,
        });
    }
    let choice = (wanted.service, wanted.location, wanted.resource, wanted.starts_at);
    let offer = offered(tx, agenda, choice, &[], now).await?;
    tx.run(sql!("bookings/end_expired_holds"), &[&offer.resource.as_uuid()])
        .await?;
    Ok(offer)
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
    let until = ends_at.checked_add(SignedDuration::from_hours(24)).unwrap_or(ends_at);
    tx.run_one(
        sql!("bookings/add_link"),
        &[&token.as_bytes().as_slice(), &booking.as_uuid(), &until],
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
    let rows = tx
        .rows(sql!("bookings/occupancy_ids"), &[&booking.id.as_uuid()])
        .await?;
    let own: Vec<Uuid> = rows.iter().map(|row| row.get("occupancy_id")).collect();
    let (place, chosen, starts_at) = to;
    let offer = offered(tx, agenda, (booking.service, place, chosen, starts_at), &own, now).await?;
    tx.run(sql!("bookings/free"), &[&booking.id.as_uuid()]).await?;
    tx.run(sql!("bookings/end_expired_holds"), &[&offer.resource.as_uuid()])
        .await?;
    occupy(tx, booking.id, offer.resource, offer.lane, offer.span).await?;
    let moved = tx
        .run(
            sql!("bookings/move_by_link"),
            &[
                &booking.id.as_uuid(),
                &starts_at,
                &offer.ends_at,
                &offer.resource.as_uuid(),
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
