//! South African public holidays, computed (Public Holidays Act 36 of 1994, schedule 1 and section 2).
//!
//! Days that the President declares for one year are data, not rules: keep them beside the location's hours.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// Its name in English, as the Act has it.
    pub name: &'static str,
    /// Whether this is the Monday after a holiday that fell on a Sunday.
    pub follows_sunday: bool,
}

const FIXED: [(i8, i8, &str); 10] = [
    (1, 1, "New Year's Day"),
    (3, 21, "Human Rights Day"),
    (4, 27, "Freedom Day"),
    (5, 1, "Workers' Day"),
    (6, 16, "Youth Day"),
    (8, 9, "National Women's Day"),
    (9, 24, "Heritage Day"),
    (12, 16, "Day of Reconciliation"),
    (12, 25, "Christmas Day"),
    (12, 26, "Day of Goodwill"),
];

/// The holidays of a year in order of date. A holiday on a Sunday makes the Monday one as well, unless that Monday is one
/// already; Saturdays do not move. Two holidays on one date (Good Friday and 21 March) are both listed. The Act is in
/// force since 1995: earlier years are computed by the same rule.
pub fn holidays(year: i16) -> Vec<Holiday> {
    let fixed = FIXED
        .iter()
        .filter_map(|(month, day, name)| Some(named(Date::new(year, *month, *day).ok()?, name)));
    let easter = easter_sunday(year).into_iter().flat_map(|sunday| {
        let good_friday = sunday.checked_sub(2.days()).map(|date| named(date, "Good Friday"));
        let family_day = sunday.tomorrow().map(|date| named(date, "Family Day"));
        [good_friday, family_day].into_iter().flatten()
    });
    let mut all: Vec<Holiday> = fixed.chain(easter).collect();
    let mondays: Vec<Holiday> = all.iter().filter_map(monday_after).collect();
    for monday in mondays {
        if !all.iter().any(|holiday| holiday.date == monday.date) {
            all.push(monday);
        }
    }
    all.sort_unstable();
    all
}

/// The holiday on a date, or nothing.
pub fn holiday_on(date: Date) -> Option<Holiday> {
    holidays(date.year()).into_iter().find(|holiday| holiday.date == date)
}

/// Whether a date is a public holiday.
pub fn is_public_holiday(date: Date) -> bool {
    holiday_on(date).is_some()
}

const fn named(date: Date, name: &'static str) -> Holiday {
    Holiday {
        date,
        name,
        follows_sunday: false,
    }
}

fn monday_after(holiday: &Holiday) -> Option<Holiday> {
    let date = holiday.date.tomorrow().ok()?;
    (holiday.date.weekday() == Weekday::Sunday).then_some(Holiday {
        date,
        name: holiday.name,
        follows_sunday: true,
    })
}

/// The Gregorian Easter Sunday, by the anonymous algorithm (Meeus, Astronomical Algorithms, chapter 8).
fn easter_sunday(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (golden, century, rest) = (y.rem_euclid(19), y.div_euclid(100), y.rem_euclid(100));
    let moon_shift = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - moon_shift + 15).rem_euclid(30);
    let weekday = (32 + 2 * century.rem_euclid(4) + 2 * (rest / 4) - epact - rest % 4).rem_euclid(7);
    let correction = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * correction + 114;
    Date::new(year, i8::try_from(days / 31).ok()?, i8::try_from(days % 31 + 1).ok()?).ok()
}
