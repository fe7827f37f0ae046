//! Cancelling at the desk: with a reason, and told to the person unless reception says otherwise.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, BookingRow};
use aloe_domain::booking::Status;
use aloe_domain::ids::BookingId;
use aloe_domain::permission::need::Schedule;
use askama::Template;
use axum::extract::Path;

use super::{agenda, show};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::notify;
use crate::page::{Answer, Shell, html, refused, see_other_saying};
use crate::session::Staff;

/// Reasons that reception gives most; the last one asks for words.
pub const REASONS: [&str; 5] = [
    "The person asked",
    "The practitioner is away",
    "Booked twice",
    "The place is closed",
    "Another reason",
];

#[derive(Template)]
#[template(path = "calendar/cancel.html")]
struct CancelPage {
    shell: Shell,
    id: String,
    back: String,
    name: String,
    about: String,
    reasons: &'static [&'static str],
    can_tell: bool,
    f: Form,
}

fn page(staff: &Staff<Schedule>, agenda: &Agenda, b: &BookingRow, f: Form) -> Result<CancelPage, Failure> {
    let zone = agenda.zone(b.location);
    let service = agenda.service(b.service).map(|s| s.name.as_str()).unwrap_or_default();
    Ok(CancelPage {
        shell: Shell::new(staff),
        id: b.id.to_string(),
        back: show::path_to(staff, agenda, b)?,
        name: b.person().to_owned(),
        about: format!("{service}, {}", clock::short_moment(b.starts_at, &zone)),
        reasons: &REASONS,
        can_tell: !b.contact_phone.is_empty(),
        f,
    })
}

/// Asks for the reason.
pub async fn ask(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let mut tx = staff.begin().await?;
    let booking = bookings::find(&mut tx, id).await?;
    tx.done().await?;
    let f = Form::filled([("version", booking.version.to_string()), ("tell", "1".to_owned())]);
    html(&page(&staff, &agenda, &booking, f)?)
}

/// Cancels and gives the time back.
pub async fn cancel(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let reason = reason(&mut f);
    let mut tx = staff.begin().await?;
    let booking = bookings::find(&mut tx, id).await?;
    let Some(reason) = reason else {
        tx.done().await?;
        return refused(&page(&staff, &agenda, &booking, f)?);
    };
    bookings::set_status(&mut tx, &agenda, id, version, Status::Cancelled, &reason).await?;
    if f.ticked("tell") {
        notify::cancelled(&mut tx, &staff.app.keys, &agenda, &booking).await?;
    }
    tx.commit().await?;
    let date = booking.starts_at.to_zoned(agenda.calendar_zone()).date();
    let said = format!(
        "{} on {} is cancelled. The time is free again.",
        booking.person(),
        clock::short_date(date)
    );
    Ok(see_other_saying(
        &staff.app,
        &staff.link(&show::of_day(&staff, date)),
        &said,
    ))
}

fn reason(f: &mut Form) -> Option<String> {
    let chosen = f.get("reason").to_owned();
    let words = f.line::<180>("words");
    let known = REASONS.contains(&chosen.as_str());
    match (known, chosen == "Another reason") {
        (false, _) => {
            f.complain("reason", "Choose why it is cancelled.");
            None
        }
        (true, true) if words.is_empty() => {
            f.complain("words", "Say why in a few words.");
            None
        }
        (true, true) => Some(words),
        (true, false) => Some(chosen),
    }
    .filter(|_| f.is_fine())
}
