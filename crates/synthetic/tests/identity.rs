//! Identity numbers and other papers.

use aloe_synthetic::{Document, People, Person, REFERENCE_DATE, Sex};
use std::collections::HashSet;

const MANY: usize = 60_000;

fn people() -> impl Iterator<Item = Person> {
    People::new(11).take(MANY)
}

/// The check of ISO/IEC 7812-1, written apart from the code under test.
fn passes_luhn(number: &str) -> bool {
    let sum: u32 = number
        .chars()
        .rev()
        .map(|digit| digit.to_digit(10).unwrap())
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[test]
fn every_identity_number_has_thirteen_digits_and_passes_luhn() {
    for id in people().filter_map(|person| person.sa_id().cloned()) {
        assert_eq!(id.as_str().len(), 13);
        assert!(passes_luhn(id.as_str()), "{id}");
    }
}

#[test]
fn every_identity_number_agrees_with_birth_date_and_sex() {
    for person in people() {
        let Some(id) = person.sa_id() else { continue };
        let born = person.birth_date.strftime("%y%m%d").to_string();
        assert_eq!(id.as_str()[..6], born, "{person:?}");
        let male = id.as_str()[6..10].parse::<u16>().unwrap() >= 5000;
        assert_eq!(male, person.sex == Sex::Male, "{person:?}");
    }
}

#[test]
fn citizenship_is_nought_or_one_and_the_next_digit_eight() {
    for id in people().filter_map(|person| person.sa_id().cloned()) {
        assert!(["08", "18"].contains(&&id.as_str()[10..12]), "{id}");
    }
}

#[test]
fn no_two_people_share_an_identity_number() {
    let mut seen = HashSet::new();
    for id in people().filter_map(|person| person.sa_id().cloned()) {
        assert!(seen.insert(id.clone()), "{id} twice");
    }
}

#[test]
fn a_few_in_a_hundred_have_other_papers() {
    let others = people().filter(|person| person.sa_id().is_none()).count();
    let permille = others * 1000 / MANY;
    assert!((10..60).contains(&permille), "{permille}");
}

#[test]
fn all_kinds_of_papers_occur() {
    let kinds: HashSet<_> = people().map(|person| person.document.kind()).collect();
    let wanted = ["sa_id", "passport", "asylum_permit", "refugee_permit", "none"];
    assert_eq!(kinds, HashSet::from(wanted));
}

#[test]
fn a_passport_is_upper_case_with_a_country_of_three_letters() {
    for person in people() {
        let Document::Passport { number, country } = &person.document else {
            continue;
        };
        let shaped = number.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        assert!(shaped && (6..=12).contains(&number.len()), "{number}");
        assert!(country.len() == 3 && country.chars().all(|c| c.is_ascii_uppercase()));
    }
}

#[test]
fn only_newborns_are_without_a_number() {
    for person in people().filter(|person| person.document.number().is_none()) {
        let days = REFERENCE_DATE.duration_since(person.birth_date).as_secs() / 86_400;
        assert!((0..60).contains(&days), "{person:?}");
    }
}
