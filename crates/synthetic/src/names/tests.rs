use super::{Background, given_names, surname};
use crate::draw::{Draw, Purpose};
use crate::person::Sex;
use std::collections::HashSet;

fn lists() -> impl Iterator<Item = (&'static [&'static str], usize)> {
    Background::ALL.into_iter().flat_map(|background| {
        let set = background.names();
        [(set.female, 40), (set.male, 40), (set.surnames, 60)]
    })
}

#[test]
fn every_community_has_forty_names_per_sex_and_sixty_surnames() {
    for (list, least) in lists() {
        let distinct: HashSet<_> = list.iter().collect();
        assert_eq!(distinct.len(), list.len());
        assert!(list.len() >= least, "{} of {least}: {list:?}", list.len());
    }
}

#[test]
fn names_hold_letters_spaces_hyphens_apostrophes_and_clicks_only() {
    let allowed = |c: char| c.is_alphabetic() || " -'’ʼ!ǃ\u{302}\u{303}".contains(c);
    for name in lists().flat_map(|(list, _)| list) {
        assert!(name.chars().all(allowed), "{name}");
        assert_eq!(name.trim(), *name);
        assert!(!name.is_empty());
    }
}

#[test]
fn the_spellings_found_in_life_are_there() {
    let all: HashSet<_> = lists().flat_map(|(list, _)| list.iter().copied()).collect();
    for name in [
        "Nqobile",
        "Xolile",
        "ǃXóõ",
        "van der Merwe",
        "Janse van Rensburg",
        "O'Brien",
        "Ṋemaḓi",
    ] {
        assert!(all.contains(name), "{name}");
    }
}

#[test]
fn a_second_given_name_never_repeats_the_first() {
    let mut draw = Draw::new(3, Purpose::Household, 0);
    for _ in 0..5_000 {
        let names = given_names(&mut draw, Background::IsiNdebele, Sex::Female);
        let distinct: HashSet<_> = names.split(' ').collect();
        assert_eq!(distinct.len(), names.split(' ').count(), "{names}");
    }
}

#[test]
fn some_but_few_surnames_join_two_families() {
    let mut draw = Draw::new(4, Purpose::Household, 0);
    let joined = (0..20_000)
        .filter(|_| surname(&mut draw, Background::IsiZulu).contains('-'))
        .count();
    assert!((120..400).contains(&joined), "{joined}");
}

#[test]
fn the_shares_of_the_communities_add_up_to_a_thousand() {
    let sum: u16 = Background::SHARES.iter().map(|(_, share)| share).sum();
    assert_eq!(sum, 1000);
    assert_eq!(Background::SHARES.len(), Background::ALL.len());
}

#[test]
fn provinces_of_every_community_add_up_to_a_hundred() {
    for background in Background::ALL {
        let sum: u16 = background.homes().iter().map(|(_, share)| share).sum();
        assert_eq!(sum, 100, "{background:?}");
    }
}
