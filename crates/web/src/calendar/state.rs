//! The day of a booking at the desk: arrived, called in, done, did not come.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, BookingError, Clash};
use aloe_domain::booking::Status;
use aloe_domain::ids::BookingId;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::{Patients, Schedule};
use askama::Template;
use axum::extract::Path;

use super::form::{in_words, overbook_reason};
use super::{agenda, show};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, see_other};
use crate::session::Staff;

#[derive(Template)]
#[template(path = "calendar/given_away.html")]
struct GivenAway {
    shell: Shell,
    id: String,
    name: String,
    back: String,
    to: String,
    clashes: Vec<String>,
    may_overbook: bool,
    f: Form,
}

/// Takes a booking to its next state. Cancelling has a page of its own, since it needs a reason.
pub async fn change(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let to = Status::from_code(f.get("to"))
        .filter(|to| *to != Status::Cancelled)
        .ok_or(Failure::Malformed)?;
    let reason = overbook_reason(&staff, &mut f);
    let agenda = agenda(&staff).await?;
    let mut tx = staff.begin().await?;
    let changed = match reason.as_str() {
        "" => bookings::set_status(&mut tx, &agenda, id, version, to, "").await,
        _ if !f.is_fine() => Err(BookingError::Clash(Vec::new())),
        why => bookings::squeeze_in(&mut tx, &agenda, id, version, to, why).await,
    };
    match changed {
        Ok(()) => {}
        Err(BookingError::Clash(clashes)) => {
            tx.roll_back().await?;
            return given_away(&staff, &agenda, id, &clashes, f).await;
        }
        Err(error) => return Err(error.into()),
    }
    let booking = bookings::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(see_other(&show::path_to(&staff, &agenda, &booking)?))
}

/// Somebody came after all, and their time was given to others: who they are, and the way to squeeze it in.
async fn given_away(staff: &Staff<Schedule>, agenda: &Agenda, id: BookingId, clashes: &[Clash], f: Form) -> Answer {
    let mut tx = staff.begin().await?;
    let booking = bookings::find(&mut tx, id).await?;
    tx.done().await?;
    let zone = agenda.calendar_zone();
    conflict(&GivenAway {
        shell: Shell::new(staff),
        id: id.to_string(),
        name: booking.person().to_owned(),
        back: show::path_to(staff, agenda, &booking)?,
        to: f.get("to").to_owned(),
        clashes: clashes.iter().map(|c| in_words(c, &zone)).collect(),
        may_overbook: staff.may(Permission::Overbook),
        f,
    })
}

/// Says that a booking is for someone on file, or, without anybody, that it is not for whom it was bound to.
pub async fn attach(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let nobody = f.get("patient").is_empty();
    let mut tx = if nobody {
        let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
        let mut tx = staff.begin().await?;
        bookings::detach_patient(&mut tx, id, version).await?;
        tx
    } else {
        let patient = f.id("patient").ok_or(Failure::Malformed)?;
        // A counter binds those whom it sees, and reaches nobody by an id that it came by.
        let mut files = staff.begin_for::<Patients>().await?;
        aloe_db::patients::find(&mut files, patient).await?;
        files.done().await?;
        let mut tx = staff.begin().await?;
        bookings::attach_patient(&mut tx, id, patient).await?;
        tx
    };
    let booking = bookings::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(see_other(&show::path_to(&staff, &agenda, &booking)?))
}
