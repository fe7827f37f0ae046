//! What the search reads: a location and its diaries.

use std::collections::BTreeSet;

use jiff::{civil::Date, tz::TimeZone};

use super::{Exception, Occupancy, WeeklyHours};
use crate::ids::ResourceId;

/// The calendar of a location.
#[derive(Clone, Debug)]
pub struct LocationCalendar {
    /// The zone that its hours are written in.
    pub zone: TimeZone,
    /// Its opening hours, which narrow those of every diary; nothing leaves the diaries' own hours as they are.
    pub hours: Option<WeeklyHours>,
    /// Changes that hold for every diary there.
    pub exceptions: Vec<Exception>,
    /// Whether weekly hours hold on public holidays.
    pub opens_on_public_holidays: bool,
    /// Holidays that were declared for one year and that no rule yields.
    pub declared_holidays: BTreeSet<Date>,
}

impl LocationCalendar {
    /// A location without hours of its own, closed on public holidays.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            hours: None,
            exceptions: Vec::new(),
            opens_on_public_holidays: false,
            declared_holidays: BTreeSet::new(),
        }
    }
}

/// The diary of one resource at one location.
#[derive(Clone, Debug)]
pub struct Diary {
    /// Whose diary.
    pub resource_id: ResourceId,
    /// How many ordinary lanes; 0 offers nothing.
    pub capacity: u16,
    /// Its weekly hours at this location.
    pub hours: WeeklyHours,
    /// Changes that hold for this diary only.
    pub exceptions: Vec<Exception>,
    /// What is taken, buffers included, in any order: held, pending and later bookings, and anything else that blocks
    /// time. Give a day more on either side of the days that are searched.
    pub busy: Vec<Occupancy>,
}
