//! A booking dragged to another time or diary, or made longer or shorter, in the calendar.

use aloe_db::bookings::{self, BookingError, Move};
use aloe_domain::ids::{BookingId, ResourceId};
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::Schedule;
use axum::extract::Path;

use super::form::{chosen_in, in_words, place_of};
use super::{agenda, show};
use crate::failure::Failure;
use crate::form::Form;
use crate::notify;
use crate::page::{Answer, see_other};
use crate::session::Staff;

/// A drag in the calendar: `resource, date, start, minutes, version`. What is in the way comes back as a sentence.
pub async fn drag(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let mut tx = staff.begin().await?;
    let before = bookings::find(&mut tx, id).await?;
    f.set("service", before.service.to_string());
    let resource: Option<ResourceId> = f.get("resource").parse().ok();
    let works_there = agenda
        .hours
        .iter()
        .any(|h| Some(h.resource) == resource && h.location == before.location);
    let location = if works_there {
        Some(before.location)
    } else {
        place_of(&agenda, resource)
    };
    f.set("location", location.map(|l| l.to_string()).unwrap_or_default());
    let version = f.number("version", 1, i32::MAX);
    let (Some(at), Some(version)) = (chosen_in(&agenda, &mut f, Some(agenda.calendar_zone())), version) else {
        return Err(Failure::Malformed);
    };
    let to = Move {
        version,
        resource: at.resource,
        location: at.location,
        starts_at: at.starts_at,
        minutes: at.minutes,
        overbook_reason: String::new(),
    };
    match bookings::move_at_desk(&mut tx, &agenda, id, &to).await {
        Ok(()) => {}
        Err(error @ (BookingError::Clash(_) | BookingError::Taken)) => {
            let zone = agenda.calendar_zone();
            let by = match &error {
                BookingError::Clash(clashes) => clashes.first().map(|c| format!(": {}", in_words(c, &zone))),
                _ => None,
            };
            let next = if staff.may(Permission::Overbook) {
                "To squeeze it in, open the booking and give a reason."
            } else {
                "The booking is where it was. Your roles do not overbook: choose another time, or ask somebody who may."
            };
            return Err(Failure::Refused(format!(
                "That time is taken{}. {next}",
                by.unwrap_or_default()
            )));
        }
        Err(error) => return Err(error.into()),
    }
    let after = bookings::find(&mut tx, id).await?;
    // Who drags is asked; where nothing was asked, the person learns of a change that concerns them.
    if f.get("tell") != "0" {
        notify::moved(&mut tx, &staff.app, &agenda, &before, &after).await?;
    }
    tx.commit().await?;
    Ok(see_other(&show::path_to(&staff, &agenda, &after)?))
}
