//! Moments as people read them: in the location's zone, by the words of the desk.

use aloe_domain::scheduling::MinuteOfDay;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The present moment, in whole seconds. The one place where pages read the clock.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The same in seconds since 1970, as tokens and codes count.
pub fn seconds() -> u64 {
    u64::try_from(now().as_second()).unwrap_or(0)
}

/// `Tuesday 24 November`, with the year when it is not this one.
pub fn long_date(date: Date, today: Date) -> String {
    let year = if date.year() == today.year() {
        String::new()
    } else {
        format!(" {}", date.year())
    };
    format!("{} {} {}{year}", weekday(date), date.day(), month(date))
}

/// `Tue 24 Nov`.
pub fn short_date(date: Date) -> String {
    format!("{} {} {}", cut(weekday(date)), date.day(), cut(month(date)))
}

/// `24 November 2026`.
pub fn plain_date(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date), date.year())
}

/// `09:20`.
pub fn hour(at: &Zoned) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `09:20` of a moment in a zone.
pub fn hour_in(at: Timestamp, zone: &TimeZone) -> String {
    hour(&at.to_zoned(zone.clone()))
}

/// `Tue 24 Nov, 09:20`.
pub fn short_moment(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    format!("{}, {}", short_date(at.date()), hour(&at))
}

/// `24 November 2026, 09:20`.
pub fn plain_moment(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    format!("{}, {}", plain_date(at.date()), hour(&at))
}

/// A day for a booking or a closure: within a year past and five to come, so that a slip of the finger is noticed.
///
/// # Errors
/// What to do, in words.
pub fn near_day(text: &str, today: Date) -> Result<Date, &'static str> {
    let day = text.trim().parse::<Date>().map_err(|_| "Choose the date.")?;
    let years = i32::from(day.year()) - i32::from(today.year());
    match years {
        -1..=5 => Ok(day),
        _ => Err("Check the year: this date is far from today."),
    }
}

/// A time on the wall that a closure can begin or end at: in steps of five minutes.
///
/// # Errors
/// What to do, in words.
pub fn in_fives(text: &str) -> Result<MinuteOfDay, String> {
    let minute = MinuteOfDay::parse(text).map_err(|e| e.to_string())?;
    match minute.minutes() % 5 {
        0 => Ok(minute),
        _ => Err("Choose a multiple of five minutes.".to_owned()),
    }
}

/// Minutes after midnight as `09:20`.
pub fn minutes(n: i32) -> String {
    format!("{:02}:{:02}", n / 60, n % 60)
}

/// Whole years between a birth date and today.
pub fn age(birth: Date, today: Date) -> i16 {
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    today.year() - birth.year() - i16::from(!had_birthday)
}

/// A date and a time on the wall as a moment; nothing for a time that the clocks skip.
pub fn moment(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_zoned(date.to_datetime(time));
    if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        None
    } else {
        ambiguous.compatible().ok().map(|z| z.timestamp())
    }
}

/// The first and last moment of a day.
pub fn day_bounds(date: Date, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let start = |d: Date| {
        d.to_zoned(zone.clone())
            .map_or(Timestamp::UNIX_EPOCH, |z| z.timestamp())
    };
    (start(date), start(date.tomorrow().unwrap_or(date)))
}

/// The Monday of a week.
pub fn monday(date: Date) -> Date {
    let back = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(jiff::Span::new().days(back)).unwrap_or(date)
}

/// The name of a weekday.
pub fn weekday(date: Date) -> &'static str {
    weekday_name(date.weekday())
}

/// `Monday`.
pub fn weekday_name(day: Weekday) -> &'static str {
    const NAMES: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    let index = usize::try_from(day.to_monday_zero_offset()).unwrap_or(0);
    NAMES.get(index).copied().unwrap_or_default()
}

/// The name of a month.
pub fn month(date: Date) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES
        .get(usize::try_from(date.month() - 1).unwrap_or(0))
        .copied()
        .unwrap_or_default()
}

fn cut(word: &str) -> &str {
    word.get(..3).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_are_said_as_at_the_desk() {
        let day = date(2026, 11, 24);
        assert_eq!(long_date(day, day), "Tuesday 24 November");
        assert_eq!(long_date(day, date(2027, 1, 1)), "Tuesday 24 November 2026");
        assert_eq!(short_date(day), "Tue 24 Nov");
        assert_eq!(monday(day), date(2026, 11, 23));
    }

    #[test]
    fn an_age_changes_on_the_birthday() {
        let birth = date(1986, 3, 14);
        assert_eq!(age(birth, date(2026, 3, 13)), 39);
        assert_eq!(age(birth, date(2026, 3, 14)), 40);
        assert_eq!(age(date(2000, 2, 29), date(2001, 2, 28)), 0);
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_no_moment() {
        let zone = TimeZone::get("America/New_York").unwrap();
        assert!(moment(date(2026, 3, 8), jiff::civil::time(2, 30, 0, 0), &zone).is_none());
        assert!(moment(date(2026, 3, 8), jiff::civil::time(3, 30, 0, 0), &zone).is_some());
    }
}
