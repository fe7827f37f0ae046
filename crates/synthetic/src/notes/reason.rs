//! Reasons for a visit.

use crate::health::Chronic;
use crate::person::{Person, SexOnly};
use jiff::civil::Date;

/// A common reason for a visit in primary care, with the templates of its notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// ICD-10 code of the diagnosis.
    pub icd10: &'static str,
    /// External cause (V01 to Y98), which South African coding asks for with S and T codes.
    pub external_cause: Option<&'static str>,
    /// The diagnosis in words.
    pub title: &'static str,
    /// Whom it concerns.
    pub sex: SexOnly,
    /// Youngest and oldest age in years.
    pub ages: (u8, u8),
    /// A long-term condition without which the reason makes no sense.
    pub needs: Option<Chronic>,
    /// Beginnings of the subjective section; `{days}` stands for a number of days.
    pub subjective: &'static [&'static str],
    /// Findings after the vital signs.
    pub objective: &'static [&'static str],
    /// Plans.
    pub plan: &'static [&'static str],
    /// How the temperature runs.
    pub fever: bool,
}

impl Reason {
    pub(super) const fn new(
        icd10: &'static str,
        title: &'static str,
        ages: (u8, u8),
        [subjective, objective, plan]: [&'static [&'static str]; 3],
    ) -> Self {
        let (external_cause, needs, fever) = (None, None, false);
        let sex = SexOnly::Any;
        Self {
            icd10,
            external_cause,
            title,
            sex,
            ages,
            needs,
            subjective,
            objective,
            plan,
            fever,
        }
    }

    pub(super) const fn only(self, sex: SexOnly) -> Self {
        Self { sex, ..self }
    }

    pub(super) const fn feverish(self) -> Self {
        Self { fever: true, ..self }
    }

    pub(super) const fn caused_by(self, external_cause: &'static str) -> Self {
        Self {
            external_cause: Some(external_cause),
            ..self
        }
    }

    pub(super) const fn of(self, condition: Chronic) -> Self {
        Self {
            needs: Some(condition),
            ..self
        }
    }

    /// True when someone of this age, sex and history may come with it.
    #[must_use]
    pub fn fits(&self, person: &Person, on: Date) -> bool {
        let age = person.age_on(on);
        self.sex.admits(person.sex)
            && (self.ages.0..=self.ages.1).contains(&age)
            && self.needs.is_none_or(|condition| person.chronic.contains(&condition))
    }
}
