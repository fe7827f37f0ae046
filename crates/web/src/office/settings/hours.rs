//! Weekly hours of a diary at a place: up to two periods a day, written as times.

use aloe_db::agenda::Agenda;
use aloe_db::settings;
use aloe_domain::ids::{LocationId, ResourceId};
use aloe_domain::permission::need::Settings;
use aloe_domain::scheduling::{MinuteOfDay, Period};
use askama::Template;

use super::{Tab, agenda, tabs};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, html, refused, see_other_saying};
use crate::query::Query;
use crate::session::Staff;

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Whose hours, and where.
#[derive(serde::Deserialize)]
pub struct Wanted {
    #[serde(default)]
    diary: String,
    #[serde(default)]
    place: String,
}

/// One field of a day.
pub struct Cell {
    name: String,
    label: String,
    value: String,
    error: Option<String>,
}

/// One day: from, to, and again from, to.
pub struct Day {
    words: &'static str,
    cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "office/settings/hours.html")]
struct HoursPage {
    shell: Shell,
    tabs: Vec<Tab>,
    diaries: Vec<(String, String)>,
    places: Vec<(String, String)>,
    diary: String,
    place: String,
    days: Vec<Day>,
    before: String,
    f: Form,
}

/// The chosen diary and place, else the first of each.
fn chosen(agenda: &Agenda, diary: &str, place: &str) -> Option<(ResourceId, LocationId)> {
    let diary = diary.parse().ok().filter(|id| agenda.resource(*id).is_some());
    let place = place.parse().ok().filter(|id| agenda.location(*id).is_some());
    let first = agenda.resources.iter().find(|r| r.active).map(|r| r.id);
    let diary = diary.or(first)?;
    let works = agenda.hours.iter().find(|h| h.resource == diary).map(|h| h.location);
    let place = place.or(works).or(agenda.locations.first().map(|l| l.id))?;
    Some((diary, place))
}

fn field(day: usize, period: usize, end: &str) -> String {
    format!("{end}_{day}_{period}")
}

fn page(staff: &Staff<Settings>, agenda: &Agenda, of: Option<(ResourceId, LocationId)>, f: Form) -> HoursPage {
    let cell = |day: usize, period: usize, end: &'static str| {
        let name = field(day, period, end);
        let label = format!(
            "{}, {} {}",
            DAYS.get(day).copied().unwrap_or_default(),
            if period == 0 { "open" } else { "again" },
            end
        );
        Cell {
            value: f.get(&name).to_owned(),
            error: f.error(&name).map(str::to_owned),
            label,
            name,
        }
    };
    let days = DAYS.iter().enumerate().map(|(day, words)| Day {
        words,
        cells: vec![
            cell(day, 0, "from"),
            cell(day, 0, "to"),
            cell(day, 1, "from"),
            cell(day, 1, "to"),
        ],
    });
    HoursPage {
        days: days.collect(),
        shell: Shell::new(staff),
        tabs: tabs(staff),
        diaries: agenda
            .resources
            .iter()
            .filter(|r| r.active)
            .map(|r| (r.id.to_string(), r.name.clone()))
            .collect(),
        places: agenda
            .locations
            .iter()
            .filter(|l| l.active)
            .map(|l| (l.id.to_string(), l.name.clone()))
            .collect(),
        diary: of.map(|(diary, _)| diary.to_string()).unwrap_or_default(),
        place: of.map(|(_, place)| place.to_string()).unwrap_or_default(),
        before: of.map(|of| written(agenda, of)).unwrap_or_default(),
        f,
    }
}

/// Shows the week of one diary at one place.
pub async fn show(staff: Staff<Settings>, Query(wanted): Query<Wanted>) -> Answer {
    let agenda = agenda(&staff).await?;
    let of = chosen(&agenda, &wanted.diary, &wanted.place);
    let f = of.map(|of| on_file(&agenda, of)).unwrap_or_default();
    html(&page(&staff, &agenda, of, f))
}

/// What is on file, in the fields of the form.
fn on_file(agenda: &Agenda, (diary, place): (ResourceId, LocationId)) -> Form {
    let mut f = Form::default();
    for day in 0..7_usize {
        let weekday = i16::try_from(day + 1).unwrap_or(0);
        let own = agenda
            .hours
            .iter()
            .filter(|h| h.resource == diary && h.location == place && h.weekday == weekday);
        for (period, hours) in own.take(2).enumerate() {
            f.set(&field(day, period, "from"), clock::minutes(hours.opens.into()));
            f.set(&field(day, period, "to"), clock::minutes(hours.closes.into()));
        }
    }
    f
}

/// The fields of the form in their order, and their labels.
fn fields() -> Vec<(String, String)> {
    let ends = [(0, "from"), (0, "to"), (1, "from"), (1, "to")];
    let of_day = |(day, words): (usize, &&str)| {
        let words = (*words).to_owned();
        ends.map(|(period, end)| (field(day, period, end), format!("{words}, {end}")))
    };
    DAYS.iter().enumerate().flat_map(of_day).collect()
}

/// The week as one text: a week has no version of its own, so a form says which one it was filled from.
fn written(agenda: &Agenda, of: (ResourceId, LocationId)) -> String {
    let on_file = on_file(agenda, of);
    let times: Vec<String> = fields().iter().map(|(name, _)| on_file.get(name).to_owned()).collect();
    format!("week {}", times.join(" "))
}

/// Reads the periods; complaints stand beside their fields.
fn read(f: &mut Form) -> Vec<(i16, i16, i16)> {
    let mut periods = Vec::new();
    for day in 0..7_usize {
        for period in 0..2_usize {
            let (from, to) = (field(day, period, "from"), field(day, period, "to"));
            if f.get(&from).trim().is_empty() && f.get(&to).trim().is_empty() {
                continue;
            }
            let (Some(a), Some(b)) = (f.parse(&from, five), f.parse(&to, five)) else {
                continue;
            };
            match Period::new(a, b) {
                Ok(_) => periods.push((i16::try_from(day + 1).unwrap_or(0), narrow(a), narrow(b))),
                Err(error) => f.complain(&to, error),
            }
        }
    }
    periods
}

fn five(text: &str) -> Result<MinuteOfDay, String> {
    let minute = MinuteOfDay::parse(text).map_err(|e| e.to_string())?;
    if minute.minutes() % 5 == 0 {
        Ok(minute)
    } else {
        Err("Choose a multiple of five minutes.".to_owned())
    }
}

fn narrow(minute: MinuteOfDay) -> i16 {
    i16::try_from(minute.minutes()).unwrap_or(0)
}

/// Puts the week in place of the one before.
pub async fn save(staff: Staff<Settings>, mut f: Form) -> Answer {
    let agenda = agenda(&staff).await?;
    let of = chosen(&agenda, f.get("diary"), f.get("place"));
    let (diary, place) = of.ok_or_else(|| Failure::Refused("Add a place and a diary first.".into()))?;
    let periods = read(&mut f);
    if !f.is_fine() {
        return refused(&page(&staff, &agenda, of, f));
    }
    let before = f.get("before");
    if !before.is_empty() && before != written(&agenda, (diary, place)) {
        let fields = fields();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, label)| (name.as_str(), label.as_str()))
            .collect();
        f.overtake(&on_file(&agenda, (diary, place)), &fields);
        return conflict(&page(&staff, &agenda, of, f));
    }
    let mut tx = staff.begin().await?;
    settings::replace_hours(&mut tx, diary, place, &periods).await?;
    tx.commit().await?;
    let back = staff.link(&format!("/settings/hours?diary={diary}&place={place}"));
    Ok(see_other_saying(
        &staff.app,
        &back,
        "Saved. Bookings that were made before stay where they are.",
    ))
}
