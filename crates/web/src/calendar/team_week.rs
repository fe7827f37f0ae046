//! The week of everybody: a row for each diary, a column for each day, the bookings of a cell one under the other.

use aloe_db::agenda::{Agenda, Closure, Resource};
use aloe_db::bookings::BookingRow;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{layout, state_words};
use crate::clock;

/// The table.
pub struct TeamWeek {
    /// Each day's heading, and whether it is today.
    pub days: Vec<(String, bool)>,
    /// A row for each diary.
    pub rows: Vec<Row>,
}

/// One diary's week.
pub struct Row {
    /// The diary.
    pub resource: String,
    /// Whose it is.
    pub name: String,
    /// Discipline and how many are booked.
    pub below: String,
    /// A cell for each day.
    pub cells: Vec<Cell>,
}

/// One diary on one day.
pub struct Cell {
    /// The day, as addresses have it.
    pub date: Date,
    /// The day in words.
    pub day: String,
    /// Who is booked.
    pub lines: Vec<Line>,
}

/// One booking.
pub struct Line {
    /// Its id.
    pub id: String,
    /// `09:20`.
    pub at: String,
    /// Whom to call.
    pub name: String,
    /// State as a class.
    pub class: &'static str,
    /// State in words, for those who do not see the colour.
    pub state: String,
    /// Whether the panel shows it.
    pub chosen: bool,
    /// Whether it may be moved to another cell.
    pub movable: bool,
    /// Whom a message about a move would reach, or blank.
    pub tell: String,
    /// Minutes after midnight at which it starts.
    pub start: i64,
    /// Length in minutes.
    pub minutes: i64,
    /// Row version.
    pub version: i32,
    /// Whether it is blocked time, which has a page of its own.
    pub is_block: bool,
}

impl TeamWeek {
    /// The seven days from a Monday on; a weekend day on which nobody is booked is left out.
    pub fn of(
        agenda: &Agenda,
        all: &[BookingRow],
        shown: &[&Resource],
        monday: Date,
        chosen: &str,
        now: Timestamp,
    ) -> Self {
        let zone = agenda.calendar_zone();
        let today = now.to_zoned(zone.clone()).date();
        let on = |resource: &Resource, date: Date| layout::on(all, resource.id, date, &zone);
        let days: Vec<Date> = (0..7)
            .filter_map(|offset: i64| monday.checked_add(offset.days()).ok())
            .filter(|date| date.weekday().to_monday_zero_offset() < 5 || shown.iter().any(|r| !on(r, *date).is_empty()))
            .collect();
        let row = |resource: &&Resource| {
            let cells: Vec<Cell> = days
                .iter()
                .map(|date| Cell {
                    date: *date,
                    day: day_words(*date),
                    lines: lines(
                        &on(resource, *date),
                        (agenda, &layout::blocks_on(agenda, resource.id, *date)),
                        &zone,
                        chosen,
                        now,
                    ),
                })
                .collect();
            let booked: usize = cells
                .iter()
                .map(|cell| cell.lines.iter().filter(|line| !line.is_block).count())
                .sum();
            let of = if resource.discipline.is_empty() {
                String::new()
            } else {
                format!("{} · ", resource.discipline)
            };
            Row {
                resource: resource.id.to_string(),
                name: resource.name.clone(),
                below: format!("{of}{booked} booked"),
                cells,
            }
        };
        Self {
            rows: shown.iter().map(row).collect(),
            days: days.iter().map(|date| (day_words(*date), *date == today)).collect(),
        }
    }
}

fn day_words(date: Date) -> String {
    format!("{} {}", clock::weekday(date), date.day())
}

fn lines(
    bookings: &[&BookingRow],
    (agenda, blocks): (&Agenda, &[&Closure]),
    zone: &TimeZone,
    chosen: &str,
    now: Timestamp,
) -> Vec<Line> {
    let booked = bookings.iter().map(|b| line(b, zone, chosen, now));
    let mut lines: Vec<Line> = booked.chain(blocks.iter().map(|c| blocked(c, agenda, zone))).collect();
    lines.sort_by_key(|line| line.start);
    lines
}

fn line(b: &BookingRow, zone: &TimeZone, chosen: &str, now: Timestamp) -> Line {
    let (state, class) = state_words(b, now);
    let id = b.id.to_string();
    Line {
        at: clock::hour_in(b.starts_at, zone),
        name: b.person().to_owned(),
        class,
        state,
        chosen: id == chosen,
        movable: layout::is_movable(b),
        tell: layout::reached(b),
        start: layout::minute_of_day(b.starts_at, zone),
        minutes: layout::minutes_of(b),
        version: b.version,
        is_block: false,
        id,
    }
}

fn blocked(c: &Closure, agenda: &Agenda, zone: &TimeZone) -> Line {
    let (start, minutes) = layout::block_minutes(c, agenda, zone);
    Line {
        id: c.id.to_string(),
        at: clock::minutes(i32::try_from(start).unwrap_or(0)),
        name: c.reason.clone(),
        class: "is-block",
        state: "blocked".to_owned(),
        chosen: false,
        movable: false,
        tell: String::new(),
        start,
        minutes,
        version: 0,
        is_block: true,
    }
}
