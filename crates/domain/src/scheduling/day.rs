//! The hours of one day, once weekly hours, holidays and exceptions are put together.

use jiff::civil::Date;

use super::{Change, Diary, Exception, LocationCalendar, MinuteOfDay, Period};
use crate::holidays::is_public_holiday;

/// What a location says about a day, the same for all of its diaries.
pub(super) struct LocationDay<'a> {
    date: Date,
    is_closed_holiday: bool,
    location: &'a LocationCalendar,
}

impl<'a> LocationDay<'a> {
    pub(super) fn new(location: &'a LocationCalendar, date: Date) -> Self {
        let is_holiday = || location.declared_holidays.contains(&date) || is_public_holiday(date);
        Self {
            date,
            is_closed_holiday: !location.opens_on_public_holidays && is_holiday(),
            location,
        }
    }

    pub(super) const fn date(&self) -> Date {
        self.date
    }

    /// The open periods of a diary, in order, neither overlapping nor touching.
    pub(super) fn open_periods(&self, diary: &Diary) -> Vec<Period> {
        let changes = || {
            let all = self.location.exceptions.iter().chain(&diary.exceptions);
            all.filter_map(|exception: &Exception| exception.on_day(self.date))
        };
        let opened = changes().filter_map(|change| match change {
            Change::Opened(period) => Some(period),
            Change::Closed(_) => None,
        });
        let closed = changes().filter_map(|change| match change {
            Change::Closed(period) => Some(period),
            Change::Opened(_) => None,
        });
        let open = merged(self.weekly(diary).into_iter().chain(opened).collect());
        closed.fold(open, without)
    }

    fn weekly(&self, diary: &Diary) -> Vec<Period> {
        if self.is_closed_holiday {
            return Vec::new();
        }
        let weekday = self.date.weekday();
        let own = diary.hours.on(weekday);
        match &self.location.hours {
            None => own.collect(),
            Some(hours) => own
                .flat_map(|a| hours.on(weekday).filter_map(move |b| common(a, b)))
                .collect(),
        }
    }
}

fn common(a: Period, b: Period) -> Option<Period> {
    between(a.from.max(b.from), a.to.min(b.to))
}

fn between(from: MinuteOfDay, to: MinuteOfDay) -> Option<Period> {
    Period::new(from, to).ok()
}

fn merged(mut periods: Vec<Period>) -> Vec<Period> {
    periods.sort_unstable();
    let mut merged: Vec<Period> = Vec::with_capacity(periods.len());
    for period in periods {
        match merged.last_mut() {
            Some(last) if period.from <= last.to => last.to = last.to.max(period.to),
            _ => merged.push(period),
        }
    }
    merged
}

fn without(open: Vec<Period>, closed: Period) -> Vec<Period> {
    let rest = |period: Period| {
        let head = between(period.from, period.to.min(closed.from));
        let tail = between(period.from.max(closed.to), period.to);
        head.into_iter().chain(tail)
    };
    open.into_iter().flat_map(rest).collect()
}
