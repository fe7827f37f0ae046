//! Notes made of a reason, a person and a day.

use super::reason::Reason;
use super::{catalogue, vitals};
use crate::civil::days_before;
use crate::draw::{Draw, Purpose};
use crate::health::{Allergy, Chronic};
use crate::person::{Person, Sex};
use jiff::civil::Date;

/// A consultation note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Day of the consultation.
    pub date: Date,
    /// What the patient, or a parent, says.
    pub subjective: String,
    /// What is found.
    pub objective: String,
    /// What it is.
    pub assessment: Assessment,
    /// What is done.
    pub plan: String,
}

/// The assessment section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// In words.
    pub text: &'static str,
    /// The primary diagnosis.
    pub icd10: &'static str,
    /// External cause of an injury, never primary.
    pub external_cause: Option<&'static str>,
}

/// The note of `person`'s visit on `on`; the same arguments always give the same note.
///
/// None before the person's birth.
#[must_use]
pub fn note(seed: u64, person: &Person, on: Date) -> Option<Note> {
    if on < person.birth_date {
        return None;
    }
    let day = on.duration_since(person.birth_date).as_secs().unsigned_abs() / 86_400;
    let mut draw = Draw::keyed(seed, person.index, Purpose::Note, day);
    let fitting: Vec<&Reason> = catalogue::all().filter(|reason| reason.fits(person, on)).collect();
    let reason = draw.pick(&fitting)?;
    Some(write(&mut draw, reason, person, on))
}

/// Notes of `person` going back from `until`, one to some months apart, to birth at most.
pub fn notes(seed: u64, person: &Person, until: Date) -> impl Iterator<Item = Note> {
    let mut draw = Draw::keyed(seed, person.index, Purpose::Note, u64::MAX);
    let earlier = move |date: &Date| Some(days_before(*date, draw.between(20, 300)));
    std::iter::successors(Some(until), earlier).map_while(move |date| note(seed, person, date))
}

fn write(draw: &mut Draw, reason: &Reason, person: &Person, on: Date) -> Note {
    let hypertensive = person.chronic.contains(&Chronic::Hypertension);
    let age = person.age_on(on);
    let signs = vitals::line(draw, age, reason.fever, hypertensive);
    let days = draw.between(2, 9).to_string();
    let story = draw.word(reason.subjective).replace("{days}", &days);
    Note {
        date: on,
        subjective: [&introduction(person, age), " ", &story, " ", &history(person)].concat(),
        objective: [&signs, " ", draw.word(reason.objective)].concat(),
        assessment: Assessment {
            text: reason.title,
            icd10: reason.icd10,
            external_cause: reason.external_cause,
        },
        plan: draw.word(reason.plan).to_owned(),
    }
}

/// `34-year-old woman.`, `Baby girl under one year, brought by a parent.`
fn introduction(person: &Person, age: u8) -> String {
    let (child, adult) = match person.sex {
        Sex::Female => ("girl", "woman"),
        Sex::Male => ("boy", "man"),
    };
    match age {
        0 => format!("Baby {child} under one year, brought by a parent."),
        1..12 => format!("{age}-year-old {child}, brought by a parent."),
        12..18 => format!("{age}-year-old {child}."),
        _ => format!("{age}-year-old {adult}."),
    }
}

fn history(person: &Person) -> String {
    let known: Vec<_> = person.chronic.iter().map(|condition| condition.name()).collect();
    let allergic: Vec<_> = person.allergies.iter().copied().map(Allergy::name).collect();
    let known = if known.is_empty() {
        "nil".to_owned()
    } else {
        known.join(", ")
    };
    let allergic = if allergic.is_empty() {
        "none known".to_owned()
    } else {
        allergic.join(", ")
    };
    format!("Chronic: {known}. Allergies: {allergic}.")
}
