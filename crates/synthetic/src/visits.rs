//! Bookings of a person with a practice, in the past and to come.

use crate::draw::{Draw, Purpose};
use crate::hours::{Opening, minute_of_day};
use crate::person::Person;
use crate::practice::{Practice, Service};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

/// What became of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VisitStatus {
    /// To come, not confirmed.
    Booked,
    /// To come, confirmed by the person.
    Confirmed,
    /// Past; the person was seen.
    Completed,
    /// Past; the person did not come.
    NoShow,
    /// Cancelled beforehand.
    Cancelled,
}

/// One booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Local start in Africa/Johannesburg, on a five-minute mark within opening hours.
    pub starts: DateTime,
    /// What is booked, with its minutes.
    pub service: Service,
    /// Place in the practice's `practitioners`; none where nobody is named, as at a counter.
    pub practitioner: Option<usize>,
    /// Place in the practice's `locations`.
    pub location: usize,
    /// What became of it.
    pub status: VisitStatus,
}

/// Days into the past and the future in which bookings lie.
const PAST: i32 = 540;
const FUTURE: i32 = 45;
/// Attempts to find an open day; a week has at most two closed days in a row.
const ATTEMPTS: usize = 12;

/// The bookings of `person` with `practice`, seen at local time `now`, earliest first.
///
/// Older people and those with long-term conditions have more. They never overlap one another,
/// but bookings of two people may.
#[must_use]
pub fn visits(seed: u64, person: &Person, practice: &Practice, now: DateTime) -> Vec<Visit> {
    let mut draw = Draw::keyed(seed, person.index, Purpose::Visit, practice.index);
    let burden = i32::try_from(person.chronic.len()).unwrap_or(0) * 2;
    let age = i32::from(person.age_on(now.date()));
    let past = draw.between(0, 3 + burden + age / 30);
    let future = draw.weighted(&[(0, 50), (1, 40), (2, 10)], 0);
    let mut list = Vec::new();
    for _ in 0..past {
        let days = draw.between(1, PAST);
        list.extend(visit(&mut draw, person, practice, now, -days));
    }
    for _ in 0..future {
        let days = draw.between(1, FUTURE);
        list.extend(visit(&mut draw, person, practice, now, days));
    }
    list.retain(|visit| visit.starts.date() >= person.birth_date);
    list.sort_by_key(|visit| visit.starts);
    list.dedup_by_key(|visit| visit.starts.date());
    list
}

/// A booking `days` from now, or on the next day after that on which it fits; none if none does.
fn visit(draw: &mut Draw, person: &Person, practice: &Practice, now: DateTime, days: i32) -> Option<Visit> {
    let first = now.date().checked_add(days.days()).ok()?;
    let suiting: Vec<&Service> = practice
        .services
        .iter()
        .filter(|service| service.suits(person, first))
        .collect();
    let service = **draw.pick(&suiting)?;
    let starts = start(draw, practice, service, first)?;
    let staff = u32::try_from(practice.practitioners.len()).ok()?;
    let sites = u32::try_from(practice.locations.len()).ok()?;
    Some(Visit {
        starts,
        service,
        practitioner: (staff > 0).then(|| draw.below(staff) as usize),
        location: draw.below(sites) as usize,
        status: status(draw, starts < now),
    })
}

fn start(draw: &mut Draw, practice: &Practice, service: Service, first: Date) -> Option<DateTime> {
    let mut date = first;
    for _ in 0..ATTEMPTS {
        let fitting: Vec<&Opening> = practice
            .hours
            .on(date)
            .filter(|opening| room(opening, service) >= 0)
            .collect();
        if let Some(opening) = draw.pick(&fitting) {
            return Some(date.to_datetime(time_within(draw, opening, service)?));
        }
        date = date.tomorrow().ok()?;
    }
    None
}

/// Minutes to spare in `opening` around the service; negative when it does not fit.
fn room(opening: &Opening, service: Service) -> i32 {
    minute_of_day(opening.closes) - minute_of_day(opening.opens) - i32::from(service.minutes)
}

fn time_within(draw: &mut Draw, opening: &Opening, service: Service) -> Option<Time> {
    let step = draw.between(0, room(opening, service) / 5);
    let minute = minute_of_day(opening.opens) + step * 5;
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Time::new(hour, minute, 0, 0).ok()
}

fn status(draw: &mut Draw, past: bool) -> VisitStatus {
    use VisitStatus::{Booked, Cancelled, Completed, Confirmed, NoShow};
    if past {
        draw.weighted(&[(Completed, 78), (NoShow, 12), (Cancelled, 10)], Completed)
    } else {
        draw.weighted(&[(Booked, 50), (Confirmed, 43), (Cancelled, 7)], Booked)
    }
}
