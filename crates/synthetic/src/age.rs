//! Ages of household members.

use crate::civil::days_before;
use crate::draw::Draw;
use jiff::civil::Date;

/// No one is older, so that the two-digit year of an identity number stays unambiguous.
pub(crate) const OLDEST: i32 = 99;

/// Age bands of people who head a household: first year, last year; weight.
const HEADS: [((i32, i32), u16); 8] = [
    ((19, 24), 90),
    ((25, 29), 130),
    ((30, 34), 150),
    ((35, 44), 240),
    ((45, 54), 170),
    ((55, 64), 120),
    ((65, 79), 85),
    ((80, 97), 15),
];

/// The age in years of a head of household.
pub(crate) fn of_head(draw: &mut Draw) -> i32 {
    let (first, last) = draw.weighted(&HEADS, (30, 34));
    draw.between(first, last)
}

/// The age of the partner of someone of `head` years.
pub(crate) fn of_partner(draw: &mut Draw, head: i32) -> i32 {
    let gap = draw.between(-4, 3) + draw.between(-3, 3);
    (head + gap).clamp(18, OLDEST)
}

/// The age of a child (or grandchild) raised by someone of `head` years.
pub(crate) fn of_child(draw: &mut Draw, head: i32) -> i32 {
    let parent = if head > 62 { head - 26 } else { head };
    let oldest = (parent - 18).clamp(0, 27);
    let youngest = (parent - 44).clamp(0, oldest);
    draw.between(youngest, oldest)
}

/// The age of a mother or father of someone of `head` years; none when too old to live.
pub(crate) fn of_parent(draw: &mut Draw, head: i32) -> Option<i32> {
    let age = head + draw.between(19, 36);
    (age <= 94).then_some(age)
}

/// A birth date of someone who is `age` years old on `today`.
pub(crate) fn birth_date(draw: &mut Draw, age: i32, today: Date) -> Date {
    let within_year = draw.between(0, 364);
    let years = i16::try_from(age.clamp(0, OLDEST)).unwrap_or(0);
    let birthday = Date::new(today.year() - years, today.month(), today.day());
    let latest = birthday.unwrap_or_else(|_| feb_28(today.year() - years));
    days_before(latest, within_year)
}

/// Someone who turned a year older on 29 February counts from the 28th in other years.
fn feb_28(year: i16) -> Date {
    Date::new(year, 2, 28).unwrap_or(crate::REFERENCE_DATE)
}

#[cfg(test)]
mod tests {
    use super::{birth_date, of_child, of_parent};
    use crate::civil::years;
    use crate::draw::{Draw, Purpose};
    use jiff::civil::date;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_birth_date_gives_back_the_age(seed: u64, age in 0i32..100, day in 1i8..29) {
            let mut draw = Draw::new(seed, Purpose::Household, 0);
            let today = date(2026, 2, day);
            let birth = birth_date(&mut draw, age, today);
            prop_assert_eq!(i32::from(years(birth, today)), age);
        }

        #[test]
        fn a_child_is_eighteen_years_younger_and_a_parent_older(seed: u64, head in 19i32..97) {
            let mut draw = Draw::new(seed, Purpose::Household, 0);
            prop_assert!(of_child(&mut draw, head) <= head - 18);
            if let Some(parent) = of_parent(&mut draw, head) {
                prop_assert!(parent >= head + 19);
            }
        }
    }

    #[test]
    fn a_leap_day_today_gives_dates_in_other_years() {
        let mut draw = Draw::new(1, Purpose::Household, 0);
        for _ in 0..400 {
            let birth = birth_date(&mut draw, 25, date(2024, 2, 29));
            assert!((date(1998, 2, 28)..=date(1999, 2, 28)).contains(&birth), "{birth}");
        }
    }
}
