//! Consultation notes.

use aloe_synthetic::notes::{Note, note, notes, reasons};
use aloe_synthetic::{People, Person, REFERENCE_DATE, Sex, SexOnly};
use jiff::civil::date;
use std::collections::HashSet;

fn pairs() -> impl Iterator<Item = (Person, Note)> {
    People::new(21).take(4_000).filter_map(|person| {
        let note = note(6, &person, REFERENCE_DATE)?;
        Some((person, note))
    })
}

fn has_icd10_shape(code: &str) -> bool {
    let (head, tail) = code.split_once('.').unwrap_or((code, "0"));
    let mut chars = head.chars();
    chars.next().is_some_and(|c| c.is_ascii_uppercase())
        && chars.as_str().len() == 2
        && chars.all(|c| c.is_ascii_digit())
        && (1..=2).contains(&tail.len())
        && tail.chars().all(|c| c.is_ascii_digit())
}

#[test]
fn there_are_at_least_sixty_reasons_each_with_its_own_code() {
    let codes: HashSet<_> = reasons().map(|reason| reason.icd10).collect();
    assert!(codes.len() >= 60, "{}", codes.len());
    assert_eq!(codes.len(), reasons().count());
    assert!(codes.iter().all(|code| has_icd10_shape(code)), "{codes:?}");
}

#[test]
fn every_injury_has_an_external_cause_and_nothing_else_has() {
    for reason in reasons() {
        let injury = reason.icd10.starts_with(['S', 'T']);
        assert_eq!(injury, reason.external_cause.is_some(), "{}", reason.icd10);
        let cause = reason.external_cause.unwrap_or("V01");
        assert!(has_icd10_shape(cause) && cause.starts_with(['V', 'W', 'X', 'Y']));
    }
}

#[test]
fn everyone_gets_a_note_of_four_filled_sections() {
    assert_eq!(pairs().count(), 4_000);
    for (_, note) in pairs() {
        for section in [&note.subjective, &note.objective, &note.plan] {
            assert!(section.len() > 20 && section.ends_with('.'), "{section}");
            assert!(!section.contains(['{', '}']), "{section}");
        }
        assert!(!note.assessment.text.is_empty());
    }
}

#[test]
fn the_diagnosis_fits_age_sex_and_history() {
    for (person, note) in pairs() {
        let reason = reasons().find(|reason| reason.icd10 == note.assessment.icd10).unwrap();
        let age = person.age_on(REFERENCE_DATE);
        assert!((reason.ages.0..=reason.ages.1).contains(&age), "{note:?}");
        let wanted = match reason.sex {
            SexOnly::Any => person.sex,
            SexOnly::Female => Sex::Female,
            SexOnly::Male => Sex::Male,
        };
        assert_eq!(person.sex, wanted, "{note:?}");
        assert!(reason.needs.is_none_or(|needed| person.chronic.contains(&needed)));
    }
}

#[test]
fn the_story_opens_with_the_right_person() {
    for (person, note) in pairs() {
        let age = person.age_on(REFERENCE_DATE);
        let adult = if person.sex == Sex::Male {
            "year-old man."
        } else {
            "year-old woman."
        };
        assert_eq!(note.subjective.contains(adult), age >= 18, "{}", note.subjective);
        assert_eq!(note.subjective.contains("brought by a parent"), age < 12);
    }
}

#[test]
fn known_allergies_stand_in_the_story() {
    for (person, note) in pairs() {
        for allergy in &person.allergies {
            assert!(note.subjective.contains(allergy.name()), "{}", note.subjective);
        }
    }
}

#[test]
fn small_children_have_no_blood_pressure() {
    for (person, note) in pairs() {
        let measured = note.objective.contains("BP ");
        assert_eq!(measured, person.age_on(REFERENCE_DATE) >= 12, "{}", note.objective);
    }
}

#[test]
fn notes_go_back_in_time_to_birth_at_most() {
    for person in People::new(4).take(200) {
        let list: Vec<_> = notes(1, &person, REFERENCE_DATE).take(30).collect();
        assert!(list.windows(2).all(|two| two[1].date < two[0].date));
        assert!(list.iter().all(|note| note.date >= person.birth_date));
        assert!(!list.is_empty());
    }
}

#[test]
fn no_note_is_written_before_birth() {
    let person = People::new(4).next().unwrap();
    assert_eq!(note(1, &person, date(1890, 1, 1)), None);
}

#[test]
fn notes_are_the_same_for_the_same_seed() {
    let person = People::new(4).nth(7).unwrap();
    let of = |seed| notes(seed, &person, REFERENCE_DATE).take(5).collect::<Vec<_>>();
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn nearly_every_reason_is_met_among_some_thousand_notes() {
    let mut met = HashSet::new();
    for person in People::new(4).take(3_000) {
        met.extend(notes(1, &person, REFERENCE_DATE).take(5).map(|n| n.assessment.icd10));
    }
    assert_eq!(met.len(), reasons().count());
}
