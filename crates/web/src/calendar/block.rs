//! Blocking time in a diary from the calendar, and giving it back.

use aloe_db::agenda::{Agenda, Closure};
use aloe_db::bookings::{self, Block};
use aloe_domain::ids::{LocationId, ResourceId};
use aloe_domain::permission::need::Schedule;
use aloe_domain::scheduling::{MinuteOfDay, Period, Span};
use askama::Template;
use axum::extract::Path;
use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use uuid::Uuid;

use super::booking::Wanted;
use super::form::{Choice, in_words, place_of};
use super::{agenda, agenda_from, at_place, day_of, diaries_for, show};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, conflict, html, refused, see_other_saying};
use crate::query::Query;
use crate::session::Staff;

#[derive(Template)]
#[template(path = "calendar/block.html")]
struct BlockForm {
    shell: Shell,
    back: String,
    resources: Vec<Choice>,
    locations: Vec<Choice>,
    /// Who is booked in the time that is to be blocked.
    standing: Vec<String>,
    f: Form,
}

#[derive(Template)]
#[template(path = "calendar/blocked.html")]
struct BlockedPage {
    shell: Shell,
    back: String,
    id: String,
    what: String,
    facts: Vec<(&'static str, String)>,
}

fn page(staff: &Staff<Schedule>, agenda: &Agenda, f: Form) -> BlockForm {
    let date = day_of(f.get("date"), &agenda.calendar_zone());
    let diaries = diaries_for(staff, agenda).into_iter();
    let places = agenda.locations.iter().filter(|l| l.active);
    BlockForm {
        shell: Shell::new(staff),
        back: staff.link(&show::of_day(staff, date)),
        resources: diaries.map(|r| (r.id.to_string(), r.name.clone())).collect(),
        locations: places.map(|l| (l.id.to_string(), l.name.clone())).collect(),
        standing: Vec::new(),
        f,
    }
}

/// The empty form; from a place in the calendar, with its diary and an hour from its time on.
pub async fn new(staff: Staff<Schedule>, Query(wanted): Query<Wanted>) -> Answer {
    let agenda = agenda(&staff).await?;
    let resource: Option<ResourceId> = wanted.resource.parse().ok().or(staff.member.resource);
    let resource = resource.or_else(|| agenda.resources.iter().find(|r| r.active).map(|r| r.id));
    let place = place_of(&agenda, resource);
    let day = day_of(&wanted.date, &agenda.calendar_zone());
    let (day, time) = at_place(&agenda, place, day, &wanted.time);
    let from = MinuteOfDay::parse(&time).ok();
    let to = from.and_then(|from| MinuteOfDay::new((from.minutes() + 60).min(1440)).ok());
    let words = |m: Option<MinuteOfDay>| m.map(|m| m.to_string()).unwrap_or_default();
    let f = Form::filled([
        ("date", day.to_string()),
        ("resource", resource.map(|r| r.to_string()).unwrap_or_default()),
        ("location", place.map(|l| l.to_string()).unwrap_or_default()),
        ("from", words(from)),
        ("to", words(to)),
    ]);
    html(&page(&staff, &agenda, f))
}

fn read(agenda: &Agenda, f: &mut Form) -> Option<Block> {
    let resource = f.id::<ResourceId>("resource");
    let location = match agenda.locations.as_slice() {
        [only] => Some(only.id),
        _ => f.id::<LocationId>("location"),
    };
    let today = clock::now().to_zoned(agenda.calendar_zone()).date();
    let day = f.parse("date", |text| clock::near_day(text, today));
    let (from, to) = (f.parse("from", clock::in_fives), f.parse("to", clock::in_fives));
    let part = Period::new(from?, to?);
    if let Err(error) = &part {
        f.complain("to", error);
    }
    let reason = f.line::<120>("reason");
    if reason.is_empty() {
        f.complain("reason", "Say why in a few words: it stands in the calendar.");
    }
    let (resource, location) = (resource?, location?);
    if agenda.resource(resource).is_none() || agenda.location(location).is_none() {
        f.complain("resource", "Choose one from the list.");
    }
    Some(Block {
        location,
        resource,
        day: day?,
        part: part.ok()?,
        reason,
    })
    .filter(|_| f.is_fine())
}

fn span_of(agenda: &Agenda, block: &Block) -> Option<Span> {
    let midnight = block.day.to_datetime(Time::midnight());
    let moment = |m: MinuteOfDay| {
        let wall = midnight
            .checked_add(SignedDuration::from_mins(m.minutes().into()))
            .ok()?;
        Some(wall.to_zoned(agenda.zone(block.location)).ok()?.timestamp())
    };
    Span::new(moment(block.part.from())?, moment(block.part.to())?)
}

/// Blocks the time. Where people are booked in it, they are named first, and stay.
pub async fn create(staff: Staff<Schedule>, mut f: Form) -> Answer {
    let agenda = agenda(&staff).await?;
    let Some(block) = read(&agenda, &mut f) else {
        return refused(&page(&staff, &agenda, f));
    };
    let Some(span) = span_of(&agenda, &block) else {
        f.complain("from", "The clocks skip this time on that day. Choose another.");
        return refused(&page(&staff, &agenda, f));
    };
    let mut tx = staff.begin().await?;
    let standing = bookings::standing_in(&mut tx, block.resource, span).await?;
    if !standing.is_empty() && !f.ticked("anyway") {
        tx.done().await?;
        let mut page = page(&staff, &agenda, f);
        page.standing = standing
            .iter()
            .map(|c| in_words(c, &agenda.zone(block.location)))
            .collect();
        return conflict(&page);
    }
    let back = show::of_day(&staff, block.day);
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice(&back));
    }
    let id = bookings::block(&mut tx, &block).await?;
    tx.commit().await?;
    let stay = match standing.len() {
        0 => "",
        _ => " Whoever is booked in it stays: move or cancel them.",
    };
    let said = format!("{} to {} is blocked.{stay}", block.part.from(), block.part.to());
    Ok(see_other_saying(
        &staff.app,
        &staff.link(&format!("{back}#block-{id}")),
        &said,
    ))
}

/// The block of this id, if the desk may take it back.
async fn block_of(staff: &Staff<Schedule>, id: &str) -> Result<(Agenda, Closure), Failure> {
    let id: Uuid = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda_from(staff, Date::new(2000, 1, 1).unwrap_or(Date::MIN)).await?;
    // A closure of another counter is none that this one was given to read.
    let found = agenda.closures.iter().find(|c| c.id == id && c.is_block()).cloned();
    Ok((agenda, found.ok_or(Failure::Missing)?))
}

/// Shows blocked time, with a button that gives it back.
pub async fn show(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>) -> Answer {
    let (agenda, block) = block_of(&staff, &id).await?;
    let diary = block.resource.and_then(|r| agenda.resource(r)).map(|r| r.name.clone());
    let mut facts = vec![
        ("Diary", diary.unwrap_or_default()),
        ("Day", clock::long_date(block.first_day, staff.today())),
        ("Time", block.hours().unwrap_or_default()),
    ];
    if agenda.locations.len() > 1 {
        let place = agenda.location(block.location).map(|l| l.name.clone());
        facts.push(("Place", place.unwrap_or_default()));
    }
    html(&BlockedPage {
        shell: Shell::new(&staff),
        back: staff.link(&show::of_day(&staff, block.first_day)),
        id: block.id.to_string(),
        what: block.reason,
        facts,
    })
}

/// Gives the time back: it can be booked again at once.
pub async fn remove(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, _f: Form) -> Answer {
    let (_, block) = block_of(&staff, &id).await?;
    let mut tx = staff.begin().await?;
    bookings::unblock(&mut tx, block.id).await?;
    tx.commit().await?;
    let said = format!("{} can be booked again.", block.hours().unwrap_or_default());
    Ok(see_other_saying(
        &staff.app,
        &staff.link(&show::of_day(&staff, block.first_day)),
        &said,
    ))
}
