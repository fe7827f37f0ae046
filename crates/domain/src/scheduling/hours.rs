//! Opening hours by the clock on the wall.

use jiff::civil::{Date, Time, Weekday};

/// Why hours make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not a time from 00:00 to 24:00.
    #[error("Write times as hours and minutes, from 00:00 to 24:00.")]
    Time,
    /// The end is not after the start.
    #[error("The end must be later than the start on the same day. For a night, enter two days.")]
    Order,
    /// The last day lies before the first.
    #[error("The last day must not lie before the first.")]
    Days,
}

/// A time on the wall in whole minutes after midnight, 24:00 included as an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinuteOfDay(u16);

impl MinuteOfDay {
    /// Midnight at the start of the day.
    pub const START: Self = Self(0);
    /// Midnight at the end of the day.
    pub const END: Self = Self(24 * 60);

    /// So many minutes after midnight, at most 1440.
    pub fn new(minutes: u16) -> Result<Self, HoursError> {
        (minutes <= Self::END.0)
            .then_some(Self(minutes))
            .ok_or(HoursError::Time)
    }

    /// Reads `08:30`, `8:30`, `24:00`, and the ways in which hands at a number pad write them: `0830`, `830`, `8.30`, `8h30`.
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let number = |part: &str, longest: usize| {
            let digits = (1..=longest).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| digits).ok_or(HoursError::Time)
        };
        let text = text.trim();
        let apart = text.split_once([':', '.', 'h', 'H']);
        let together = || text.split_at_checked(text.len().checked_sub(2).filter(|hours| *hours > 0)?);
        let (hours, minutes) = apart.or_else(together).ok_or(HoursError::Time)?;
        let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
        if hours > 24 || minutes > 59 {
            Err(HoursError::Time)
        } else {
            Self::new(hours * 60 + minutes)
        }
    }

    /// Minutes after midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    pub(super) const fn seconds(self) -> i64 {
        self.0 as i64 * 60
    }
}

impl From<Time> for MinuteOfDay {
    /// Drops seconds.
    fn from(time: Time) -> Self {
        Self(u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs()))
    }
}

impl std::fmt::Display for MinuteOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A part of one day, `[from, to)`, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub(super) from: MinuteOfDay,
    pub(super) to: MinuteOfDay,
}

impl Period {
    /// The whole day.
    pub const DAY: Self = Self {
        from: MinuteOfDay::START,
        to: MinuteOfDay::END,
    };

    /// The part of a day between two times.
    pub fn new(from: MinuteOfDay, to: MinuteOfDay) -> Result<Self, HoursError> {
        (from < to).then_some(Self { from, to }).ok_or(HoursError::Order)
    }

    /// Its start.
    pub const fn from(self) -> MinuteOfDay {
        self.from
    }

    /// Its end.
    pub const fn to(self) -> MinuteOfDay {
        self.to
    }
}

/// Hours that come back every week; several periods a day are usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeeklyHours(Vec<(Weekday, Period)>);

impl WeeklyHours {
    /// Hours from (weekday, period) in any order; overlapping periods count once.
    pub fn new(periods: impl IntoIterator<Item = (Weekday, Period)>) -> Self {
        Self(periods.into_iter().collect())
    }

    /// The periods of a weekday, in the order given.
    pub fn on(&self, weekday: Weekday) -> impl Iterator<Item = Period> {
        self.0
            .iter()
            .filter(move |(day, _)| *day == weekday)
            .map(|(_, period)| *period)
    }
}

/// What an exception does to the hours. Where several meet, a closure wins over an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Closed for this part of the day; [`Period::DAY`] closes it all.
    Closed(Period),
    /// Open besides the weekly hours, on a public holiday too.
    Opened(Period),
}

/// A change of hours on every day from a first to a last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exception {
    first: Date,
    last: Date,
    change: Change,
}

impl Exception {
    /// A change from the first day to the last, both included.
    pub fn new(first: Date, last: Date, change: Change) -> Result<Self, HoursError> {
        (first <= last)
            .then_some(Self { first, last, change })
            .ok_or(HoursError::Days)
    }

    /// A change of one day.
    pub const fn on(day: Date, change: Change) -> Self {
        Self {
            first: day,
            last: day,
            change,
        }
    }

    /// The change that holds on a day, if any.
    pub fn on_day(&self, day: Date) -> Option<Change> {
        (self.first <= day && day <= self.last).then_some(self.change)
    }
}
