//! Choosing a time, and keeping it while the rest is filled in.

use aloe_db::agenda::{Agenda, busy};
use aloe_db::bookings::{self, BookingError};
use aloe_domain::ids::{ResourceId, ServiceId};
use aloe_domain::scheduling::{
    DayCount, Diary, FreeSlot, LocationCalendar, ServiceRules, SlotQuery, days_with_counts, first_free, free_slots,
    free_slots_of_any, nearest,
};
use askama::Template;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use super::front::{Front, Guest};
use super::trip::{Trip, TripQuery};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, html, see_other};
use crate::query::Query;

/// A time as a button.
pub struct TimeButton {
    /// RFC 3339.
    pub value: String,
    /// `09:20`.
    pub words: String,
}

/// A day as a link.
pub struct DayLink {
    /// The day.
    pub date: Date,
    /// `Tue`.
    pub weekday: String,
    /// Times on it.
    pub times: usize,
    /// Whether nothing is offered on it even when nobody has booked.
    pub closed: bool,
    /// Whether it is a public holiday.
    pub holiday: bool,
    /// Whether it is shown.
    pub here: bool,
}

/// A booking that is on its way to another time.
#[derive(Clone, Copy)]
pub struct Moving<'a> {
    /// The token of its link.
    pub token: &'a str,
    /// What of the diaries it takes itself: no obstacle to it.
    pub own: &'a [Uuid],
    /// When it is now, and in whose diary.
    pub at: (Timestamp, ResourceId),
    /// When it is now, in words.
    pub when: &'a str,
}

impl Moving<'_> {
    fn path(&self, guest: &Guest) -> String {
        guest.link(&format!("/m/{}/move", self.token))
    }

    /// Whether a time is its own: nobody moves to where they are.
    fn is_own(&self, trip: &Trip<'_>, slot: &FreeSlot) -> bool {
        slot.starts_at == self.at.0 && trip.with.is_none_or(|with| with.id == self.at.1)
    }
}

/// A near time on the page of a lost one.
pub struct NearTime {
    /// RFC 3339.
    pub value: String,
    /// `Tue 24 Nov, 09:20`.
    pub when: String,
    /// With whom.
    pub with: String,
}

#[derive(Template)]
#[template(path = "booking/times.html")]
struct TimesPage {
    front: Front,
    service: String,
    minutes: i32,
    action: String,
    here: String,
    places: Vec<(String, String, bool)>,
    diaries: Vec<(String, String, bool)>,
    fields: Vec<(&'static str, String)>,
    /// Whether no time is free at all.
    nothing: bool,
    first: Option<NearTime>,
    days: Vec<DayLink>,
    earlier: Option<Date>,
    later: Option<Date>,
    month: String,
    day_words: String,
    morning: Vec<TimeButton>,
    afternoon: Vec<TimeButton>,
    zone: String,
    /// When the booking that is moved is now, and its page.
    moving: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "booking/lost.html")]
struct LostPage {
    front: Front,
    when: String,
    action: String,
    fields: Vec<(&'static str, String)>,
    near: Vec<NearTime>,
    all: String,
}

/// What the booking core needs for one trip.
pub struct Offer {
    service: ServiceId,
    rules: ServiceRules,
    calendar: LocationCalendar,
    diaries: Vec<Diary>,
    any: bool,
}

impl Offer {
    /// Reads what is busy between two days for a trip, without some occupancies.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn load(guest: &Guest, trip: &Trip<'_>, days: (Date, Date), except: &[Uuid]) -> Result<Self, Failure> {
        let agenda = &guest.agenda;
        let rules = trip.service.rules().ok_or(Failure::Missing)?;
        let calendar = agenda.location_calendar(trip.place.id);
        let chosen = |id: ResourceId| trip.with.is_none_or(|w| w.id == id);
        let offering = agenda.diaries_for(trip.service.id, trip.place.id);
        let resources: Vec<_> = offering
            .into_iter()
            .filter(|r| r.bookable_online && chosen(r.id))
            .collect();
        let ids: Vec<ResourceId> = resources.iter().map(|r| r.id).collect();
        let (from, to) = (
            clock::day_bounds(days.0, &calendar.zone).0,
            clock::day_bounds(days.1, &calendar.zone).1,
        );
        let mut tx = guest.visitor.app.doors.public(&guest.visit, &guest.slug).await?;
        let taken = busy(&mut tx, &ids, from, to, except).await?;
        tx.done().await?;
        let diaries = resources
            .iter()
            .map(|r| agenda.diary(r, trip.place.id, &taken))
            .collect();
        Ok(Self {
            service: trip.service.id,
            rules,
            calendar,
            diaries,
            any: trip.with.is_none(),
        })
    }

    fn query(&self, first_day: Date, last_day: Date, now: Timestamp) -> SlotQuery<'_> {
        SlotQuery {
            service: self.service,
            rules: &self.rules,
            location: &self.calendar,
            first_day,
            last_day,
            now,
        }
    }

    /// The free times between two days.
    pub fn free(&self, first: Date, last: Date, now: Timestamp) -> Vec<FreeSlot> {
        let query = self.query(first, last, now);
        if self.any {
            free_slots_of_any(&query, &self.diaries)
        } else {
            free_slots(&query, &self.diaries)
        }
    }

    /// The first free time between two days.
    pub fn first(&self, first: Date, last: Date, now: Timestamp) -> Option<FreeSlot> {
        first_free(&self.query(first, last, now), &self.diaries)
    }

    /// Days on which nothing is offered even when nobody has booked.
    fn closed(&self, first: Date, last: Date, now: Timestamp) -> Vec<Date> {
        let empty: Vec<Diary> = self
            .diaries
            .iter()
            .map(|d| Diary {
                busy: Vec::new(),
                ..d.clone()
            })
            .collect();
        let counts = days_with_counts(&self.query(first, last, now), &empty);
        counts.iter().filter(|c| c.times == 0).map(|c| c.date).collect()
    }

    /// Days with the number of their times.
    pub fn days(&self, first: Date, last: Date, now: Timestamp) -> Vec<DayCount> {
        days_with_counts(&self.query(first, last, now), &self.diaries)
    }
}

/// Shows the times of a day, the days around it, and the first of all.
pub async fn show(guest: Guest, Query(query): Query<TripQuery>) -> Answer {
    let trip = query.resolve(&guest.agenda)?;
    let page = page(&guest, &trip, &query.day, None).await?;
    Ok(guest.answer(html(&page)?))
}

/// The same page to move a booking to another time.
pub async fn show_to_move(guest: &Guest, trip: &Trip<'_>, day: &str, moving: Moving<'_>) -> Answer {
    html(&page(guest, trip, day, Some(moving)).await?)
}

async fn page(guest: &Guest, trip: &Trip<'_>, day: &str, moving: Option<Moving<'_>>) -> Result<TimesPage, Failure> {
    let agenda = &guest.agenda;
    let zone = agenda.zone(trip.place.id);
    let now = clock::now();
    let today = now.to_zoned(zone.clone()).date();
    let last = today
        .checked_add(i64::from(trip.service.horizon_days).days())
        .unwrap_or(today);
    let own = moving.map(|m| m.own).unwrap_or_default();
    let offer = Offer::load(guest, trip, (today, last), own).await?;
    let is_own = |slot: &FreeSlot| moving.is_some_and(|m| m.is_own(trip, slot));
    let first = match moving {
        Some(_) => offer.free(today, last, now).into_iter().find(|slot| !is_own(slot)),
        None => offer.first(today, last, now),
    };
    let day_of = |at: Timestamp| at.to_zoned(zone.clone()).date();
    // Whoever moves looks first at the day they have, while it has another time.
    let kept_day = moving
        .map(|m| day_of(m.at.0))
        .filter(|d| (today..=last).contains(d) && offer.free(*d, *d, now).iter().any(|slot| !is_own(slot)));
    let first_day = kept_day.unwrap_or_else(|| first.as_ref().map_or(today, |slot| day_of(slot.starts_at)));
    let day = day
        .parse::<Date>()
        .ok()
        .filter(|d| (today..=last).contains(d))
        .unwrap_or(first_day);
    let from = day.checked_sub(2.days()).unwrap_or(day).max(today);
    let to = from.checked_add(4.days()).unwrap_or(from).min(last);
    let counts = offer.days(from, to, now);
    let closed = offer.closed(from, to, now);
    let mut free = offer.free(day, day, now);
    free.retain(|slot| !is_own(slot));
    let (base, action) = match moving {
        Some(moving) => (moving.path(guest), moving.path(guest)),
        None => (guest.link("/times"), guest.link("/hold")),
    };
    let l = guest.l;
    let half = |morning: bool| -> Vec<TimeButton> {
        let at = |s: &FreeSlot| s.starts_at.to_zoned(zone.clone());
        let in_half = free.iter().filter(|s| (at(s).hour() < 12) == morning);
        in_half
            .map(|s| TimeButton {
                value: s.starts_at.to_string(),
                words: clock::hour(&at(s)),
            })
            .collect()
    };
    let mut trip_without_time = trip.clone();
    trip_without_time.start = None;
    Ok(TimesPage {
        front: guest.front(if moving.is_some() { 0 } else { 2 }),
        service: trip.service.name.clone(),
        minutes: trip.service.minutes,
        action,
        here: format!("{base}?{}", trip_without_time.query()),
        places: agenda
            .places_for(trip.service.id)
            .iter()
            .map(|p| (p.id.to_string(), place_words(p), p.id == trip.place.id))
            .collect(),
        diaries: diaries(agenda, trip),
        fields: trip_without_time
            .fields()
            .into_iter()
            .filter(|(name, _)| *name != "start")
            .collect(),
        nothing: first.is_none(),
        first: first.map(|slot| near(guest, trip, &slot)),
        days: counts
            .iter()
            .map(|c| DayLink {
                date: c.date,
                weekday: l.weekday(c.date),
                times: c.times,
                closed: closed.contains(&c.date),
                holiday: aloe_domain::holidays::is_public_holiday(c.date),
                here: c.date == day,
            })
            .collect(),
        earlier: from.checked_sub(1.day()).ok().filter(|d| *d >= today),
        later: to.checked_add(1.day()).ok().filter(|d| *d <= last),
        month: l.month(day),
        day_words: l.short_date(day),
        morning: half(true),
        afternoon: half(false),
        zone: zone.iana_name().unwrap_or("UTC").replace('_', " "),
        moving: moving.map(|m| (m.when.to_owned(), guest.link(&format!("/m/{}", m.token)))),
    })
}

fn place_words(p: &aloe_db::agenda::Location) -> String {
    if p.address.is_empty() {
        p.name.clone()
    } else {
        format!("{}, {}", p.name, p.address)
    }
}

fn diaries(agenda: &Agenda, trip: &Trip<'_>) -> Vec<(String, String, bool)> {
    let offering = agenda.diaries_for(trip.service.id, trip.place.id);
    let online = offering.into_iter().filter(|r| r.bookable_online);
    online
        .map(|r| {
            (
                r.id.to_string(),
                r.name.clone(),
                trip.with.is_some_and(|w| w.id == r.id),
            )
        })
        .collect()
}

fn near(guest: &Guest, trip: &Trip<'_>, slot: &FreeSlot) -> NearTime {
    let zone = guest.agenda.zone(trip.place.id);
    let with = guest
        .agenda
        .resource(slot.resource_id)
        .map(|r| r.name.as_str())
        .unwrap_or_default();
    NearTime {
        value: slot.starts_at.to_string(),
        when: guest.l.moment(slot.starts_at, &zone),
        with: format!("{with}, {}", trip.place.name),
    }
}

/// Keeps a time for this browser and leads on to the details.
pub async fn hold(guest: Guest, f: Form) -> Answer {
    let query = TripQuery::of(&f);
    let trip = query.resolve(&guest.agenda)?;
    let start = trip.start()?;
    let app = &guest.visitor.app;
    match app.doors.throttle("hold", &guest.visit.network(), 30, 10.0).await? {
        0 => {}
        wait => return Err(Failure::TooOften(wait)),
    }
    let mut tx = app.doors.public(&guest.visit, &guest.slug).await?;
    let wanted = (trip.service.id, trip.place.id, trip.with.map(|r| r.id), start);
    let held = bookings::hold(&mut tx, &guest.agenda, wanted, &guest.visitor.hash, clock::now()).await;
    match held {
        Ok(_) => {
            tx.commit().await?;
            Ok(guest.answer(see_other(&guest.link(&format!("/details?{}", trip.query())))))
        }
        Err(BookingError::Taken | BookingError::NotOffered) => {
            tx.roll_back().await?;
            lost(&guest, &trip, &guest.link("/hold"), Vec::new(), None).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page of someone whose time was taken: the nearest free ones, and everything typed kept in hidden fields. Whoever moves a
/// booking goes on moving it.
///
/// # Errors
/// What the database answered.
pub async fn lost(
    guest: &Guest,
    trip: &Trip<'_>,
    action: &str,
    kept: Vec<(&'static str, String)>,
    moving: Option<Moving<'_>>,
) -> Answer {
    let start = trip.start()?;
    let mut all = trip.clone();
    all.start = None;
    let own = moving.map(|m| m.own).unwrap_or_default();
    let mut near = near_times(guest, trip, start, own).await?;
    let mut fields: Vec<_> = trip.fields();
    if near.is_empty() && trip.with.is_some() {
        // Nobody else was asked for, and somebody else is better than starting again.
        let mut anyone = trip.clone();
        anyone.with = None;
        near = near_times(guest, &anyone, start, own).await?;
        fields = anyone.fields();
    }
    fields.retain(|(name, _)| *name != "start");
    fields.extend(kept);
    let base = moving.map_or_else(|| guest.link("/times"), |m| m.path(guest));
    let page = LostPage {
        front: guest.front(if moving.is_some() { 0 } else { 2 }),
        when: trip.when(guest.l, &guest.agenda),
        action: action.to_owned(),
        fields,
        near,
        all: format!("{base}?{}", all.query()),
    };
    let mut response = html(&page)?;
    *response.status_mut() = axum::http::StatusCode::CONFLICT;
    Ok(guest.answer(response))
}

/// The free times nearest to one that has gone: of its week, else of all the days that are offered.
async fn near_times(guest: &Guest, trip: &Trip<'_>, start: Timestamp, own: &[Uuid]) -> Result<Vec<NearTime>, Failure> {
    let zone = guest.agenda.zone(trip.place.id);
    let now = clock::now();
    let (day, today) = (start.to_zoned(zone.clone()).date(), now.to_zoned(zone).date());
    let horizon = i64::from(trip.service.horizon_days);
    let week = (day, day.checked_add(7.days()).unwrap_or(day));
    let whole = (today, today.checked_add(horizon.days()).unwrap_or(today));
    for (first, last) in [week, whole] {
        let offer = Offer::load(guest, trip, (first, last), own).await?;
        let free = offer.free(first, last, now);
        if !free.is_empty() {
            return Ok(nearest(&free, start, 6)
                .iter()
                .map(|slot| near(guest, trip, slot))
                .collect());
        }
    }
    Ok(Vec::new())
}
