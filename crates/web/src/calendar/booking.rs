//! Making, moving and correcting a booking by form.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, BookingError, DeskBooking, Edit, IdempotencyKey, Move};
use aloe_db::patients;
use aloe_domain::booking::Channel;
use aloe_domain::ids::{BookingId, PatientId, ResourceId};
use aloe_domain::permission::need::{Patients, Schedule};
use axum::extract::Path;

use super::form::{FIELDS, chosen, clash, form_page, on_file, overbook_reason, person, place_of};
use super::{agenda, at_place, day_of, show, who};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::notify;
use crate::page::{Answer, conflict, html, refused, see_other, see_other_saying};
use crate::query::Query;
use crate::session::Staff;

/// What a press on an empty place of the calendar, or a patient's page, hands over.
#[derive(serde::Deserialize)]
pub struct Wanted {
    #[serde(default)]
    pub(super) resource: String,
    #[serde(default)]
    pub(super) date: String,
    #[serde(default)]
    pub(super) time: String,
    #[serde(default)]
    patient: String,
}

/// The empty form.
pub async fn new(staff: Staff<Schedule>, Query(wanted): Query<Wanted>) -> Answer {
    let agenda = agenda(&staff).await?;
    let zone = agenda.calendar_zone();
    let resource: Option<ResourceId> = wanted.resource.parse().ok().or(staff.member.resource);
    let resource = resource.or_else(|| agenda.resources.iter().find(|r| r.active).map(|r| r.id));
    let place = place_of(&agenda, resource);
    let service = agenda.services.iter().find(|s| s.active);
    let (date, time) = at_place(&agenda, place, day_of(&wanted.date, &zone), &wanted.time);
    let mut f = Form::filled([
        ("date", date.to_string()),
        ("start", time),
        ("resource", resource.map(|r| r.to_string()).unwrap_or_default()),
        ("location", place.map(|l| l.to_string()).unwrap_or_default()),
        ("service", service.map(|s| s.id.to_string()).unwrap_or_default()),
        ("minutes", String::new()),
        ("channel", "desk".to_owned()),
        ("tell", "1".to_owned()),
        ("key", uuid::Uuid::new_v4().to_string()),
    ]);
    if let Ok(patient) = wanted.patient.parse::<PatientId>() {
        who::choose(&staff, &mut f, patient).await?;
    }
    html(&form_page(&staff, &agenda, f, None))
}

/// Makes the booking.
pub async fn create(staff: Staff<Schedule>, mut f: Form) -> Answer {
    let agenda = agenda(&staff).await?;
    if !f.get("who").is_empty() {
        return who::answer(&staff, &agenda, f).await;
    }
    let key = IdempotencyKey::parse(f.get("key")).ok_or(Failure::Malformed)?;
    let chosen = chosen(&agenda, &mut f);
    let (name, phone) = person(&mut f);
    let note = f.line::<600>("note");
    let reason = overbook_reason(&staff, &mut f);
    let channel =
        Channel::from_code(f.get("channel")).filter(|c| matches!(c, Channel::Desk | Channel::Phone | Channel::WalkIn));
    let (Some(at), Some(name), true) = (chosen, name, f.is_fine()) else {
        return refused(&form_page(&staff, &agenda, f, None));
    };
    let wanted = DeskBooking {
        service: at.service,
        location: at.location,
        resource: at.resource,
        starts_at: at.starts_at,
        minutes: Some(at.minutes),
        patient: f.get("patient").parse().ok(),
        name: name.as_str().to_owned(),
        phone,
        note,
        channel: channel.unwrap_or(Channel::Desk),
        language: language_of(&staff, &agenda, f.get("patient").parse().ok()).await?,
        overbook_reason: reason,
        booked_by: staff.member.name.clone(),
    };
    let mut tx = staff.begin().await?;
    let id = match bookings::book_at_desk(&mut tx, &agenda, &wanted, &key).await {
        Ok(id) => id,
        Err(BookingError::Clash(clashes)) => return clash(&staff, &agenda, f, None, &clashes),
        Err(BookingError::Taken) => return clash(&staff, &agenda, f, None, &[]),
        Err(error) => return Err(error.into()),
    };
    let booking = bookings::find(&mut tx, id).await?;
    if f.ticked("tell") {
        notify::booked(&mut tx, &staff.app, &agenda, &booking).await?;
    }
    tx.commit().await?;
    let said = format!(
        "{} is booked for {}.",
        booking.person(),
        clock::short_moment(booking.starts_at, &agenda.zone(booking.location))
    );
    Ok(see_other_saying(
        &staff.app,
        &show::path_to(&staff, &agenda, &booking)?,
        &said,
    ))
}

/// The language that messages about a booking speak: the person's where their file is known, else the organisation's.
pub async fn language_of(
    staff: &Staff<Schedule>,
    agenda: &Agenda,
    patient: Option<PatientId>,
) -> Result<String, Failure> {
    let Some(patient) = patient else {
        return Ok(agenda.profile.language.clone());
    };
    let mut tx = staff.begin_for::<Patients>().await?;
    let language = patients::find(&mut tx, patient).await?.language;
    tx.done().await?;
    Ok(language)
}

/// The form of an existing booking.
pub async fn edit(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let mut tx = staff.begin().await?;
    let b = bookings::find(&mut tx, id).await?;
    tx.done().await?;
    html(&form_page(&staff, &agenda, on_file(&agenda, &b), Some(&b)))
}

/// Saves a changed booking: first where it stands, then what is written on it.
pub async fn save(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let mut tx = staff.begin().await?;
    let before = bookings::find(&mut tx, id).await?;
    let chosen = chosen(&agenda, &mut f);
    let (name, phone) = person(&mut f);
    let note = f.line::<600>("note");
    let reason = overbook_reason(&staff, &mut f);
    let (Some(at), Some(name), true) = (chosen, name, f.is_fine()) else {
        tx.done().await?;
        return refused(&form_page(&staff, &agenda, f, Some(&before)));
    };
    let at = at.unless_where(&before, &agenda);
    if before.version != version {
        tx.done().await?;
        f.overtake(&on_file(&agenda, &before), &FIELDS);
        return conflict(&form_page(&staff, &agenda, f, Some(&before)));
    }
    let to = Edit {
        version,
        name: name.as_str().to_owned(),
        phone,
        note,
        service: at.service,
    };
    bookings::edit(&mut tx, id, &to).await?;
    let edited = bookings::find(&mut tx, id).await?;
    let moved = edited.starts_at != at.starts_at
        || edited.resource != at.resource
        || edited.location != at.location
        || (edited.ends_at.as_second() - edited.starts_at.as_second()) / 60 != i64::from(at.minutes);
    if moved {
        let to = Move {
            version: edited.version,
            resource: at.resource,
            location: at.location,
            starts_at: at.starts_at,
            minutes: at.minutes,
            overbook_reason: reason,
        };
        match bookings::move_at_desk(&mut tx, &agenda, id, &to).await {
            Ok(()) => {}
            Err(BookingError::Clash(clashes)) => return clash(&staff, &agenda, f, Some(&before), &clashes),
            Err(BookingError::Taken) => return clash(&staff, &agenda, f, Some(&before), &[]),
            Err(error) => return Err(error.into()),
        }
    }
    let after = bookings::find(&mut tx, id).await?;
    if f.ticked("tell") {
        notify::moved(&mut tx, &staff.app, &agenda, &before, &after).await?;
    }
    tx.commit().await?;
    Ok(see_other(&show::path_to(&staff, &agenda, &after)?))
}
