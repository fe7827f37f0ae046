//! What the desk does with bookings.

use aloe_domain::booking::{Channel, Status};
use aloe_domain::ids::{BookingId, LocationId, PatientId, ResourceId, ServiceId};
use aloe_domain::permission::need::Schedule;
use aloe_domain::scheduling::{LONGEST_BOOKING, Occupancy, Span, next_lane, overbook_lane};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::BookingError;
use super::place::{NewBooking, Placement, note_change, occupy, write};
use super::read::{BookingRow, Clash, clashes, find};
use crate::agenda::{Agenda, busy};
use crate::idempotency::{Fingerprint, IdempotencyKey};
use crate::statement::sql;
use crate::tx::Tx;

/// A booking made at the desk.
pub struct DeskBooking {
    /// What.
    pub service: ServiceId,
    /// Where.
    pub location: LocationId,
    /// In whose diary.
    pub resource: ResourceId,
    /// Start.
    pub starts_at: Timestamp,
    /// Length; the service's own when nothing is said.
    pub minutes: Option<i32>,
    /// The patient, if on file.
    pub patient: Option<PatientId>,
    /// Name to call.
    pub name: String,
    /// Phone in E.164, or blank.
    pub phone: String,
    /// Note for reception.
    pub note: String,
    /// Desk, phone or walk-in.
    pub channel: Channel,
    /// Language code.
    pub language: String,
    /// A reason makes an overbooking out of a clash; the permission is the database's to check too.
    pub overbook_reason: String,
    /// Who books.
    pub booked_by: String,
}

/// Where a booking is moved or resized to.
pub struct Move {
    /// The version that was on screen.
    pub version: i32,
    /// In whose diary.
    pub resource: ResourceId,
    /// Where.
    pub location: LocationId,
    /// Start.
    pub starts_at: Timestamp,
    /// Length in minutes.
    pub minutes: i32,
    /// A reason makes an overbooking out of a clash.
    pub overbook_reason: String,
}

/// What may be corrected without moving.
pub struct Edit {
    /// The version that was on screen.
    pub version: i32,
    /// Name to call.
    pub name: String,
    /// Phone in E.164, or blank.
    pub phone: String,
    /// Note for reception.
    pub note: String,
    /// What.
    pub service: ServiceId,
}

/// The stretch of a diary that a booking takes, buffers of its service included.
fn stretch(agenda: &Agenda, service: ServiceId, starts_at: Timestamp, minutes: i32) -> Option<(Timestamp, Span)> {
    let of = |n: i32| SignedDuration::from_mins(i64::from(n));
    let service = agenda.service(service)?;
    let ends_at = starts_at.checked_add(of(minutes)).ok()?;
    let from = starts_at.checked_sub(of(service.buffer_before)).ok()?;
    let span = Span::new(from, ends_at.checked_add(of(service.buffer_after)).ok()?)?;
    (5..=LONGEST_BOOKING).contains(&minutes).then_some((ends_at, span))
}

/// Chooses a lane of a diary for a service, or says what is in the way. The desk is held to no daily limit: it sees the day.
async fn choose(
    tx: &mut Tx<Schedule>,
    agenda: &Agenda,
    (service, resource): (ServiceId, ResourceId),
    span: Span,
    except: Option<BookingId>,
    overbook: bool,
) -> Result<Placement, BookingError> {
    let rows = match except {
        Some(booking) => tx.rows(sql!("bookings/occupancy_ids"), &[&booking.as_uuid()]).await?,
        None => Vec::new(),
    };
    let own: Vec<Uuid> = rows.iter().map(|row| row.get("occupancy_id")).collect();
    let taken = busy(tx, &[resource], span.starts_at(), span.ends_at(), &own).await?;
    let taken: Vec<Occupancy> = taken.get(&resource).cloned().unwrap_or_default();
    let capacity = agenda
        .resource(resource)
        .and_then(|r| u16::try_from(r.capacity).ok())
        .ok_or(BookingError::NotOffered)?;
    let beyond = || overbook_lane(&taken, span, capacity).filter(|lane| overbook && lane.number() < 100);
    match next_lane(&taken, span, capacity).or_else(beyond) {
        Some(lane) => Ok(Placement {
            service,
            resource,
            lane,
            span,
        }),
        None => Err(BookingError::Clash(
            clashes(tx, resource, span.starts_at(), span.ends_at(), except).await?,
        )),
    }
}

/// Books at the desk, in or out of hours, and where it is closed for a reason. Repeated with the same key, it answers the first booking.
///
/// # Errors
/// `Clash` with what is in the way; `Taken` when someone was faster in the last instant.
pub async fn book_at_desk(
    tx: &mut Tx<Schedule>,
    agenda: &Agenda,
    wanted: &DeskBooking,
    key: &IdempotencyKey,
) -> Result<BookingId, BookingError> {
    let fingerprint = Fingerprint::of(&[
        &wanted.service.to_string(),
        &wanted.resource.to_string(),
        &wanted.starts_at.to_string(),
        &wanted.name,
    ]);
    if let Some(first) = key.answer(tx, &fingerprint).await? {
        return Ok(BookingId::from_uuid(first));
    }
    let usual = agenda
        .service(wanted.service)
        .map(|s| s.minutes)
        .ok_or(BookingError::NotOffered)?;
    let (ends_at, span) = stretch(
        agenda,
        wanted.service,
        wanted.starts_at,
        wanted.minutes.unwrap_or(usual),
    )
    .ok_or(BookingError::NotOffered)?;
    let overbook = !wanted.overbook_reason.is_empty();
    let closed = closed_during(agenda, (wanted.resource, wanted.location), span);
    if let Some(closed) = closed.clone().filter(|_| !overbook) {
        return Err(BookingError::Clash(vec![closed]));
    }
    let at = choose(tx, agenda, (wanted.service, wanted.resource), span, None, overbook).await?;
    let overbooked = closed.is_some() || is_beyond(agenda, &at);
    let id = BookingId::fresh();
    let status = if wanted.channel == Channel::WalkIn {
        Status::Arrived
    } else {
        Status::Confirmed
    };
    let new = NewBooking {
        id,
        service: wanted.service,
        location: wanted.location,
        resource: wanted.resource,
        patient: wanted.patient,
        status: Status::Confirmed,
        channel: wanted.channel,
        starts_at: wanted.starts_at,
        ends_at,
        contact_name: &wanted.name,
        contact_phone: &wanted.phone,
        for_whom: "",
        language: &wanted.language,
        note: &wanted.note,
        // A reason that turned out not to be needed would read as an overbooking later.
        overbook_reason: if overbooked { &wanted.overbook_reason } else { "" },
        notice_version: None,
        booked_by: &wanted.booked_by,
    };
    write(tx, &new).await?;
    tx.run(sql!("bookings/end_expired_holds"), &[&wanted.resource.as_uuid()])
        .await?;
    occupy(tx, id, &at).await?;
    if status == Status::Arrived {
        tx.run_one(
            sql!("bookings/set_status"),
            &[&id.as_uuid(), &1_i32, &status.code(), &""],
        )
        .await?;
    }
    key.keep(tx, &fingerprint, id.as_uuid()).await?;
    note_change(tx, "calendar").await?;
    Ok(id)
}

/// The closure that a stretch of a diary meets: the desk books into it for a reason only.
fn closed_during(agenda: &Agenda, (resource, place): (ResourceId, LocationId), span: Span) -> Option<Clash> {
    let closed = agenda.closed_during(resource, place, span)?;
    Some(Clash {
        starts_at: closed.starts_at,
        ends_at: closed.ends_at,
        what: match closed.reason.as_str() {
            "" => "closed".to_owned(),
            why => format!("closed: {why}"),
        },
    })
}

/// Whether a lane is beyond what the diary takes at once.
fn is_beyond(agenda: &Agenda, at: &Placement) -> bool {
    let capacity = agenda.resource(at.resource).map_or(0, |r| r.capacity);
    i16::try_from(at.lane.number()).is_ok_and(|lane| lane >= capacity)
}

/// Moves or resizes a booking.
///
/// # Errors
/// `Clash`, `Taken`, or `Stale` when it changed since it was on screen.
pub async fn move_at_desk(
    tx: &mut Tx<Schedule>,
    agenda: &Agenda,
    id: BookingId,
    to: &Move,
) -> Result<(), BookingError> {
    let booking = find(tx, id).await?;
    if booking.version != to.version || !matches!(booking.status, Status::Pending | Status::Confirmed | Status::Arrived)
    {
        return Err(BookingError::Stale);
    }
    let (ends_at, span) = stretch(agenda, booking.service, to.starts_at, to.minutes).ok_or(BookingError::NotOffered)?;
    // An earlier reason covers what it was given for: the same time or less of it.
    let is_covered = to.resource == booking.resource && to.starts_at >= booking.starts_at && ends_at <= booking.ends_at;
    let reason = match (to.overbook_reason.is_empty(), is_covered) {
        (true, true) => booking.overbook_reason.as_str(),
        _ => to.overbook_reason.as_str(),
    };
    let closed = closed_during(agenda, (to.resource, to.location), span);
    if let Some(closed) = closed.clone().filter(|_| reason.is_empty()) {
        return Err(BookingError::Clash(vec![closed]));
    }
    let in_diary = (booking.service, to.resource);
    let at = choose(tx, agenda, in_diary, span, Some(id), !reason.is_empty()).await?;
    let reason = match closed.is_some() || is_beyond(agenda, &at) {
        true => reason,
        false => "",
    };
    tx.run(sql!("bookings/free"), &[&id.as_uuid()]).await?;
    tx.run(sql!("bookings/end_expired_holds"), &[&to.resource.as_uuid()])
        .await?;
    let moved = tx
        .run(
            sql!("bookings/move"),
            &[
                &id.as_uuid(),
                &to.version,
                &to.starts_at,
                &ends_at,
                &to.resource.as_uuid(),
                &to.location.as_uuid(),
                &reason,
            ],
        )
        .await?;
    if moved != 1 {
        return Err(BookingError::Stale);
    }
    occupy(tx, id, &at).await?;
    note_change(tx, "calendar").await?;
    Ok(())
}

/// Takes a booking to its next state. Cancelling and not coming give the time back.
///
/// # Errors
/// `Transition` for a step that its life does not allow, `NotYet` for somebody who may still come, `Stale` when it changed since it was on screen, `Clash` when the time
/// that it takes again was given to somebody else.
pub async fn set_status(
    tx: &mut Tx<Schedule>,
    agenda: &Agenda,
    id: BookingId,
    version: i32,
    to: Status,
    reason: &str,
) -> Result<(), BookingError> {
    let booking = find(tx, id).await?;
    if booking.version != version {
        return Err(BookingError::Stale);
    }
    let to = booking.status.change_to(to)?;
    if to == Status::NoShow && booking.starts_at > Timestamp::now() {
        return Err(BookingError::NotYet);
    }
    if to.occupies() && !booking.status.occupies() {
        take_again(tx, agenda, &booking).await?;
    }
    tx.run_one(
        sql!("bookings/set_status"),
        &[&id.as_uuid(), &version, &to.code(), &reason],
    )
    .await
    .map_err(stale)?;
    if !to.occupies() {
        tx.run(sql!("bookings/free"), &[&id.as_uuid()]).await?;
    }
    note_change(tx, "calendar").await?;
    Ok(())
}

/// Somebody who did not come comes after all: the booking takes its time again, beside whoever has it now where a reason to
/// squeeze it in was given.
async fn take_again(tx: &mut Tx<Schedule>, agenda: &Agenda, booking: &BookingRow) -> Result<(), BookingError> {
    let minutes = (booking.ends_at.as_second() - booking.starts_at.as_second()) / 60;
    let minutes = i32::try_from(minutes).unwrap_or(0);
    let (_, span) = stretch(agenda, booking.service, booking.starts_at, minutes).ok_or(BookingError::NotOffered)?;
    let in_diary = (booking.service, booking.resource);
    let squeezed = !booking.overbook_reason.is_empty();
    let closed = closed_during(agenda, (booking.resource, booking.location), span);
    if let Some(closed) = closed.filter(|_| !squeezed) {
        return Err(BookingError::Clash(vec![closed]));
    }
    let at = choose(tx, agenda, in_diary, span, Some(booking.id), squeezed).await?;
    occupy(tx, booking.id, &at).await
}

/// Takes a booking to its next state and squeezes it in for a reason, where it takes a time again that others have now.
///
/// # Errors
/// As `set_status`.
pub async fn squeeze_in(
    tx: &mut Tx<Schedule>,
    agenda: &Agenda,
    id: BookingId,
    version: i32,
    to: Status,
    why: &str,
) -> Result<(), BookingError> {
    let booking = find(tx, id).await?;
    let takes_time = to.occupies() && !booking.status.occupies();
    if !takes_time {
        return set_status(tx, agenda, id, version, to, "").await;
    }
    tx.run_one(sql!("bookings/squeeze_in"), &[&id.as_uuid(), &version, &why])
        .await
        .map_err(stale)?;
    set_status(tx, agenda, id, version + 1, to, "").await
}

/// Corrects name, phone, note or service.
///
/// # Errors
/// `Stale` when it changed since it was on screen.
pub async fn edit(tx: &mut Tx<Schedule>, id: BookingId, to: &Edit) -> Result<(), BookingError> {
    let params: [crate::tx::Param<'_>; 6] = [
        &id.as_uuid(),
        &to.version,
        &to.name,
        &to.phone,
        &to.note,
        &to.service.as_uuid(),
    ];
    tx.run_one(sql!("bookings/edit"), &params).await.map_err(stale)?;
    note_change(tx, "calendar").await?;
    Ok(())
}

/// Says who the booking is for, once reception has registered or recognised them.
///
/// # Errors
/// `Missing` when the booking is not here.
pub async fn attach_patient<N>(tx: &mut Tx<N>, id: BookingId, patient: PatientId) -> Result<(), BookingError> {
    let attached = tx
        .run(sql!("bookings/set_patient"), &[&id.as_uuid(), &patient.as_uuid()])
        .await?;
    if attached != 1 {
        return Err(BookingError::Missing);
    }
    note_change(tx, "calendar").await?;
    Ok(())
}

/// Takes the person off a booking that was bound to the wrong file, before they are called in.
///
/// # Errors
/// `Stale` when it changed since it was on screen, or has begun.
pub async fn detach_patient(tx: &mut Tx<Schedule>, id: BookingId, version: i32) -> Result<(), BookingError> {
    let params: [crate::tx::Param<'_>; 2] = [&id.as_uuid(), &version];
    tx.run_one(sql!("bookings/clear_patient"), &params)
        .await
        .map_err(stale)?;
    note_change(tx, "calendar").await?;
    Ok(())
}

fn stale(error: crate::error::DbError) -> BookingError {
    match error {
        crate::error::DbError::Conflict => BookingError::Stale,
        other => other.into(),
    }
}
