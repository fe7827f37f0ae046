//! A booking made on the public pages, for a phone that was proven.

use aloe_domain::booking::{Channel, Status};
use aloe_domain::ids::{BookingId, LocationId, ResourceId, ServiceId};
use aloe_domain::language::Language;
use aloe_domain::name::PersonName;
use aloe_domain::phone::PhoneNumber;
use aloe_vault::TokenHash;
use jiff::Timestamp;
use uuid::Uuid;

use super::BookingError;
use super::hold::{HOLD_SECONDS, Hold};
use super::link::{Confirmed, add_link, link_ends, of_link};
use super::offer::{Offer, offered, opens};
use super::place::{NewBooking, Placement, stretch};
use crate::agenda::Agenda;
use crate::doors::Person;
use crate::error::DbError;
use crate::idempotency::{Fingerprint, IdempotencyKey};
use crate::statement::sql;
use crate::tx::Tx;

/// Bookings to come that one phone may have: a family's, not a dealer's.
const MOST_PER_PHONE: i64 = 6;

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

/// Books for a proven phone, and opens the booking to the holder of `link`. A held time is taken over; any other is checked
/// and taken now. Repeated with the same key, it answers the first booking.
///
/// # Errors
/// `Taken`, `NotOffered`, `TooMany`, `KeyReused`.
pub async fn book_with_proof(
    tx: &mut Tx<Person>,
    agenda: &Agenda,
    phone: &PhoneNumber,
    wanted: &PersonBooking,
    key: &IdempotencyKey,
    link: &TokenHash,
    now: Timestamp,
) -> Result<Confirmed, BookingError> {
    let fingerprint = Fingerprint::of(&[phone.e164(), &wanted.service.to_string(), &wanted.starts_at.to_string()]);
    let before = before(tx, phone, wanted, key).await?;
    if let Some((answer, of)) = before.answer {
        return first_answer(tx, answer, &of, &fingerprint, link).await;
    }
    if before.active >= MOST_PER_PHONE {
        return Err(BookingError::TooMany);
    }
    let offer = match take_over(tx, agenda, wanted, before.hold, now).await {
        Err(BookingError::Taken) => return first_or_taken(tx, key, &fingerprint, None, link).await,
        other => other?,
    };
    let new = new_booking(wanted, phone, &offer);
    let reference = new.draw_reference();
    match write(tx, &new, &offer, &reference.compact(), (key, &fingerprint), link).await? {
        1 => Ok(Confirmed {
            id: new.id,
            reference,
            service: new.service,
            location: new.location,
            resource: new.resource,
            status: new.status,
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            first_name: wanted
                .name
                .as_str()
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
            phone: phone.e164().to_owned(),
            language: new.language.to_owned(),
            version: 1,
        }),
        _ => first_or_taken(tx, key, &fingerprint, Some(new.id), link).await,
    }
}

/// What is known before a time is taken.
struct Before {
    answer: Option<(Uuid, Vec<u8>)>,
    active: i64,
    hold: Option<Hold>,
}

async fn before(
    tx: &mut Tx<Person>,
    phone: &PhoneNumber,
    wanted: &PersonBooking,
    key: &IdempotencyKey,
) -> Result<Before, DbError> {
    let holder = wanted.hold.as_ref().map(|token| token.as_bytes().as_slice());
    let row = tx
        .get(sql!("bookings/before_online"), &[&phone.e164(), &key.hash(), &holder])
        .await?;
    Ok(Before {
        answer: row
            .get::<_, Option<Uuid>>("answer")
            .zip(row.get::<_, Option<Vec<u8>>>("fingerprint")),
        active: row.get("active"),
        hold: Hold::from_row(&row),
    })
}

async fn first_answer(
    tx: &mut Tx<Person>,
    answer: Uuid,
    of: &[u8],
    fingerprint: &Fingerprint,
    link: &TokenHash,
) -> Result<Confirmed, BookingError> {
    if !fingerprint.is(of) {
        return Err(BookingError::KeyReused);
    }
    of_first(tx, answer, link).await
}

/// The booking that an earlier sending of the same form made, opened to one more link: the first may never have arrived.
async fn of_first(tx: &mut Tx<Person>, answer: Uuid, link: &TokenHash) -> Result<Confirmed, BookingError> {
    let booking = of_link(tx, BookingId::from_uuid(answer)).await?;
    add_link(tx, booking.id, link, booking.ends_at).await?;
    Ok(booking)
}

/// Someone was faster. It may have been the same form, sent twice: then its booking is the answer. `own` is the booking that
/// this transaction tried to write, whose key is no answer.
async fn first_or_taken(
    tx: &mut Tx<Person>,
    key: &IdempotencyKey,
    fingerprint: &Fingerprint,
    own: Option<BookingId>,
    link: &TokenHash,
) -> Result<Confirmed, BookingError> {
    match key.answer(tx, fingerprint).await? {
        Some(answer) if own.is_none_or(|own| own.as_uuid() != answer) => of_first(tx, answer, link).await,
        _ => Err(BookingError::Taken),
    }
}

fn new_booking<'a>(wanted: &'a PersonBooking, phone: &'a PhoneNumber, offer: &Offer) -> NewBooking<'a> {
    NewBooking {
        id: BookingId::fresh(),
        service: wanted.service,
        location: wanted.location,
        resource: offer.at.resource,
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
    }
}

/// Writes the key, the time, the booking, its link and the news of it in one statement, in that order: who comes second with
/// the same key or for the same time writes nothing. Answers how many bookings were written.
async fn write(
    tx: &mut Tx<Person>,
    new: &NewBooking<'_>,
    offer: &Offer,
    reference: &str,
    (key, fingerprint): (&IdempotencyKey, &Fingerprint),
    link: &TokenHash,
) -> Result<u64, BookingError> {
    let lane = i16::try_from(offer.at.lane.number()).map_err(|_| BookingError::Taken)?;
    let (from, to) = stretch(offer.at.span);
    let written = tx
        .run(
            sql!("bookings/add_online"),
            &[
                &new.id.as_uuid(),
                &key.hash(),
                &fingerprint.bytes(),
                &Uuid::now_v7(),
                &new.resource.as_uuid(),
                &lane,
                &from,
                &to,
                &reference,
                &new.service.as_uuid(),
                &new.location.as_uuid(),
                &new.starts_at,
                &new.ends_at,
                &new.contact_name,
                &new.contact_phone,
                &new.for_whom,
                &new.language,
                &new.notice_version,
                &link.as_bytes().as_slice(),
                &link_ends(new.ends_at),
            ],
        )
        .await?;
    Ok(written)
}

/// The lane to book: that of the person's own hold when it is for this time, else one that is free now.
async fn take_over(
    tx: &mut Tx<Person>,
    agenda: &Agenda,
    wanted: &PersonBooking,
    held: Option<Hold>,
    now: Timestamp,
) -> Result<Offer, BookingError> {
    let rules = agenda.service(wanted.service).and_then(|s| s.rules());
    let rules = rules.ok_or(BookingError::NotOffered)?;
    let span = rules.occupied(wanted.starts_at).ok_or(BookingError::NotOffered)?;
    let is_own = |hold: &Hold| {
        hold.span == span && hold.service == Some(wanted.service) && wanted.resource.is_none_or(|r| r == hold.resource)
    };
    let own = held.filter(is_own).filter(|hold| is_open(agenda, wanted, hold));
    if let Some((hold, token)) = own.zip(wanted.hold.as_ref()) {
        let ends_at = rules.ends_at(wanted.starts_at).ok_or(BookingError::NotOffered)?;
        tx.run(sql!("bookings/end_hold"), &[&token.as_bytes().as_slice()])
            .await?;
        let at = Placement {
            service: wanted.service,
            resource: hold.resource,
            lane: hold.lane,
            span,
        };
        return Ok(Offer { at, ends_at });
    }
    let choice = (wanted.service, wanted.location, wanted.resource, wanted.starts_at);
    offered(tx, agenda, choice, &[], now).await
}

/// Whether the place that was chosen offers the time in the diary of the hold, as it was when it was held: a hold says
/// nothing of places.
fn is_open(agenda: &Agenda, wanted: &PersonBooking, hold: &Hold) -> bool {
    let choice = (wanted.service, wanted.location, Some(hold.resource), wanted.starts_at);
    let held_at = hold
        .expires_at
        .checked_sub(jiff::SignedDuration::from_secs(HOLD_SECONDS as i64));
    held_at.is_ok_and(|held_at| opens(agenda, choice, held_at))
}
