//! What can be booked where, with whom and when: the settings that the booking core reads.

use std::collections::HashMap;

use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use aloe_domain::scheduling::{
    Change, Diary, Exception, Lane, LocationCalendar, MinuteOfDay, Minutes, Occupancy, Period, ServiceRules, Span,
    WeeklyHours,
};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;

/// The organisation's own details.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The part of its public address.
    pub slug: String,
    /// `practice` or `public_office`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Practice number, if any.
    pub practice_number: Option<String>,
    /// Letterhead lines.
    pub letterhead: String,
    /// Information officer.
    pub officer_name: String,
    /// Their e-mail.
    pub officer_email: String,
    /// Their phone.
    pub officer_phone: String,
    /// Language people are greeted in.
    pub language: String,
    /// Whether an owner lets reception reveal identifiers.
    pub reception_may_reveal: bool,
    /// Whether the booking page takes bookings.
    pub live: bool,
    /// Whether everyone in it is invented.
    pub synthetic: bool,
    /// The words at the top of the booking page.
    pub welcome: String,
    /// Row version.
    pub version: i32,
}

/// A place.
#[derive(Clone, Debug)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// How to find it.
    pub directions: String,
    /// Phone as written.
    pub phone: String,
    /// IANA zone name.
    pub time_zone: String,
    /// Whether weekly hours hold on public holidays.
    pub opens_on_public_holidays: bool,
    /// In use.
    pub active: bool,
    /// Row version.
    pub version: i32,
}

/// Someone or something with a diary.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// `practitioner`, `counter` or `room`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Discipline or description.
    pub discipline: String,
    /// Registration number of a practitioner.
    pub registration_number: String,
    /// Bookings side by side.
    pub capacity: i16,
    /// Offered on the booking page.
    pub bookable_online: bool,
    /// Order on screen.
    pub position: i32,
    /// In use.
    pub active: bool,
    /// Row version.
    pub version: i32,
}

/// Something that can be booked. Times in minutes.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What to bring.
    pub bring: String,
    /// Duration.
    pub minutes: i32,
    /// Diary time before.
    pub buffer_before: i32,
    /// Diary time after.
    pub buffer_after: i32,
    /// Grid of starting times.
    pub step: i32,
    /// Least time between booking and start.
    pub lead_minutes: i32,
    /// Days ahead.
    pub horizon_days: i32,
    /// Bookings of one diary on one day.
    pub daily_limit: Option<i32>,
    /// Offered on the booking page.
    pub online: bool,
    /// Order on screen.
    pub position: i32,
    /// In use.
    pub active: bool,
    /// Row version.
    pub version: i32,
}

/// Hours that come back every week.
#[derive(Clone, Debug)]
pub struct Hours {
    /// Row.
    pub id: Uuid,
    /// Whose.
    pub resource: ResourceId,
    /// Where.
    pub location: LocationId,
    /// 1 is Monday.
    pub weekday: i16,
    /// Minutes after midnight.
    pub opens: i16,
    /// Minutes after midnight.
    pub closes: i16,
}

/// A change of hours on some days.
#[derive(Clone, Debug)]
pub struct Closure {
    /// Row.
    pub id: Uuid,
    /// Where.
    pub location: LocationId,
    /// Whose, or everyone's there.
    pub resource: Option<ResourceId>,
    /// First day.
    pub first_day: Date,
    /// Last day.
    pub last_day: Date,
    /// Part of the day, or all of it.
    pub part: Option<(i16, i16)>,
    /// Whether it opens instead of closing.
    pub opens: bool,
    /// Why.
    pub reason: String,
}

/// Everything the booking core reads of one organisation.
#[derive(Clone, Debug)]
pub struct Agenda {
    /// The organisation.
    pub profile: Profile,
    /// Services in order.
    pub services: Vec<Service>,
    /// Diaries in order.
    pub resources: Vec<Resource>,
    /// Places by name.
    pub locations: Vec<Location>,
    /// Weekly hours.
    pub hours: Vec<Hours>,
    /// Closures and extra openings that are not over.
    pub closures: Vec<Closure>,
    /// Which diary offers which service.
    pub offers: Vec<(ServiceId, ResourceId)>,
}

/// The published privacy notice.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Version, from 1.
    pub version: i32,
    /// Text.
    pub body: String,
    /// When it was published.
    pub published_at: Timestamp,
}

/// The busy lanes of several diaries.
pub type Busy = HashMap<ResourceId, Vec<Occupancy>>;

impl Agenda {
    /// Reads everything, closures from a day on.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn load<N>(tx: &mut Tx<N>, from_day: Date) -> Result<Self, DbError> {
        let services = tx.rows(sql!("diaries/services"), &[]).await?;
        let resources = tx.rows(sql!("diaries/resources"), &[]).await?;
        let locations = tx.rows(sql!("diaries/locations"), &[]).await?;
        let offers = tx.rows(sql!("diaries/service_resources"), &[]).await?;
        let hours = tx.rows(sql!("diaries/weekly_hours"), &[]).await?;
        let closures = tx.rows(sql!("diaries/closures"), &[&from_day]).await?;
        Ok(Self {
            profile: profile(tx).await?,
            services: services.iter().map(service).collect(),
            resources: resources.iter().map(resource).collect(),
            locations: locations.iter().map(location).collect(),
            hours: hours.iter().map(weekly).collect(),
            closures: closures.iter().map(closure).collect(),
            offers: offers.iter().map(offer).collect(),
        })
    }

    /// A service by id.
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.iter().find(|s| s.id == id)
    }

    /// A diary by id.
    pub fn resource(&self, id: ResourceId) -> Option<&Resource> {
        self.resources.iter().find(|r| r.id == id)
    }

    /// A place by id.
    pub fn location(&self, id: LocationId) -> Option<&Location> {
        self.locations.iter().find(|l| l.id == id)
    }

    /// The zone of a place; UTC when its name is unknown, which the settings page refuses.
    pub fn zone(&self, id: LocationId) -> TimeZone {
        let name = self
            .location(id)
            .map_or("Africa/Johannesburg", |l| l.time_zone.as_str());
        TimeZone::get(name).unwrap_or(TimeZone::UTC)
    }

    /// The zone that the calendar is drawn in: the first place's.
    pub fn calendar_zone(&self) -> TimeZone {
        self.locations.first().map_or(TimeZone::UTC, |l| self.zone(l.id))
    }

    /// The diaries in use that offer a service at a place.
    pub fn diaries_for(&self, service: ServiceId, place: LocationId) -> Vec<&Resource> {
        let offers = |r: &Resource| self.offers.contains(&(service, r.id));
        let works_there = |r: &Resource| self.hours.iter().any(|h| h.resource == r.id && h.location == place);
        self.resources
            .iter()
            .filter(|r| r.active && offers(r) && works_there(r))
            .collect()
    }

    /// The places where a service can be had online.
    pub fn places_for(&self, service: ServiceId) -> Vec<&Location> {
        let has_diary = |l: &Location| self.diaries_for(service, l.id).iter().any(|r| r.bookable_online);
        self.locations.iter().filter(|l| l.active && has_diary(l)).collect()
    }

    /// The booking core's view of a place.
    pub fn location_calendar(&self, place: LocationId) -> LocationCalendar {
        let mut calendar = LocationCalendar::new(self.zone(place));
        calendar.opens_on_public_holidays = self.location(place).is_some_and(|l| l.opens_on_public_holidays);
        calendar.exceptions = self.exceptions(place, None);
        calendar
    }

    /// The booking core's view of a diary at a place.
    pub fn diary(&self, resource: &Resource, place: LocationId, busy: &Busy) -> Diary {
        let at = |h: &&Hours| h.resource == resource.id && h.location == place;
        Diary {
            resource_id: resource.id,
            capacity: u16::try_from(resource.capacity).unwrap_or(0),
            hours: WeeklyHours::new(self.hours.iter().filter(at).filter_map(Hours::period)),
            exceptions: self.exceptions(place, Some(resource.id)),
            busy: busy.get(&resource.id).cloned().unwrap_or_default(),
        }
    }

    fn exceptions(&self, place: LocationId, resource: Option<ResourceId>) -> Vec<Exception> {
        let here = |c: &&Closure| c.location == place && c.resource == resource;
        self.closures
            .iter()
            .filter(here)
            .filter_map(Closure::exception)
            .collect()
    }
}

impl Hours {
    fn period(&self) -> Option<(Weekday, Period)> {
        let weekday = Weekday::from_monday_one_offset(i8::try_from(self.weekday).ok()?).ok()?;
        Some((weekday, period(self.opens, self.closes)?))
    }
}

impl Closure {
    fn exception(&self) -> Option<Exception> {
        let part = self.part.map_or(Some(Period::DAY), |(from, to)| period(from, to))?;
        let change = if self.opens {
            Change::Opened(part)
        } else {
            Change::Closed(part)
        };
        Exception::new(self.first_day, self.last_day, change).ok()
    }
}

impl Service {
    /// The booking core's rules of this service.
    pub fn rules(&self) -> Option<ServiceRules> {
        let minutes = |n: i32| Minutes::new(u32::try_from(n).unwrap_or(0));
        let rules = ServiceRules::new(minutes(self.minutes), minutes(self.step)).ok()?;
        let rules = rules
            .buffers(minutes(self.buffer_before), minutes(self.buffer_after))
            .ok()?;
        let limit = self.daily_limit.and_then(|n| u16::try_from(n).ok());
        let horizon = u16::try_from(self.horizon_days).unwrap_or(0);
        Some(
            rules
                .lead_time(minutes(self.lead_minutes))
                .horizon_days(horizon)
                .daily_limit(limit),
        )
    }
}

fn period(from: i16, to: i16) -> Option<Period> {
    let minute = |n: i16| MinuteOfDay::new(u16::try_from(n).ok()?).ok();
    Period::new(minute(from)?, minute(to)?).ok()
}

/// The busy lanes of diaries between two moments, a day more on either side, without some occupancies (the one being moved).
///
/// # Errors
/// What the database answered.
pub async fn busy<N>(
    tx: &mut Tx<N>,
    resources: &[ResourceId],
    from: Timestamp,
    to: Timestamp,
    except: &[Uuid],
) -> Result<Busy, DbError> {
    let day = SignedDuration::from_hours(24);
    let (from, to) = (from.checked_sub(day).unwrap_or(from), to.checked_add(day).unwrap_or(to));
    let ids: Vec<Uuid> = resources.iter().map(|r| r.as_uuid()).collect();
    let mut busy = Busy::new();
    for row in tx.rows(sql!("diaries/busy"), &[&ids, &from, &to, &except]).await? {
        let Some(span) = Span::new(row.get("starts_at"), row.get("ends_at")) else {
            continue;
        };
        let lane = Lane::new(u16::try_from(row.get::<_, i16>("lane")).unwrap_or(0));
        busy.entry(ResourceId::from_uuid(row.get("resource_id")))
            .or_default()
            .push(Occupancy { lane, span });
    }
    Ok(busy)
}

/// The newest privacy notice.
///
/// # Errors
/// What the database answered.
pub async fn notice<N>(tx: &mut Tx<N>) -> Result<Option<Notice>, DbError> {
    let row = tx.find(sql!("diaries/notice"), &[]).await?;
    Ok(row.map(|row| Notice {
        version: row.get("notice_version"),
        body: row.get("body"),
        published_at: row.get("published_at"),
    }))
}

/// The organisation's own details.
///
/// # Errors
/// `Conflict` when the organisation is not there for this transaction.
pub async fn profile<N>(tx: &mut Tx<N>) -> Result<Profile, DbError> {
    let row = tx.get(sql!("diaries/organisation"), &[]).await?;
    Ok(Profile {
        slug: row.get("slug"),
        kind: row.get("kind"),
        name: row.get("name"),
        practice_number: row.get("practice_number"),
        letterhead: row.get("letterhead"),
        officer_name: row.get("officer_name"),
        officer_email: row.get("officer_email"),
        officer_phone: row.get("officer_phone"),
        language: row.get("language"),
        reception_may_reveal: row.get("reception_may_reveal"),
        live: row.get("live"),
        synthetic: row.get("synthetic"),
        welcome: row.get("welcome"),
        version: row.get("version"),
    })
}

fn service(row: &Row) -> Service {
    Service {
        id: ServiceId::from_uuid(row.get("service_id")),
        name: row.get("name"),
        description: row.get("description"),
        bring: row.get("bring"),
        minutes: row.get("minutes"),
        buffer_before: row.get("buffer_before"),
        buffer_after: row.get("buffer_after"),
        step: row.get("step"),
        lead_minutes: row.get("lead_minutes"),
        horizon_days: row.get("horizon_days"),
        daily_limit: row.get("daily_limit"),
        online: row.get("online"),
        position: row.get("position"),
        active: row.get("active"),
        version: row.get("version"),
    }
}

fn resource(row: &Row) -> Resource {
    Resource {
        id: ResourceId::from_uuid(row.get("resource_id")),
        kind: row.get("kind"),
        name: row.get("name"),
        discipline: row.get("discipline"),
        registration_number: row.get("registration_number"),
        capacity: row.get("capacity"),
        bookable_online: row.get("bookable_online"),
        position: row.get("position"),
        active: row.get("active"),
        version: row.get("version"),
    }
}

fn location(row: &Row) -> Location {
    Location {
        id: LocationId::from_uuid(row.get("location_id")),
        name: row.get("name"),
        address: row.get("address"),
        directions: row.get("directions"),
        phone: row.get("phone"),
        time_zone: row.get("time_zone"),
        opens_on_public_holidays: row.get("opens_on_public_holidays"),
        active: row.get("active"),
        version: row.get("version"),
    }
}

fn weekly(row: &Row) -> Hours {
    Hours {
        id: row.get("weekly_hours_id"),
        resource: ResourceId::from_uuid(row.get("resource_id")),
        location: LocationId::from_uuid(row.get("location_id")),
        weekday: row.get("weekday"),
        opens: row.get("opens"),
        closes: row.get("closes"),
    }
}

fn closure(row: &Row) -> Closure {
    let part: Option<i16> = row.get("opens");
    let end: Option<i16> = row.get("closes");
    Closure {
        id: row.get("closure_id"),
        location: LocationId::from_uuid(row.get("location_id")),
        resource: row.get::<_, Option<Uuid>>("resource_id").map(ResourceId::from_uuid),
        first_day: row.get("first_day"),
        last_day: row.get("last_day"),
        part: part.zip(end),
        opens: row.get::<_, &str>("kind") == "open",
        reason: row.get("reason"),
    }
}

fn offer(row: &Row) -> (ServiceId, ResourceId) {
    (
        ServiceId::from_uuid(row.get("service_id")),
        ResourceId::from_uuid(row.get("resource_id")),
    )
}
