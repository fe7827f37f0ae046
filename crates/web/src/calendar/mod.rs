//! The calendar of the desk: day and week, the side panel, bookings and their day.

pub mod block;
pub mod booking;
pub mod cancel;
pub mod day_list;
pub mod drag;
pub mod events;
mod filter;
pub(crate) mod form;
pub mod layout;
pub mod panel;
pub mod show;
pub mod state;
mod team_week;
pub mod who;

use aloe_db::agenda::{Agenda, Resource};
use aloe_db::bookings::BookingRow;
use aloe_domain::booking::Status;
use aloe_domain::ids::LocationId;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::Schedule;
use aloe_domain::scheduling::MinuteOfDay;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::failure::Failure;
use crate::session::Staff;

/// What every calendar page reads first, with the closures of the last month and of all days to come.
pub(crate) async fn agenda(staff: &Staff<Schedule>) -> Result<Agenda, Failure> {
    let today = staff.today();
    agenda_from(staff, today.checked_sub(31.days()).unwrap_or(today)).await
}

/// The same, with the closures of earlier days.
pub(crate) async fn agenda_from(staff: &Staff<Schedule>, day: Date) -> Result<Agenda, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let agenda = Agenda::load(&mut tx, day).await?;
    tx.done().await?;
    Ok(agenda)
}

/// The day in an address, else today.
pub(crate) fn day_of(text: &str, zone: &TimeZone) -> Date {
    let today = crate::clock::now().to_zoned(zone.clone()).date();
    text.parse::<Date>()
        .ok()
        .filter(|d| (2000..2200).contains(&d.year()))
        .unwrap_or(today)
}

/// The diaries that a member books in: a counter its own, everybody else all that are in use.
pub(crate) fn diaries_for<'a>(staff: &Staff<Schedule>, agenda: &'a Agenda) -> Vec<&'a Resource> {
    let all = staff.may(Permission::AllPatients);
    let mine = |r: &&Resource| all || staff.member.resource == Some(r.id);
    agenda.resources.iter().filter(|r| r.active).filter(mine).collect()
}

/// A place in the calendar, which is drawn in one zone, as date and time of a location in another.
pub(crate) fn at_place(agenda: &Agenda, place: Option<LocationId>, date: Date, time: &str) -> (Date, String) {
    let there = place.map(|place| agenda.zone(place));
    let read = || {
        let minute = MinuteOfDay::parse(time).ok()?;
        let (hour, minute) = (minute.minutes() / 60, minute.minutes() % 60);
        let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()?;
        let moment = crate::clock::moment(date, time, &agenda.calendar_zone())?;
        let at = moment.to_zoned(there?);
        Some((at.date(), crate::clock::hour(&at)))
    };
    read().unwrap_or((date, String::new()))
}

/// The state of a booking in words, and the class that colours it. Time in a state counts in minutes.
pub(crate) fn state_words(b: &BookingRow, now: Timestamp) -> (String, &'static str) {
    let since = |at: Option<Timestamp>| at.map_or(0, |at| (now.as_second() - at.as_second()).max(0) / 60);
    match b.status {
        Status::Held => ("Held".into(), "is-pending"),
        Status::Pending => ("To confirm".into(), "is-pending"),
        Status::Confirmed if b.channel == aloe_domain::booking::Channel::Web && b.patient.is_none() => {
            ("Booked online".into(), "")
        }
        Status::Confirmed if !b.overbook_reason.is_empty() => ("Squeezed in".into(), "is-over"),
        Status::Confirmed => (String::new(), ""),
        Status::Arrived => (format!("Waiting {} min", since(b.arrived_at)), "is-arrived"),
        Status::InProgress => (format!("With practitioner {} min", since(b.started_at)), "is-in"),
        Status::Completed => ("Done".into(), "is-done"),
        Status::NoShow => ("Did not come".into(), "is-missed"),
        Status::Cancelled => ("Cancelled".into(), "is-missed"),
    }
}
