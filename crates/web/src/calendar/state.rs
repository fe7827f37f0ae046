//! The day of a booking at the desk: arrived, called in, done, did not come.

use aloe_db::bookings;
use aloe_domain::booking::Status;
use aloe_domain::ids::BookingId;
use aloe_domain::permission::need::{Patients, Schedule};
use axum::extract::Path;

use super::{agenda, show};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, see_other};
use crate::session::Staff;

/// Takes a booking to its next state. Cancelling has a page of its own, since it needs a reason.
pub async fn change(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let to = Status::from_code(f.get("to"))
        .filter(|to| *to != Status::Cancelled)
        .ok_or(Failure::Malformed)?;
    let agenda = agenda(&staff).await?;
    let mut tx = staff.begin().await?;
    bookings::set_status(&mut tx, &agenda, id, version, to, "").await?;
    let booking = bookings::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(see_other(&show::path_to(&staff, &agenda, &booking)?))
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
