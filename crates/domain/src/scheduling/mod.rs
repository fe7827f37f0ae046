//! Which times are free: opening hours, lanes and one sweep over sorted busy times.
//!
//! Everything is computed on instants. A wall time counts as open when the clock on the location's wall says so: an hour
//! that a clock change leaves out offers nothing, an hour that comes twice is offered twice.

mod day;
mod diary;
mod hours;
mod lane;
mod openings;
mod rules;
mod search;
mod sweep;

/// The longest booking, in minutes: a day of twelve hours.
pub const LONGEST_BOOKING: i32 = 720;

pub use diary::{Diary, LocationCalendar};
pub use hours::{Change, Exception, HoursError, MinuteOfDay, Period, WeeklyHours};
pub use lane::{Lane, Occupancy, Span, next_lane, overbook_lane};
pub use rules::{Minutes, RulesError, ServiceRules};
pub use search::{DayCount, FreeSlot, SlotQuery, days_with_counts, first_free, free_slots, free_slots_of_any, nearest};
