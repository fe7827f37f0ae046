//! Practices and public offices.

use aloe_synthetic::Practices;
use aloe_synthetic::practice::{Discipline, Kind, Practice};
use std::collections::HashSet;

fn practices() -> impl Iterator<Item = Practice> {
    Practices::new(2).take(1500)
}

#[test]
fn the_same_seed_gives_the_same_practices() {
    assert!(practices().eq(practices()));
    assert!(!practices().eq(Practices::new(3).take(1500)));
}

#[test]
fn slugs_are_unique_and_fit_an_address_bar() {
    let mut seen = HashSet::new();
    for practice in practices() {
        let slug = practice.slug;
        assert!(
            slug.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        );
        assert!(
            !slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"),
            "{slug}"
        );
        assert!(seen.insert(slug.clone()), "{slug} twice");
    }
}

#[test]
fn about_seven_in_ten_are_practices_and_the_rest_offices() {
    let offices = practices().filter(|practice| practice.kind.is_office()).count();
    assert!((350..500).contains(&offices), "{offices}");
}

#[test]
fn practices_have_practitioners_and_offices_counters() {
    for practice in practices() {
        let office = practice.kind.is_office();
        assert_eq!(office, !practice.counters.is_empty());
        assert!(office || !practice.practitioners.is_empty());
        assert!(matches!(practice.kind, Kind::Office(_)) == office);
    }
}

#[test]
fn a_registration_has_the_letters_of_its_register() {
    for practitioner in practices().flat_map(|practice| practice.practitioners) {
        let letters = practitioner.discipline.register();
        let digits = practitioner.registration.strip_prefix(letters).unwrap();
        let wanted = if practitioner.discipline == Discipline::Nurse {
            8
        } else {
            7
        };
        assert_eq!(digits.len(), wanted, "{practitioner:?}");
        assert!(digits.bytes().all(|digit| digit.is_ascii_digit()));
        assert!(!practitioner.discipline.name().is_empty());
    }
}

#[test]
fn rooms_of_a_practice_differ() {
    for practice in practices() {
        let rooms: HashSet<_> = practice.practitioners.iter().map(|p| &p.room).collect();
        assert_eq!(rooms.len(), practice.practitioners.len());
    }
}

#[test]
fn every_service_can_be_booked_within_some_opening() {
    for practice in practices() {
        for service in practice.services {
            let fits = practice.hours.openings().iter().any(|opening| {
                let minutes = opening.opens.until(opening.closes).unwrap().get_hours() * 60;
                minutes >= i32::from(service.minutes)
            });
            assert!(fits, "{} at {}", service.name, practice.name);
        }
    }
}

#[test]
fn locations_lie_in_the_province_of_the_town() {
    for practice in practices() {
        assert!((1..=3).contains(&practice.locations.len()));
        for location in &practice.locations {
            assert_eq!(location.address.province, practice.town.province);
            assert!(location.address.street.is_some());
        }
    }
}

#[test]
fn openings_end_after_they_begin() {
    for practice in practices() {
        assert!(
            practice
                .hours
                .openings()
                .iter()
                .all(|opening| opening.opens < opening.closes)
        );
        assert!(practice.hours.openings().len() >= 5);
    }
}
