//! Date arithmetic that cannot fail.

use jiff::ToSpan;
use jiff::civil::Date;

/// The day on which people are counted when no other is given: 1 July 2026.
pub const REFERENCE_DATE: Date = jiff::civil::date(2026, 7, 1);

/// `days` before `date`; `date` itself at the end of the calendar.
pub(crate) fn days_before(date: Date, days: i32) -> Date {
    date.checked_sub(days.days()).unwrap_or(date)
}

/// Whole years from `birth` to `on`; 0 when `birth` is later.
pub(crate) fn years(birth: Date, on: Date) -> u8 {
    let passed = (on.month(), on.day()) >= (birth.month(), birth.day());
    let years = on.year() - birth.year() - i16::from(!passed);
    u8::try_from(years.max(0)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::{days_before, years};
    use jiff::civil::date;

    #[test]
    fn a_birthday_adds_the_year_on_its_own_day() {
        let birth = date(2000, 2, 29);
        assert_eq!(years(birth, date(2026, 2, 28)), 25);
        assert_eq!(years(birth, date(2026, 3, 1)), 26);
    }

    #[test]
    fn someone_born_later_is_nought() {
        assert_eq!(years(date(2026, 1, 2), date(2026, 1, 1)), 0);
    }

    #[test]
    fn days_before_crosses_a_leap_day() {
        assert_eq!(days_before(date(2024, 3, 1), 1), date(2024, 2, 29));
    }
}
