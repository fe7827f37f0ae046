//! People as a whole: determinism, proportions and the shape of fields.

use aloe_synthetic::{Language, People, Person, Province, REFERENCE_DATE};
use jiff::civil::date;
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

const MANY: usize = 60_000;

fn people() -> impl Iterator<Item = Person> {
    People::new(5).take(MANY)
}

/// How many of a thousand people satisfy `test`.
fn permille(test: impl Fn(&Person) -> bool) -> usize {
    people().filter(test).count() * 1000 / MANY
}

#[test]
fn the_same_seed_gives_the_same_people() {
    assert!(People::new(9).take(500).eq(People::new(9).take(500)));
}

#[test]
fn another_seed_gives_other_people() {
    let names = |seed| People::new(seed).take(50).map(|person| person.given_names);
    assert!(!names(1).eq(names(2)));
}

#[test]
fn the_first_person_of_seed_one_never_changes() {
    let person = People::new(1).next().unwrap();
    let told = format!("{} {} {}", person.given_names, person.surname, person.birth_date);
    assert_eq!(told, FIRST_OF_SEED_ONE);
}

const FIRST_OF_SEED_ONE: &str = "Mfanasibili Mandlenkosi Mnisi 1976-09-10";

#[test]
fn home_languages_come_out_near_the_census() {
    let census = [
        (Language::IsiZulu, 240),
        (Language::IsiXhosa, 160),
        (Language::Afrikaans, 100),
        (Language::Sepedi, 100),
        (Language::English, 90),
        (Language::Setswana, 90),
        (Language::Sesotho, 80),
        (Language::Xitsonga, 50),
        (Language::SiSwati, 30),
        (Language::Tshivenda, 30),
        (Language::IsiNdebele, 20),
    ];
    let mut counts: HashMap<Language, usize> = HashMap::new();
    people().for_each(|person| *counts.entry(person.language).or_default() += 1);
    for (language, wanted) in census {
        let found = counts[&language] * 1000 / MANY;
        assert!(found.abs_diff(wanted) <= 12, "{language:?}: {found}, not {wanted}");
    }
}

#[test]
fn language_codes_are_those_of_bcp_47() {
    let codes: HashSet<_> = Language::ALL.into_iter().map(Language::code).collect();
    let wanted = ["zu", "xh", "af", "en", "nso", "tn", "st", "ts", "ss", "ve", "nr"];
    assert_eq!(codes, HashSet::from(wanted));
}

#[test]
fn ages_are_spread_as_in_a_young_country() {
    let share = |low: u8, high: u8| permille(|person| (low..=high).contains(&person.age_on(REFERENCE_DATE)));
    assert!((220..340).contains(&share(0, 14)), "children: {}", share(0, 14));
    assert!((60..140).contains(&share(60, 99)), "older: {}", share(60, 99));
    assert!((10..30).contains(&share(0, 0)), "babies: {}", share(0, 0));
}

#[test]
fn nobody_is_born_in_the_future_or_over_a_hundred() {
    for person in people() {
        assert!(person.birth_date <= REFERENCE_DATE, "{person:?}");
        assert!(person.age_on(REFERENCE_DATE) < 100, "{person:?}");
    }
}

#[test]
fn women_are_slightly_more_than_half() {
    let women = permille(|person| person.sex.letter() == 'F');
    assert!((490..560).contains(&women), "{women}");
}

#[test]
fn phones_are_mobile_numbers_of_valid_blocks() {
    for phone in people().filter_map(|person| person.phone) {
        let digits = phone.as_str().strip_prefix("+27").unwrap();
        assert_eq!(digits.len(), 9);
        let block: u8 = digits[..2].parse().unwrap();
        assert!((60..=85).contains(&block) && block != 80, "{phone}");
    }
}

#[test]
fn a_phone_is_shared_within_a_household_only() {
    let mut owners: HashMap<String, HashSet<u64>> = HashMap::new();
    let mut holders = 0;
    for person in people() {
        let Some(phone) = person.phone else { continue };
        holders += 1;
        owners.entry(phone.to_string()).or_default().insert(person.household);
    }
    let across = owners.values().filter(|households| households.len() > 1).count();
    assert!(across < 40, "{across} numbers in two households by chance");
    assert!(owners.len() < holders * 9 / 10, "no families share");
}

#[test]
fn mail_goes_to_reserved_domains_only() {
    for email in people().filter_map(|person| person.email) {
        assert!(email.is_ascii() && !email.contains(' '), "{email}");
        let (user, domain) = email.split_once('@').unwrap();
        let reserved = ["example.org", "example.com", "example.net"];
        assert!(
            reserved
                .iter()
                .any(|name| domain == *name || domain.ends_with(&format!(".{name}")))
        );
        assert!(user.len() > 4 && !user.starts_with('.'), "{email}");
    }
}

#[test]
fn about_one_in_six_has_cover_by_an_invented_scheme() {
    let covered = permille(|person| person.medical_aid.is_some());
    assert!((120..220).contains(&covered), "{covered}");
    for aid in people().filter_map(|person| person.medical_aid) {
        assert!(aid.scheme.starts_with("Example Scheme "), "{}", aid.scheme);
        assert!((8..=11).contains(&aid.member_number.len()));
        assert_eq!(aid.dependant_code.len(), 2);
    }
}

#[test]
fn a_family_has_one_member_number_and_codes_that_differ() {
    let mut families: HashMap<u64, Vec<_>> = HashMap::new();
    for person in people() {
        families.entry(person.household).or_default().extend(person.medical_aid);
    }
    for family in families.values().filter(|family| !family.is_empty()) {
        assert!(family.iter().all(|aid| aid.member_number == family[0].member_number));
        let codes: HashSet<_> = family.iter().map(|aid| &aid.dependant_code).collect();
        assert_eq!(codes.len(), family.len());
        assert_eq!(family[0].dependant_code, "00");
    }
}

#[test]
fn addresses_have_a_street_or_a_landmark_and_a_code_of_the_province() {
    for Person { address, .. } in people() {
        assert_ne!(address.street.is_some(), address.landmark.is_some());
        assert_eq!(address.postal_code.len(), 4);
        let (first, last) = address.province.postal_codes();
        assert!((first..=last).contains(&address.postal_code.parse().unwrap()));
    }
    let rural = permille(|person| person.address.street.is_none());
    assert!((150..400).contains(&rural), "{rural}");
}

#[test]
fn all_nine_provinces_are_lived_in() {
    let codes: HashSet<_> = people().map(|person| person.address.province.code()).collect();
    assert_eq!(codes, Province::ALL.into_iter().map(Province::code).collect());
}

#[test]
fn allergies_and_conditions_never_repeat_in_a_file() {
    for person in people() {
        let allergies: HashSet<_> = person.allergies.iter().map(|allergy| allergy.name()).collect();
        let chronic: HashSet<_> = person.chronic.iter().map(|item| item.icd10()).collect();
        assert_eq!(allergies.len(), person.allergies.len());
        assert_eq!(chronic.len(), person.chronic.len());
        assert!(person.chronic.iter().all(|item| !item.name().is_empty()));
    }
}

#[test]
fn older_people_have_more_long_term_conditions() {
    let mean = |old: bool| {
        let group: Vec<_> = people()
            .filter(|person| (person.age_on(REFERENCE_DATE) >= 55) == old)
            .collect();
        group.iter().map(|person| person.chronic.len()).sum::<usize>() * 100 / group.len()
    };
    assert!(mean(true) > 2 * mean(false), "{} against {}", mean(true), mean(false));
}

#[test]
fn people_of_another_day_have_ages_on_that_day() {
    let day = date(2031, 2, 28);
    assert!(People::as_of(3, day).take(5_000).all(|person| person.birth_date <= day));
    let latest = People::as_of(3, day)
        .take(5_000)
        .map(|person| person.birth_date)
        .max()
        .unwrap();
    assert!(latest > date(2030, 2, 28), "{latest}");
}

proptest! {
    #[test]
    fn any_seed_numbers_people_and_households_in_order(seed: u64) {
        let list: Vec<_> = People::new(seed).take(40).collect();
        prop_assert!(list.iter().zip(0..).all(|(person, index)| person.index == index));
        prop_assert!(list.windows(2).all(|two| two[1].household - two[0].household <= 1));
        prop_assert!(list.iter().all(|person| !person.surname.is_empty()));
    }
}
