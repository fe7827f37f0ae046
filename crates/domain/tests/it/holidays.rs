use aloe_domain::holidays::{holiday_on, holidays, is_public_holiday};
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

fn shifted(year: i16) -> Vec<Date> {
    holidays(year)
        .into_iter()
        .filter(|h| h.follows_sunday)
        .map(|h| h.date)
        .collect()
}

#[test]
fn the_movable_days_of_each_known_year_are_right() {
    let rows = [
        (2025, date(2025, 4, 18), date(2025, 4, 21), vec![date(2025, 4, 28)]),
        (2026, date(2026, 4, 3), date(2026, 4, 6), vec![date(2026, 8, 10)]),
        (
            2027,
            date(2027, 3, 26),
            date(2027, 3, 29),
            vec![date(2027, 3, 22), date(2027, 12, 27)],
        ),
        (2028, date(2028, 4, 14), date(2028, 4, 17), vec![date(2028, 9, 25)]),
        (2029, date(2029, 3, 30), date(2029, 4, 2), vec![date(2029, 12, 17)]),
        (2030, date(2030, 4, 19), date(2030, 4, 22), vec![date(2030, 6, 17)]),
    ];
    for (year, good_friday, family_day, mondays) in rows {
        assert_eq!(holiday_on(good_friday).unwrap().name, "Good Friday");
        assert_eq!(holiday_on(family_day).unwrap().name, "Family Day");
        assert_eq!(shifted(year), mondays, "{year}");
    }
}

#[test]
fn christmas_on_a_sunday_makes_no_third_day() {
    assert_eq!(date(2033, 12, 25).weekday(), Weekday::Sunday);
    // The only shift of that year is Workers' Day.
    assert_eq!(shifted(2033), [date(2033, 5, 2)]);
    assert_eq!(holiday_on(date(2033, 12, 26)).unwrap().name, "Day of Goodwill");
    assert!(!is_public_holiday(date(2033, 12, 27)));
}

#[test]
fn a_saturday_does_not_move_and_a_sunday_stays() {
    assert!(is_public_holiday(date(2026, 3, 21)) && !is_public_holiday(date(2026, 3, 23)));
    assert!(is_public_holiday(date(2026, 8, 9)) && is_public_holiday(date(2026, 8, 10)));
    assert_eq!(holiday_on(date(2026, 8, 10)).unwrap().name, "National Women's Day");
}

#[test]
fn two_holidays_on_one_date_are_both_listed() {
    let names: Vec<_> = holidays(2008)
        .into_iter()
        .filter(|h| h.date == date(2008, 3, 21))
        .map(|h| h.name)
        .collect();
    assert_eq!(names, ["Good Friday", "Human Rights Day"]);
}

proptest! {
    #[test]
    fn every_year_has_its_twelve_days_in_order(year in 1995i16..2400) {
        let all = holidays(year);
        prop_assert_eq!(all.iter().filter(|h| !h.follows_sunday).count(), 12);
        prop_assert!(all.is_sorted_by_key(|h| h.date) && all.iter().all(|h| h.date.year() == year));
        for sunday in all.iter().filter(|h| h.date.weekday() == Weekday::Sunday) {
            prop_assert!(is_public_holiday(sunday.date.tomorrow().unwrap()));
        }
    }
}
