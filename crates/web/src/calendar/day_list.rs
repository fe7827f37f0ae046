//! The day list: the day on paper, for when the power is out.

use aloe_db::agenda::Closure;
use aloe_db::bookings;
use aloe_domain::permission::need::Schedule;
use aloe_domain::phone::PhoneNumber;
use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;

use super::{agenda_from, day_of, layout, state_words};
use crate::clock;
use crate::page::{Answer, Shell, html};
use crate::query::Query;
use crate::session::Staff;

/// The day asked for.
#[derive(serde::Deserialize)]
pub struct Wanted {
    #[serde(default)]
    date: String,
}

/// One line.
pub struct Line {
    time: String,
    name: String,
    phone: String,
    service: String,
    state: String,
    note: String,
    link: String,
    /// Minutes after midnight, to stand in order.
    start: i64,
}

/// One diary's lines.
pub struct Group {
    name: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "calendar/day_list.html")]
struct DayListPage {
    shell: Shell,
    title: String,
    date: Date,
    earlier: Date,
    later: Date,
    printed: String,
    groups: Vec<Group>,
}

/// Shows the list, and prints well.
pub async fn show(staff: Staff<Schedule>, Query(wanted): Query<Wanted>) -> Answer {
    let earliest = day_of(&wanted.date, &jiff::tz::TimeZone::UTC);
    let agenda = agenda_from(&staff, earliest.yesterday().unwrap_or(earliest)).await?;
    let zone = agenda.calendar_zone();
    let date = day_of(&wanted.date, &zone);
    let now = clock::now();
    let (from, to) = clock::day_bounds(date, &zone);
    let mut tx = staff.begin().await?;
    let all = bookings::between(&mut tx, from, to).await?;
    tx.done().await?;
    let line = |b: &bookings::BookingRow| Line {
        time: clock::hour_in(b.starts_at, &zone),
        name: b.person().to_owned(),
        phone: PhoneNumber::parse(&b.contact_phone)
            .map(|p| p.national())
            .unwrap_or_default(),
        service: agenda.service(b.service).map(|s| s.name.clone()).unwrap_or_default(),
        state: state_words(b, now).0,
        note: b.note.clone(),
        link: staff.link(&format!("/calendar?date={date}&booking={}", b.id)),
        start: layout::minute_of_day(b.starts_at, &zone),
    };
    let blocked = |c: &Closure| Line {
        time: clock::minutes(i32::try_from(layout::block_minutes(c, &agenda, &zone).0).unwrap_or(0)),
        name: c.reason.clone(),
        phone: String::new(),
        service: c.hours().unwrap_or_default(),
        state: "Blocked".to_owned(),
        note: String::new(),
        link: staff.link(&format!("/blocks/{}", c.id)),
        start: layout::block_minutes(c, &agenda, &zone).0,
    };
    let of = |r: &aloe_db::agenda::Resource| {
        let booked = all.iter().filter(|b| b.resource == r.id).map(line);
        let blocks = layout::blocks_on(&agenda, r.id, date).into_iter().map(blocked);
        let mut lines: Vec<Line> = booked.chain(blocks).collect();
        lines.sort_by_key(|line| line.start);
        Group {
            name: r.name.clone(),
            lines,
        }
    };
    let groups = agenda
        .resources
        .iter()
        .map(of)
        .filter(|g| !g.lines.is_empty())
        .collect();
    html(&DayListPage {
        shell: Shell::new(&staff),
        title: clock::long_date(date, now.to_zoned(zone.clone()).date()),
        date,
        earlier: date.checked_sub(1.day()).unwrap_or(date),
        later: date.checked_add(1.day()).unwrap_or(date),
        printed: clock::short_moment(now, &zone),
        groups,
    })
}
