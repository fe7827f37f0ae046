//! Where bookings stand in a column: rows of five minutes, and lanes side by side where they overlap.

use aloe_db::agenda::{Agenda, Closure};
use aloe_db::bookings::BookingRow;
use aloe_domain::booking::Status;
use aloe_domain::ids::ResourceId;
use aloe_domain::scheduling::{Change, Diary, LocationCalendar};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::state_words;
use crate::clock;

/// One booking in a column.
pub struct Event {
    /// Its id.
    pub id: String,
    /// Row, height, lane and state as classes.
    pub classes: String,
    /// Whom to call.
    pub name: String,
    /// `09:20 · Consultation`.
    pub what: String,
    /// The state in words, or blank.
    pub state: String,
    /// The version, for moves.
    pub version: i32,
    /// Minutes after midnight, and how many: what is drawn in steps of five need not begin or end on one.
    pub start: i64,
    /// Its length in minutes.
    pub minutes: i64,
    /// Whether it may be moved.
    pub movable: bool,
    /// Whom a message about a move would reach, or blank.
    pub tell: String,
    /// Whether the panel shows it.
    pub chosen: bool,
    /// Whether it is blocked time, which has a page of its own.
    pub is_block: bool,
}

/// A stretch in which a diary is shut.
pub struct Shut {
    /// Row and height as classes.
    pub classes: String,
    /// Why, in a word.
    pub words: String,
}

/// One column: a diary on a day.
pub struct Column {
    /// The element's id.
    pub key: String,
    /// The diary.
    pub resource: String,
    /// Heading.
    pub name: String,
    /// Under it.
    pub below: String,
    /// The day.
    pub date: Date,
    /// Whether the day is today.
    pub today: bool,
    /// Where it is shut.
    pub shut: Vec<Shut>,
    /// Its bookings.
    pub events: Vec<Event>,
    /// The now-line, as classes, with the minutes after midnight.
    pub now: Option<(String, i64)>,
}

/// Minutes after midnight of a moment in a zone.
pub fn minute_of_day(at: Timestamp, zone: &TimeZone) -> i64 {
    let at = at.to_zoned(zone.clone());
    i64::from(at.hour()) * 60 + i64::from(at.minute())
}

/// Places the bookings of one column, those that a filter leaves out, which take their time all the same, and what is blocked.
pub fn events(
    (bookings, left_out, blocks): (&[&BookingRow], &[&BookingRow], &[&Closure]),
    agenda: &Agenda,
    zone: &TimeZone,
    now: Timestamp,
    chosen: &str,
) -> Vec<Event> {
    let spans = bookings.iter().chain(left_out).map(|b| rows(b, zone));
    let spans: Vec<(i64, i64)> = spans
        .chain(blocks.iter().map(|c| {
            let (start, minutes) = block_minutes(c, agenda, zone);
            rows_of(start, minutes)
        }))
        .collect();
    let events = bookings.iter().map(|b| event(b, agenda, zone, now, chosen));
    events
        .chain(left_out.iter().map(|b| taken(b, zone)))
        .chain(blocks.iter().map(|c| blocked(c, agenda, zone)))
        .zip(lanes(&spans))
        .zip(&spans)
        .map(|((event, (lane, of)), (row, height))| {
            let side = match of {
                1 => String::new(),
                _ => format!(" of{of} l{lane}"),
            };
            Event {
                classes: format!("r{row} h{height}{side} {}", event.classes)
                    .trim_end()
                    .to_owned(),
                ..event
            }
        })
        .collect()
}

fn event(b: &BookingRow, agenda: &Agenda, zone: &TimeZone, now: Timestamp, chosen: &str) -> Event {
    let (state, class) = state_words(b, now);
    let service = agenda.service(b.service).map(|s| s.name.as_str()).unwrap_or_default();
    let is_chosen = chosen == b.id.to_string();
    Event {
        id: b.id.to_string(),
        classes: format!("{class}{}", if is_chosen { " chosen" } else { "" }),
        name: b.person().to_owned(),
        what: format!("{} · {service}", clock::hour_in(b.starts_at, zone)),
        state,
        version: b.version,
        start: minute_of_day(b.starts_at, zone),
        minutes: minutes_of(b),
        movable: is_movable(b),
        tell: reached(b),
        chosen: is_chosen,
        is_block: false,
    }
}

/// A booking that a filter leaves out: its time is not free, and no more is said of it.
fn taken(b: &BookingRow, zone: &TimeZone) -> Event {
    Event {
        id: b.id.to_string(),
        classes: "is-block".to_owned(),
        name: "Taken".to_owned(),
        what: clock::hour_in(b.starts_at, zone),
        state: String::new(),
        version: b.version,
        start: minute_of_day(b.starts_at, zone),
        minutes: minutes_of(b),
        movable: false,
        tell: String::new(),
        chosen: false,
        is_block: false,
    }
}

fn blocked(c: &Closure, agenda: &Agenda, zone: &TimeZone) -> Event {
    let (start, minutes) = block_minutes(c, agenda, zone);
    Event {
        id: c.id.to_string(),
        classes: "is-block".to_owned(),
        name: c.reason.clone(),
        what: c.hours().unwrap_or_default(),
        state: String::new(),
        version: 0,
        start,
        minutes,
        movable: false,
        tell: String::new(),
        chosen: false,
        is_block: true,
    }
}

/// When blocked time begins in the calendar's zone, in minutes after midnight, and how long it is.
pub fn block_minutes(c: &Closure, agenda: &Agenda, zone: &TimeZone) -> (i64, i64) {
    let closed = c.on(c.first_day, &agenda.zone(c.location));
    closed.map_or((0, 0), |closed| {
        let minutes = (closed.ends_at.as_second() - closed.starts_at.as_second()) / 60;
        (minute_of_day(closed.starts_at, zone), minutes)
    })
}

/// The blocked time of one diary on one day.
pub fn blocks_on(agenda: &Agenda, resource: ResourceId, date: Date) -> Vec<&Closure> {
    let here = |c: &&Closure| c.is_block() && c.resource == Some(resource) && c.first_day == date;
    agenda.closures.iter().filter(here).collect()
}

/// Whom a message about a booking reaches: nobody without a phone number.
pub fn reached(b: &BookingRow) -> String {
    match b.contact_phone.as_str() {
        "" => String::new(),
        _ => b.contact_name.clone(),
    }
}

/// Whether a booking may go to another time: it has not begun and is not over.
pub fn is_movable(b: &BookingRow) -> bool {
    matches!(b.status, Status::Pending | Status::Confirmed | Status::Arrived)
}

/// The length of a booking in minutes.
pub fn minutes_of(b: &BookingRow) -> i64 {
    (b.ends_at.as_second() - b.starts_at.as_second()) / 60
}

/// First row and height in rows of five minutes. A very short one is drawn ten minutes high, to be hit.
fn rows(b: &BookingRow, zone: &TimeZone) -> (i64, i64) {
    rows_of(minute_of_day(b.starts_at, zone), minutes_of(b))
}

fn rows_of(start: i64, minutes: i64) -> (i64, i64) {
    let row = (start / 5).clamp(0, 287);
    (row, (minutes / 5).max(2).min(288 - row))
}

/// Lane (from 1) and number of lanes of each span: spans that overlap, directly or by others, share the width.
pub fn lanes(spans: &[(i64, i64)]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    let at = |i: usize| spans.get(i).copied().unwrap_or_default();
    order.sort_by_key(|i| (at(*i).0, std::cmp::Reverse(at(*i).1)));
    let mut placed = vec![(1, 1); spans.len()];
    let mut group: Vec<usize> = Vec::new();
    let mut ends: Vec<i64> = Vec::new();
    let mut group_end = i64::MIN;
    for index in order {
        let (row, height) = at(index);
        if row >= group_end {
            close(&mut group, ends.len(), &mut placed);
            ends.clear();
        }
        let lane = ends.iter().position(|end| *end <= row).unwrap_or(ends.len());
        match ends.get_mut(lane) {
            Some(end) => *end = row + height,
            None => ends.push(row + height),
        }
        if let Some(place) = placed.get_mut(index) {
            *place = (lane + 1, 1);
        }
        group.push(index);
        group_end = group_end.max(row + height);
    }
    close(&mut group, ends.len(), &mut placed);
    placed
}

/// All of one group are as many abreast as its widest row, six at most.
fn close(group: &mut Vec<usize>, abreast: usize, placed: &mut [(usize, usize)]) {
    let most = usize::try_from(crate::grid::LANES).unwrap_or(6);
    for index in group.drain(..) {
        if let Some(place) = placed.get_mut(index) {
            *place = (place.0.min(most), abreast.clamp(1, most));
        }
    }
}

/// The stretches of a day in which a diary is shut at all of its places, between two rows.
pub fn shut(open: &[(i64, i64)], from: i64, to: i64) -> Vec<Shut> {
    let mut open = open.to_vec();
    open.sort_unstable();
    let words = match open.is_empty() {
        true => "Closed",
        false => "",
    };
    let mut shut = Vec::new();
    let mut at = from * 5;
    for (start, end) in open.into_iter().chain([(to * 5, to * 5)]) {
        let (row, height) = (at / 5, (start.min(to * 5) - at) / 5);
        if height > 0 {
            shut.push(Shut {
                classes: format!("r{row} h{height}"),
                words: words.to_owned(),
            });
        }
        at = at.max(end);
    }
    shut
}

/// Stretches of a day in one zone, as they stand on that day in another.
pub fn in_zone(stretches: Vec<(i64, i64)>, date: Date, from: &TimeZone, to: &TimeZone) -> Vec<(i64, i64)> {
    let noon = |zone: &TimeZone| {
        date.at(12, 0, 0, 0)
            .to_zoned(zone.clone())
            .map(|z| z.offset().seconds())
    };
    let shift = match (noon(from), noon(to)) {
        (Ok(from), Ok(to)) => i64::from(to - from) / 60,
        _ => 0,
    };
    stretches
        .into_iter()
        .map(|(start, end)| ((start + shift).clamp(0, 1440), (end + shift).clamp(0, 1440)))
        .filter(|(start, end)| start < end)
        .collect()
}

/// The open stretches of a day in minutes after midnight, merged, in order.
pub fn open_minutes(calendar: &LocationCalendar, diary: &Diary, date: Date) -> Vec<(i64, i64)> {
    let holiday = aloe_domain::holidays::is_public_holiday(date) && !calendar.opens_on_public_holidays;
    let changes: Vec<Change> = calendar
        .exceptions
        .iter()
        .chain(&diary.exceptions)
        .filter_map(|e| e.on_day(date))
        .collect();
    let minutes = |p: aloe_domain::scheduling::Period| (i64::from(p.from().minutes()), i64::from(p.to().minutes()));
    let mut open = vec![false; 1440];
    let mut paint = |(from, to): (i64, i64), value: bool| {
        for minute in open
            .iter_mut()
            .take(usize::try_from(to).unwrap_or(0))
            .skip(usize::try_from(from).unwrap_or(0))
        {
            *minute = value;
        }
    };
    if !holiday {
        diary.hours.on(date.weekday()).for_each(|p| paint(minutes(p), true));
    }
    for change in &changes {
        if let Change::Opened(p) = change {
            paint(minutes(*p), true);
        }
    }
    for change in &changes {
        if let Change::Closed(p) = change {
            paint(minutes(*p), false);
        }
    }
    stretches(&open)
}

fn stretches(open: &[bool]) -> Vec<(i64, i64)> {
    let mut found: Vec<(i64, i64)> = Vec::new();
    for (minute, _) in open.iter().enumerate().filter(|(_, open)| **open) {
        let minute = i64::try_from(minute).unwrap_or(0);
        match found.last_mut() {
            Some(last) if last.1 == minute => last.1 = minute + 1,
            _ => found.push((minute, minute + 1)),
        }
    }
    found
}

/// The rows that a calendar shows: from the first opening or booking to the last, whole hours, at least eight of them.
pub fn visible(open: &[(i64, i64)], bookings: &[(i64, i64)]) -> (i64, i64) {
    let starts = open.iter().map(|o| o.0).chain(bookings.iter().map(|b| b.0 * 5));
    let ends = open.iter().map(|o| o.1).chain(bookings.iter().map(|b| (b.0 + b.1) * 5));
    let from = starts.min().unwrap_or(480).min(480) / 60 * 60;
    let to = (ends.max().unwrap_or(1020).max(1020) + 59) / 60 * 60;
    (from / 5, to.min(1440) / 5)
}

/// The rows of a booking, for `visible`.
pub fn booking_rows(b: &BookingRow, zone: &TimeZone) -> (i64, i64) {
    rows(b, zone)
}

/// The now-line, when the day is today.
pub fn now_line(date: Date, zone: &TimeZone, now: Timestamp) -> Option<(String, i64)> {
    let today = now.to_zoned(zone.clone()).date() == date;
    let minute = minute_of_day(now, zone);
    let past = minute % 5;
    let classes = if past == 0 {
        format!("r{} h1", minute / 5)
    } else {
        format!("r{} m{past} h1", minute / 5)
    };
    today.then_some((classes, minute))
}

/// The bookings of one diary on one day.
pub fn on<'a>(bookings: &'a [BookingRow], resource: ResourceId, date: Date, zone: &TimeZone) -> Vec<&'a BookingRow> {
    let here = |b: &&BookingRow| b.resource == resource && b.starts_at.to_zoned(zone.clone()).date() == date;
    bookings.iter().filter(here).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_bookings_stand_side_by_side_and_others_have_the_whole_width() {
        assert_eq!(lanes(&[(100, 4), (102, 4), (110, 4)]), [(1, 2), (2, 2), (1, 1)]);
    }

    #[test]
    fn a_lane_that_is_free_again_is_used_again() {
        assert_eq!(lanes(&[(100, 10), (100, 4), (105, 4)]), [(1, 2), (2, 2), (2, 2)]);
    }

    #[test]
    fn touching_bookings_do_not_overlap() {
        assert_eq!(lanes(&[(100, 4), (104, 4)]), [(1, 1), (1, 1)]);
    }

    #[test]
    fn what_is_open_at_one_of_two_places_is_not_shut() {
        let shut = shut(&[(780, 1020), (480, 720)], 84, 216);
        let classes: Vec<&str> = shut.iter().map(|s| s.classes.as_str()).collect();
        assert_eq!(classes, ["r84 h12", "r144 h12", "r204 h12"]);
        assert_eq!(super::shut(&[], 84, 96)[0].words, "Closed");
    }

    #[test]
    fn hours_of_another_zone_stand_where_they_are_on_that_day() {
        let zone = |name| TimeZone::get(name).unwrap();
        let day = jiff::civil::date(2027, 1, 11);
        let (here, there) = (zone("Africa/Johannesburg"), zone("Europe/London"));
        assert_eq!(in_zone(vec![(480, 720)], day, &there, &here), [(600, 840)]);
        assert_eq!(in_zone(vec![(0, 60)], day, &here, &there), []);
    }

    #[test]
    fn the_visible_hours_hold_every_opening_and_booking() {
        assert_eq!(visible(&[(450, 1020)], &[]), (84, 204));
        assert_eq!(visible(&[], &[(60, 4)]), (60, 204));
    }
}
