//! Closures and extra openings: holidays, leave, half days, load-shedding.

use aloe_db::agenda::{Agenda, Closure};
use aloe_db::settings::{self, NewClosure};
use aloe_domain::ids::LocationId;
use aloe_domain::permission::need::Settings;
use aloe_domain::scheduling::Period;
use askama::Template;
use axum::extract::Path;
use jiff::civil::Date;
use uuid::Uuid;

use super::{Tab, agenda, tabs};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html, refused, see_other_saying};
use crate::session::Staff;

/// One closure in the list.
pub struct Line {
    id: String,
    days: String,
    what: String,
    whose: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "office/settings/closures.html")]
struct ClosuresPage {
    shell: Shell,
    tabs: Vec<Tab>,
    lines: Vec<Line>,
    holidays: Vec<(String, &'static str)>,
    places: Vec<(String, String)>,
    diaries: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    f: Form,
}

fn page(staff: &Staff<Settings>, agenda: &Agenda, f: Form) -> ClosuresPage {
    let today = staff.today();
    let coming = [today.year(), today.year() + 1]
        .into_iter()
        .flat_map(aloe_domain::holidays::holidays);
    let holidays = coming
        .filter(|h| h.date >= today)
        .take(8)
        .map(|h| (clock::long_date(h.date, today), h.name))
        .collect();
    let everyone = std::iter::once((String::new(), "Everyone there".to_owned()));
    ClosuresPage {
        shell: Shell::new(staff),
        tabs: tabs(staff),
        lines: agenda.closures.iter().map(|c| line(agenda, c, today)).collect(),
        holidays,
        places: agenda
            .locations
            .iter()
            .map(|l| (l.id.to_string(), l.name.clone()))
            .collect(),
        diaries: everyone
            .chain(agenda.resources.iter().map(|r| (r.id.to_string(), r.name.clone())))
            .collect(),
        kinds: vec![
            ("closed".into(), "Closed".into()),
            ("open".into(), "Open besides the usual hours".into()),
        ],
        f,
    }
}

fn line(agenda: &Agenda, c: &Closure, today: Date) -> Line {
    let days = if c.first_day == c.last_day {
        clock::long_date(c.first_day, today)
    } else {
        format!(
            "{} to {}",
            clock::long_date(c.first_day, today),
            clock::long_date(c.last_day, today)
        )
    };
    let part = c.part.map_or_else(
        || "all day".to_owned(),
        |(a, b)| format!("{} to {}", clock::minutes(a.into()), clock::minutes(b.into())),
    );
    let place = agenda.location(c.location).map(|l| l.name.as_str()).unwrap_or_default();
    let whose = c
        .resource
        .and_then(|r| agenda.resource(r))
        .map_or("everyone", |r| r.name.as_str());
    Line {
        id: c.id.to_string(),
        days,
        what: format!("{}, {part}", if c.opens { "Open" } else { "Closed" }),
        whose: format!("{whose}, {place}"),
        reason: c.reason.clone(),
    }
}

/// The list, and a form for another.
pub async fn show(staff: Staff<Settings>) -> Answer {
    let agenda = agenda(&staff).await?;
    let place = agenda.locations.first().map(|l| l.id.to_string()).unwrap_or_default();
    html(&page(
        &staff,
        &agenda,
        Form::filled([("kind", "closed".to_owned()), ("place", place)]),
    ))
}

fn read(f: &mut Form, today: Date) -> Option<NewClosure> {
    let day = |text: &str| clock::near_day(text, today);
    let first = f.parse("first", day);
    let last = if f.get("last").trim().is_empty() {
        first
    } else {
        f.parse("last", day)
    };
    if first.zip(last).is_some_and(|(a, b)| b < a) {
        f.complain("last", "The last day must not lie before the first.");
    }
    if first.zip(last).is_some_and(|(a, b)| b.year() - a.year() > 1) {
        f.complain("last", "A closure lasts a year at most.");
    }
    let opens = f.get("kind") == "open";
    let part = part(f, opens);
    let location = f.id::<LocationId>("place");
    let closure = NewClosure {
        location: location?,
        resource: f.get("diary").parse().ok(),
        days: (first?, last?),
        part,
        opens,
        reason: f.line::<200>("reason"),
    };
    Some(closure).filter(|_| f.is_fine())
}

fn part(f: &mut Form, opens: bool) -> Option<(i16, i16)> {
    if f.get("from").is_empty() && f.get("to").is_empty() {
        if opens {
            f.complain("from", "Say from when to when it is open.");
        }
        return None;
    }
    let (from, to) = (f.parse("from", clock::in_fives)?, f.parse("to", clock::in_fives)?);
    match Period::new(from, to) {
        Ok(_) => Some((i16::try_from(from.minutes()).ok()?, i16::try_from(to.minutes()).ok()?)),
        Err(error) => {
            f.complain("to", error);
            None
        }
    }
}

/// Adds a closure. Bookings that were made before stay, and are reception's to move.
pub async fn create(staff: Staff<Settings>, mut f: Form) -> Answer {
    let Some(closure) = read(&mut f, staff.today()) else {
        return refused(&page(&staff, &agenda(&staff).await?, f));
    };
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice("/settings/closures"));
    }
    settings::add_closure(&mut tx, &closure).await?;
    tx.commit().await?;
    let said = "Added. Bookings that were made before stay in the calendar: move or cancel them there.";
    Ok(see_other_saying(&staff.app, &staff.link("/settings/closures"), said))
}

/// Removes a closure.
pub async fn remove(staff: Staff<Settings>, Path((_, id)): Path<(String, String)>, _f: Form) -> Answer {
    let id: Uuid = id.parse().map_err(|_| Failure::Missing)?;
    let mut tx = staff.begin().await?;
    settings::remove_closure(&mut tx, id).await?;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link("/settings/closures"),
        "Removed.",
    ))
}
