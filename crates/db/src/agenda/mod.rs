//! What can be booked where, with whom and when: the settings that the booking core reads.

mod kept;
mod read;
mod rules;

use std::collections::HashMap;

use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use aloe_domain::scheduling::Occupancy;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

pub(crate) use kept::KeptAgendas;
pub(crate) use read::busy_and_stale;
pub use read::{busy, notice, profile};

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

/// A stretch that a closure takes out of a diary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its start.
    pub starts_at: Timestamp,
    /// Its end.
    pub ends_at: Timestamp,
    /// Why, as whoever closed it wrote.
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
    /// The version of the privacy notice in force, if one was published.
    pub notice_version: Option<i32>,
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
