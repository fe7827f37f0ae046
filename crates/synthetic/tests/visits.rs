//! Bookings.

use aloe_synthetic::{People, Practices, Visit, VisitStatus, visits};
use jiff::civil::{DateTime, datetime};
use proptest::prelude::*;
use std::collections::HashMap;

const NOW: DateTime = datetime(2026, 7, 1, 10, 30, 0, 0);

/// Visits of some people, each with another practice.
fn many() -> Vec<Visit> {
    let pairs = People::new(8).zip(Practices::new(8)).take(2_000);
    pairs
        .flat_map(|(person, practice)| visits(1, &person, &practice, NOW))
        .collect()
}

#[test]
fn visits_are_the_same_for_the_same_seed_and_other_for_another() {
    let person = People::new(8).nth(3).unwrap();
    let practice = Practices::new(8).next().unwrap();
    let of = |seed| visits(seed, &person, &practice, NOW);
    assert_eq!(of(1), of(1));
    assert!((2..20).any(|seed| of(seed) != of(1)));
}

#[test]
fn every_visit_lies_in_opening_hours_on_a_five_minute_mark() {
    for (person, practice) in People::new(8).zip(Practices::new(8)).take(2_000) {
        for visit in visits(1, &person, &practice, NOW) {
            assert!(practice.hours.hold(visit.starts, visit.service.minutes), "{visit:?}");
            assert_eq!(visit.starts.minute() % 5, 0);
            assert!(practice.services.contains(&visit.service));
            assert!(visit.location < practice.locations.len());
            assert!(visit.practitioner.is_none_or(|at| at < practice.practitioners.len()));
        }
    }
}

#[test]
fn nobody_books_a_service_meant_for_another_age_or_sex() {
    for (person, practice) in People::new(8).zip(Practices::new(8)).take(2_000) {
        for Visit { service, starts, .. } in visits(1, &person, &practice, NOW) {
            let age = person.age_on(starts.date());
            assert!(age >= service.ages.0.saturating_sub(1), "{age}: {}", service.name);
            assert!(age <= service.ages.1 + 1, "{age}: {}", service.name);
            assert!(service.sex.admits(person.sex), "{}", service.name);
        }
    }
}

#[test]
fn visits_are_in_order_after_birth_and_one_a_day() {
    for (person, practice) in People::new(8).zip(Practices::new(8)).take(2_000) {
        let list = visits(1, &person, &practice, NOW);
        assert!(list.windows(2).all(|two| two[0].starts.date() < two[1].starts.date()));
        assert!(list.iter().all(|visit| visit.starts.date() >= person.birth_date));
    }
}

#[test]
fn past_visits_are_over_and_later_ones_are_not() {
    for visit in many() {
        let open = matches!(visit.status, VisitStatus::Booked | VisitStatus::Confirmed);
        let over = matches!(visit.status, VisitStatus::Completed | VisitStatus::NoShow);
        assert!(if visit.starts < NOW { !open } else { !over }, "{visit:?}");
    }
}

#[test]
fn about_one_past_visit_in_eight_is_a_no_show() {
    let mut counts: HashMap<VisitStatus, usize> = HashMap::new();
    let past: Vec<_> = many().into_iter().filter(|visit| visit.starts < NOW).collect();
    past.iter()
        .for_each(|visit| *counts.entry(visit.status).or_default() += 1);
    let permille = counts[&VisitStatus::NoShow] * 1000 / past.len();
    assert!((95..145).contains(&permille), "{permille}");
}

#[test]
fn there_are_visits_before_and_after_now() {
    let (past, future): (Vec<_>, Vec<_>) = many().into_iter().partition(|v| v.starts < NOW);
    assert!(
        past.len() > 2_000 && future.len() > 800,
        "{} {}",
        past.len(),
        future.len()
    );
}

proptest! {
    #[test]
    fn visits_fit_at_any_moment(seed: u64, day in 1i8..29, hour in 0i8..24) {
        let now = datetime(2027, 12, day, hour, 0, 0, 0);
        let person = People::new(seed).next().unwrap();
        let practice = Practices::new(seed).next().unwrap();
        for visit in visits(seed, &person, &practice, now) {
            prop_assert!(practice.hours.hold(visit.starts, visit.service.minutes));
        }
    }
}
