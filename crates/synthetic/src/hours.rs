//! Weekly opening hours.

use jiff::civil::{Date, DateTime, Time, Weekday, time};

/// One stretch of a day in which a place is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The day of the week.
    pub day: Weekday,
    /// First minute.
    pub opens: Time,
    /// End, not included; on the same day.
    pub closes: Time,
}

/// The openings of a week, in order; a lunch break makes two openings in a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeeklyHours(Vec<Opening>);

const WORKDAYS: [Weekday; 5] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
];

impl WeeklyHours {
    /// Workdays from `opens` to `closes`, with a break if given, and a Saturday morning if asked.
    #[must_use]
    pub(crate) fn workdays(opens: Time, closes: Time, lunch: Option<(Time, Time)>, saturday: bool) -> Self {
        let mut list = Vec::with_capacity(11);
        for day in WORKDAYS {
            match lunch {
                Some((from, to)) => {
                    list.push(Opening {
                        day,
                        opens,
                        closes: from,
                    });
                    list.push(Opening { day, opens: to, closes });
                }
                None => list.push(Opening { day, opens, closes }),
            }
        }
        if saturday {
            let (opens, closes) = (time(8, 30, 0, 0), time(12, 0, 0, 0));
            list.push(Opening {
                day: Weekday::Saturday,
                opens,
                closes,
            });
        }
        Self(list)
    }

    /// All openings from Monday on.
    #[must_use]
    pub fn openings(&self) -> &[Opening] {
        &self.0
    }

    /// The openings on `date`.
    pub fn on(&self, date: Date) -> impl Iterator<Item = &Opening> {
        let day = date.weekday();
        self.0.iter().filter(move |opening| opening.day == day)
    }

    /// True when `minutes` from `starts` lie within one opening.
    #[must_use]
    pub fn hold(&self, starts: DateTime, minutes: u16) -> bool {
        let begin = minute_of_day(starts.time());
        let end = begin + i32::from(minutes);
        self.on(starts.date())
            .any(|opening| minute_of_day(opening.opens) <= begin && end <= minute_of_day(opening.closes))
    }
}

/// Minutes since midnight.
pub(crate) fn minute_of_day(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

#[cfg(test)]
mod tests {
    use super::WeeklyHours;
    use jiff::civil::{date, time};

    fn hours() -> WeeklyHours {
        let lunch = Some((time(13, 0, 0, 0), time(14, 0, 0, 0)));
        WeeklyHours::workdays(time(8, 0, 0, 0), time(17, 0, 0, 0), lunch, true)
    }

    #[test]
    fn a_booking_may_end_at_closing_but_not_after() {
        let monday = date(2026, 7, 6);
        assert!(hours().hold(monday.at(16, 45, 0, 0), 15));
        assert!(!hours().hold(monday.at(16, 46, 0, 0), 15));
    }

    #[test]
    fn a_booking_may_not_run_through_lunch() {
        let monday = date(2026, 7, 6);
        assert!(hours().hold(monday.at(12, 30, 0, 0), 30));
        assert!(!hours().hold(monday.at(12, 45, 0, 0), 30));
    }

    #[test]
    fn saturday_is_a_morning_and_sunday_is_closed() {
        assert!(hours().hold(date(2026, 7, 11).at(9, 0, 0, 0), 30));
        assert!(!hours().hold(date(2026, 7, 11).at(13, 0, 0, 0), 30));
        assert!(!hours().hold(date(2026, 7, 12).at(9, 0, 0, 0), 30));
    }

    #[test]
    fn a_week_with_lunch_and_saturday_has_eleven_openings() {
        assert_eq!(hours().openings().len(), 11);
    }
}
