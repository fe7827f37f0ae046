//! The calendar page: a day with a column for each diary, a week of one diary, or a week of everybody.

use aloe_db::agenda::{Agenda, Busy, Location, Resource};
use aloe_db::bookings::{self, BookingRow};
use aloe_domain::booking::Status;
use aloe_domain::ids::ResourceId;
use aloe_domain::permission::need::Schedule;
use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::filter::{Choice, Filter};
use super::layout::{self, Column};
use super::panel::{self, Panel};
use super::team_week::TeamWeek;
use super::{agenda_from, day_of};
use crate::clock;
use crate::cookies::Cookie;
use crate::failure::Failure;
use crate::page::{Answer, Shell, html};
use crate::query::Query;
use crate::session::Staff;

/// How long it is remembered how the calendar was shown: a session at most.
const KEPT_SECONDS: u32 = 12 * 60 * 60;

/// What the address asks for.
#[derive(serde::Deserialize, Default)]
pub struct Wanted {
    #[serde(default)]
    date: String,
    #[serde(default)]
    view: String,
    #[serde(default)]
    r: String,
    #[serde(default)]
    s: String,
    #[serde(default)]
    l: String,
    #[serde(default)]
    st: String,
    #[serde(default)]
    booking: String,
}

/// Counts at the top.
pub struct Counts {
    /// All of the day.
    pub booked: usize,
    /// Over.
    pub done: usize,
    /// Here, not seen.
    pub waiting: usize,
    /// Minutes that the longest has waited.
    pub longest: i64,
    /// Did not come.
    pub missed: usize,
}

#[derive(Template)]
#[template(path = "calendar/show.html")]
struct CalendarPage {
    shell: Shell,
    title: String,
    week: bool,
    date: Date,
    earlier: Date,
    later: Date,
    from: i64,
    to: i64,
    hours: Vec<(i64, String)>,
    now_words: String,
    columns: Vec<Column>,
    counts: Counts,
    diaries: Vec<(String, String)>,
    chosen_diary: String,
    filter: Filter,
    shown_words: String,
    services: Vec<Choice>,
    places: Vec<Choice>,
    states: Vec<Choice>,
    team: Option<TeamWeek>,
    panel: Option<Panel>,
    setup: bool,
    no_diaries: bool,
    zone_words: String,
}

impl CalendarPage {
    /// The end of an address that shows the same: view, diary, filter.
    fn view(&self) -> String {
        let view = if self.week { "&view=week" } else { "" };
        let diary = match (self.chosen_diary.as_str(), self.week) {
            ("", false) => String::new(),
            ("", true) => "&r=all".to_owned(),
            (chosen, _) => format!("&r={chosen}"),
        };
        format!("{view}{diary}{}", self.filter.query())
    }

    fn here(&self) -> String {
        format!("{}/calendar?date={}{}", self.shell.base, self.date, self.view())
    }

    /// The end of an address that keeps the diary and the filter.
    fn kept(&self) -> String {
        format!("&r={}{}", self.chosen_diary, self.filter.query())
    }
}

/// Shows the calendar.
pub async fn show(staff: Staff<Schedule>, Query(wanted): Query<Wanted>) -> Answer {
    let earliest = day_of(&wanted.date, &TimeZone::UTC);
    let agenda = agenda_from(&staff, earliest.checked_sub(8.days()).unwrap_or(earliest)).await?;
    let zone = agenda.calendar_zone();
    let date = day_of(&wanted.date, &zone);
    let now = clock::now();
    let week = wanted.view == "week";
    let (first, days) = if week { (clock::monday(date), 7) } else { (date, 1) };
    let last = first.checked_add((days - 1).days()).unwrap_or(first);
    let (from, to) = (clock::day_bounds(first, &zone).0, clock::day_bounds(last, &zone).1);
    let mut tx = staff.begin().await?;
    let booked = bookings::between(&mut tx, from, to).await?;
    tx.done().await?;
    let filter = Filter::read(&agenda, &wanted.s, &wanted.l, &wanted.st);
    let (all, mut left_out): (Vec<_>, Vec<_>) = booked.into_iter().partition(|b| filter.shows(b));
    left_out.retain(|b| b.status.occupies());
    let panel = match wanted.booking.parse() {
        Ok(id) => Some(panel::load(&staff, &agenda, id, now).await?),
        Err(_) => None,
    };
    let chosen_diary = chosen_diary(&staff, &wanted.r, week);
    let mut shown = diaries(&agenda, &chosen_diary, &all);
    shown.retain(|r| filter.shows_diary(&agenda, r, &all));
    let counted: Vec<&BookingRow> = all
        .iter()
        .filter(|b| shown.iter().any(|r| r.id == b.resource))
        .collect();
    let counts = counts(&counted, now);
    let team = (week && shown.len() > 1).then(|| TeamWeek::of(&agenda, &all, &shown, first, &wanted.booking, now));
    let shown = if team.is_some() { Vec::new() } else { shown };
    let columns = columns(&agenda, (&all, &left_out), &shown, (first, days), &wanted.booking, now);
    let (from_row, to_row) = visible(&agenda, &all, &shown, (first, days), &zone);
    let mut page = CalendarPage {
        shell: Shell::new(&staff),
        title: title(first, last, week, now.to_zoned(zone.clone()).date()),
        week,
        date,
        earlier: shifted(date, if week { -7 } else { -1 }),
        later: shifted(date, if week { 7 } else { 1 }),
        from: from_row,
        to: to_row,
        hours: (from_row / 12..to_row / 12)
            .map(|hour| (hour * 12, format!("{hour:02}:00")))
            .collect(),
        now_words: clock::hour_in(now, &zone),
        columns,
        counts,
        diaries: agenda
            .resources
            .iter()
            .filter(|r| r.active)
            .map(|r| (r.id.to_string(), r.name.clone()))
            .collect(),
        shown_words: shown_words(&agenda, &chosen_diary, &filter),
        services: filter.services(&agenda),
        places: filter.places(&agenda),
        states: filter.states(),
        chosen_diary,
        filter,
        team,
        panel,
        setup: agenda.resources.is_empty() || agenda.services.is_empty(),
        no_diaries: agenda.resources.is_empty(),
        zone_words: zone.iana_name().unwrap_or("UTC").replace('_', " "),
    };
    cut_to_visible(&mut page, &agenda);
    let mut answer = html(&page)?;
    let view = page.view();
    if view != staff.calendar {
        let kept = format!("{}:{view}", staff.member.slug);
        let cookie = Cookie::Calendar.set(&staff.app.config, &kept, KEPT_SECONDS);
        crate::cookies::add(answer.headers_mut(), cookie);
    }
    Ok(answer)
}

/// What the page shows, in words: `Dr Naidoo, consultation`.
fn shown_words(agenda: &Agenda, chosen: &str, filter: &Filter) -> String {
    let diary = chosen
        .parse()
        .ok()
        .and_then(|id| agenda.resource(id))
        .map(|r| r.name.clone());
    let rest = Some(filter.words(agenda)).filter(|words| !words.is_empty());
    let words: Vec<String> = [diary, rest].into_iter().flatten().collect();
    match words.is_empty() {
        true => "everyone".to_owned(),
        false => words.join(", "),
    }
}

fn title(first: Date, last: Date, week: bool, today: Date) -> String {
    if !week {
        return clock::long_date(first, today);
    }
    let begin = if first.month() == last.month() {
        first.day().to_string()
    } else {
        format!("{} {}", first.day(), clock::month(first))
    };
    format!("{begin} to {} {}", last.day(), clock::month(last))
}

fn shifted(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

/// Which diary the page is for; blank for everybody's. A counter sees its own and no other; whoever has a diary sees its
/// week first, and everybody's when asked for.
fn chosen_diary(staff: &Staff<Schedule>, wanted: &str, week: bool) -> String {
    let own = staff.member.resource.map(|own| own.to_string());
    let mut roles = staff.member.roles.iter();
    let own_only = roles.all(|role| role == aloe_domain::permission::Role::Counter);
    match wanted {
        _ if own_only => own.unwrap_or_default(),
        "all" => String::new(),
        "" if week => own.unwrap_or_default(),
        other => other.parse::<ResourceId>().map(|id| id.to_string()).unwrap_or_default(),
    }
}

/// The diaries on the page: all that are in use or have bookings here, or the chosen one.
fn diaries<'a>(agenda: &'a Agenda, chosen: &str, booked: &[BookingRow]) -> Vec<&'a Resource> {
    let wanted: Option<ResourceId> = chosen.parse().ok();
    let used = |r: &&Resource| r.active || booked.iter().any(|b| b.resource == r.id);
    let shown = agenda.resources.iter().filter(used);
    shown.filter(|r| wanted.is_none_or(|w| w == r.id)).collect()
}

fn columns(
    agenda: &Agenda,
    (all, left_out): (&[BookingRow], &[BookingRow]),
    shown: &[&Resource],
    (first, days): (Date, i64),
    chosen: &str,
    now: Timestamp,
) -> Vec<Column> {
    let zone = agenda.calendar_zone();
    let today = now.to_zoned(zone.clone()).date();
    let mut columns = Vec::new();
    for resource in shown {
        for offset in 0..days {
            let date = shifted(first, offset);
            let own = layout::on(all, resource.id, date, &zone);
            if days > 1
                && own.is_empty()
                && date.weekday().to_monday_zero_offset() > 4
                && open_on(agenda, resource, date).is_empty()
            {
                continue;
            }
            let blocks = layout::blocks_on(agenda, resource.id, date);
            let others = layout::on(left_out, resource.id, date, &zone);
            let seen = own.iter().filter(|b| b.status == Status::Completed).count();
            let counted = format!("{seen} of {} seen", own.len());
            let (name, below) = if days > 1 {
                (
                    format!("{} {}", clock::weekday(date), date.day()),
                    format!("{} booked", own.len()),
                )
            } else if resource.discipline.is_empty() {
                (resource.name.clone(), counted)
            } else {
                (resource.name.clone(), format!("{} · {counted}", resource.discipline))
            };
            columns.push(Column {
                key: format!("c-{}-{date}", resource.id),
                resource: resource.id.to_string(),
                name,
                below,
                date,
                today: date == today,
                shut: Vec::new(),
                events: layout::events((&own, &others, &blocks), agenda, &zone, now, chosen),
                now: layout::now_line(date, &zone, now),
            });
        }
    }
    columns
}

/// The open stretches of a diary on a day, over all its places, in the calendar's zone.
fn open_on(agenda: &Agenda, resource: &Resource, date: Date) -> Vec<(i64, i64)> {
    let (none, zone) = (Busy::new(), agenda.calendar_zone());
    let at = |l: &Location| {
        let open = layout::open_minutes(
            &agenda.location_calendar(l.id),
            &agenda.diary(resource, l.id, &none),
            date,
        );
        layout::in_zone(open, date, &agenda.zone(l.id), &zone)
    };
    agenda.locations.iter().filter(|l| l.active).flat_map(at).collect()
}

fn visible(
    agenda: &Agenda,
    all: &[BookingRow],
    shown: &[&Resource],
    (first, days): (Date, i64),
    zone: &TimeZone,
) -> (i64, i64) {
    let open: Vec<(i64, i64)> = shown
        .iter()
        .flat_map(|r| (0..days).flat_map(move |offset| open_on(agenda, r, shifted(first, offset))))
        .collect();
    let on_page = |b: &&BookingRow| shown.iter().any(|r| r.id == b.resource);
    let rows: Vec<(i64, i64)> = all
        .iter()
        .filter(on_page)
        .map(|b| layout::booking_rows(b, zone))
        .collect();
    layout::visible(&open, &rows)
}

/// Shut stretches are drawn once the visible rows are known; the now-line only inside them.
fn cut_to_visible(page: &mut CalendarPage, agenda: &Agenda) {
    let (from, to) = (page.from, page.to);
    for column in &mut page.columns {
        let Some(resource) = column.resource.parse().ok().and_then(|id| agenda.resource(id)) else {
            continue;
        };
        if agenda.hours.iter().any(|h| h.resource == resource.id) {
            column.shut = layout::shut(&open_on(agenda, resource, column.date), from, to);
        }
        column.now = column
            .now
            .take()
            .filter(|(_, minute)| minute / 5 >= from && minute / 5 < to);
    }
}

fn counts(all: &[&BookingRow], now: Timestamp) -> Counts {
    let of = |status: Status| all.iter().filter(|b| b.status == status).count();
    let waited = |b: &BookingRow| b.arrived_at.map_or(0, |at| (now.as_second() - at.as_second()) / 60);
    let waiting = all.iter().filter(|b| b.status == Status::Arrived);
    Counts {
        booked: all.len(),
        done: of(Status::Completed),
        waiting: of(Status::Arrived),
        longest: waiting.map(|b| waited(b)).max().unwrap_or(0),
        missed: of(Status::NoShow),
    }
}

/// The calendar of a day, shown as it was last: a path inside the organisation.
pub(super) fn of_day(staff: &Staff<Schedule>, date: Date) -> String {
    format!("/calendar?date={date}{}", staff.calendar)
}

/// Where the calendar of a booking's day is, with the booking chosen.
pub(crate) fn path_to(staff: &Staff<Schedule>, agenda: &Agenda, b: &BookingRow) -> Result<String, Failure> {
    let date = b.starts_at.to_zoned(agenda.calendar_zone()).date();
    Ok(staff.link(&format!("{}&booking={}", of_day(staff, date), b.id)))
}
