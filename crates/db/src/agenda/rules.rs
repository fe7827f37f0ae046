//! The booking core's view of the settings: rules, calendars and diaries without a database.

use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use aloe_domain::scheduling::{
    Change, Diary, Exception, LocationCalendar, MinuteOfDay, Minutes, Period, ServiceRules, Span, WeeklyHours,
};
use jiff::SignedDuration;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::{Agenda, Busy, Closed, Closure, Hours, Location, Resource, Service};

impl Agenda {
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

    /// The zone that the calendar is drawn in: the first place's, South Africa's while there is none.
    pub fn calendar_zone(&self) -> TimeZone {
        let first = self
            .locations
            .first()
            .map_or("Africa/Johannesburg", |l| l.time_zone.as_str());
        TimeZone::get(first).unwrap_or(TimeZone::UTC)
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

    /// The first closure of a diary at a place that meets a stretch of time. What lies outside the weekly hours is no closure.
    pub fn closed_during(&self, resource: ResourceId, place: LocationId, span: Span) -> Option<Closed> {
        let here = |c: &&Closure| !c.opens && c.location == place && c.resource.is_none_or(|r| r == resource);
        let zone = self.zone(place);
        let last = span.ends_at().to_zoned(zone.clone()).date();
        let days = span
            .starts_at()
            .to_zoned(zone.clone())
            .date()
            .series(jiff::Span::new().days(1));
        let days: Vec<Date> = days.take_while(|day| *day <= last).collect();
        self.closures
            .iter()
            .filter(here)
            .flat_map(|c| days.iter().filter_map(|day| c.on(*day, &zone)))
            .find(|closed| closed.starts_at < span.ends_at() && span.starts_at() < closed.ends_at)
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
    /// Whether it blocks time of one diary on one day: the desk's to give and to take.
    pub fn is_block(&self) -> bool {
        !self.opens && self.resource.is_some() && self.first_day == self.last_day && self.part.is_some()
    }

    /// The part of the day, `13:00 to 14:00`; nothing for whole days.
    pub fn hours(&self) -> Option<String> {
        let (from, to) = self.part?;
        let part = period(from, to)?;
        Some(format!("{} to {}", part.from(), part.to()))
    }

    /// From when to when it closes a day, if it does.
    pub fn on(&self, day: Date, zone: &TimeZone) -> Option<Closed> {
        let (from, to) = self.part.unwrap_or((0, 1440));
        let moment = |minutes: i16| {
            let midnight = day.to_datetime(Time::midnight());
            let wall = midnight
                .checked_add(SignedDuration::from_mins(i64::from(minutes)))
                .ok()?;
            Some(wall.to_zoned(zone.clone()).ok()?.timestamp())
        };
        let holds = self.first_day <= day && day <= self.last_day;
        Some(Closed {
            starts_at: moment(from)?,
            ends_at: moment(to)?,
            reason: self.reason.clone(),
        })
        .filter(|_| holds)
    }

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
