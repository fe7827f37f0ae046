//! What a service asks of a diary.

use jiff::{SignedDuration, Timestamp};

use super::Span;

/// A length of time in whole minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Minutes(u32);

impl Minutes {
    /// No time.
    pub const ZERO: Self = Self(0);

    /// So many minutes.
    pub const fn new(minutes: u32) -> Self {
        Self(minutes)
    }

    /// The number of minutes.
    pub const fn count(self) -> u32 {
        self.0
    }

    pub(super) const fn seconds(self) -> i64 {
        self.0 as i64 * 60
    }

    const fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(self.seconds())
    }
}

/// Why rules make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// No time at all, or more than a day.
    #[error("A service lasts between 1 minute and 24 hours. Change its duration.")]
    Duration,
    /// No step, or more than a day.
    #[error("Times are offered every 1 minute to 24 hours. Change the step between them.")]
    Step,
    /// More than a day of preparation.
    #[error("The time before and after a booking is at most 24 hours each. Shorten it.")]
    Buffer,
}

/// How a service is booked. Made by `new`, then narrowed; without more, it can be booked from now on, 365 days ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRules {
    pub(super) duration: Minutes,
    pub(super) step: Minutes,
    pub(super) before: Minutes,
    pub(super) after: Minutes,
    pub(super) lead_time: Minutes,
    pub(super) horizon_days: u16,
    pub(super) daily_limit: Option<u16>,
}

const DAY: Minutes = Minutes(24 * 60);

impl ServiceRules {
    /// A service of this duration, offered at every `step` from the opening of each stretch of hours.
    pub fn new(duration: Minutes, step: Minutes) -> Result<Self, RulesError> {
        if duration == Minutes::ZERO || duration > DAY {
            return Err(RulesError::Duration);
        }
        if step == Minutes::ZERO || step > DAY {
            return Err(RulesError::Step);
        }
        let (before, after, lead_time) = (Minutes::ZERO, Minutes::ZERO, Minutes::ZERO);
        Ok(Self {
            duration,
            step,
            before,
            after,
            lead_time,
            horizon_days: 365,
            daily_limit: None,
        })
    }

    /// Time that the diary is taken before and after; it may lie outside the hours.
    pub fn buffers(self, before: Minutes, after: Minutes) -> Result<Self, RulesError> {
        if before > DAY || after > DAY {
            return Err(RulesError::Buffer);
        }
        Ok(Self { before, after, ..self })
    }

    /// The least time between booking and start.
    #[must_use]
    pub fn lead_time(self, lead_time: Minutes) -> Self {
        Self { lead_time, ..self }
    }

    /// The last day offered, counted from today at the location (0 is today only).
    #[must_use]
    pub fn horizon_days(self, horizon_days: u16) -> Self {
        Self { horizon_days, ..self }
    }

    /// The most bookings of this service in one diary on one day; a day with as many offers nothing.
    #[must_use]
    pub fn daily_limit(self, daily_limit: Option<u16>) -> Self {
        Self { daily_limit, ..self }
    }

    /// Whether a day takes only so many.
    pub const fn has_daily_limit(&self) -> bool {
        self.daily_limit.is_some()
    }

    /// The end of a booking that starts then; nothing at the end of time.
    pub fn ends_at(&self, starts_at: Timestamp) -> Option<Timestamp> {
        starts_at.checked_add(self.duration.duration()).ok()
    }

    /// What a booking that starts then takes of the diary, buffers included; nothing at the end of time.
    pub fn occupied(&self, starts_at: Timestamp) -> Option<Span> {
        let from = starts_at.checked_sub(self.before.duration()).ok()?;
        let to = self.ends_at(starts_at)?.checked_add(self.after.duration()).ok()?;
        Span::new(from, to)
    }
}
