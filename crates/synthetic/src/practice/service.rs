//! What can be booked, by kind. No prices: they are set by a practice.

use crate::person::{Person, SexOnly};
use jiff::civil::Date;

/// A bookable service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// Name as shown to the public.
    pub name: &'static str,
    /// Length of the booking in minutes.
    pub minutes: u16,
    /// Minutes kept free before.
    pub buffer_before: u16,
    /// Minutes kept free after.
    pub buffer_after: u16,
    /// Youngest and oldest age in years of those who book it.
    pub ages: (u8, u8),
    /// Who books it.
    pub sex: SexOnly,
}

impl Service {
    const fn ages(self, youngest: u8, oldest: u8) -> Self {
        Self {
            ages: (youngest, oldest),
            ..self
        }
    }

    const fn women(self) -> Self {
        Self {
            sex: SexOnly::Female,
            ..self
        }
    }

    /// True when someone of the person's age on `on` and sex may book it.
    #[must_use]
    pub fn suits(&self, person: &Person, on: Date) -> bool {
        let (youngest, oldest) = self.ages;
        (youngest..=oldest).contains(&person.age_on(on)) && self.sex.admits(person.sex)
    }
}

const fn of(name: &'static str, minutes: u16, before: u16, after: u16) -> Service {
    Service {
        name,
        minutes,
        buffer_before: before,
        buffer_after: after,
        ages: (0, 120),
        sex: SexOnly::Any,
    }
}

pub(super) const GENERAL: [Service; 8] = [
    of("Consultation", 15, 0, 5),
    of("Long consultation", 30, 0, 5),
    of("Follow-up", 10, 0, 0),
    of("Child check and vaccination", 20, 0, 5).ages(0, 12),
    of("Pap smear", 20, 5, 5).ages(25, 65).women(),
    of("Antenatal visit", 30, 0, 5).ages(17, 42).women(),
    of("Small procedure", 45, 10, 10),
    of("Driver's medical", 20, 0, 0).ages(18, 120),
];
pub(super) const DENTAL: [Service; 5] = [
    of("Dental check-up", 30, 0, 5),
    of("Cleaning", 45, 0, 10),
    of("Filling", 45, 5, 10),
    of("Extraction", 30, 5, 10),
    of("Root canal treatment", 90, 5, 15).ages(12, 120),
];
pub(super) const PHYSIOTHERAPY: [Service; 4] = [
    of("First assessment", 60, 0, 10),
    of("Treatment", 40, 0, 5),
    of("Sports strapping", 15, 0, 5).ages(8, 60),
    of("Chest physiotherapy", 30, 5, 10),
];
pub(super) const PSYCHOLOGY: [Service; 4] = [
    of("First session", 90, 0, 15),
    of("Session", 50, 0, 10),
    of("Couple session", 80, 0, 10).ages(18, 95),
    of("School readiness assessment", 180, 15, 30).ages(5, 7),
];
pub(super) const OCCUPATIONAL_THERAPY: [Service; 3] = [
    of("Child assessment", 90, 10, 15).ages(1, 12),
    of("Hand therapy", 45, 0, 10).ages(6, 120),
    of("Work assessment", 240, 15, 30).ages(18, 65),
];
pub(super) const DIETETICS: [Service; 3] = [
    of("First consultation", 60, 0, 10),
    of("Follow-up", 30, 0, 5),
    of("Diabetes education", 45, 0, 5).ages(8, 120),
];
pub(super) const LICENSING: [Service; 6] = [
    of("Driving licence renewal", 20, 0, 0).ages(21, 95),
    of("Learner's licence test", 60, 0, 10).ages(17, 70),
    of("Driving test", 45, 0, 15).ages(18, 75),
    of("Vehicle registration", 20, 0, 0).ages(18, 95),
    of("Change of ownership", 15, 0, 0).ages(18, 95),
    of("Professional driving permit", 25, 0, 0).ages(18, 70),
];
pub(super) const CLINIC: [Service; 7] = [
    of("Clinic card", 10, 0, 0),
    of("Baby clinic and vaccination", 20, 0, 0).ages(0, 5),
    of("Chronic medicine collection", 10, 0, 0),
    of("Family planning", 15, 0, 0).ages(16, 48).women(),
    of("Antenatal visit", 30, 0, 5).ages(17, 42).women(),
    of("HIV testing and counselling", 30, 0, 5).ages(12, 120),
    of("TB screening", 15, 0, 5),
];
pub(super) const CIVIC_DOCUMENTS: [Service; 5] = [
    of("Identity card application", 20, 0, 0).ages(16, 120),
    of("Passport application", 20, 0, 0),
    of("Birth registration", 30, 0, 0).ages(0, 5),
    of("Marriage certificate", 20, 0, 0).ages(18, 120),
    of("Document collection", 10, 0, 0),
];
pub(super) const MUNICIPAL_ACCOUNTS: [Service; 4] = [
    of("Account query", 15, 0, 0).ages(18, 120),
    of("New water connection", 30, 0, 0).ages(18, 120),
    of("Rates clearance", 30, 0, 0).ages(18, 120),
    of("Indigent household registration", 30, 0, 5).ages(18, 120),
];
pub(super) const LIBRARY: [Service; 3] = [
    of("Library card", 10, 0, 0).ages(5, 120),
    of("Computer session", 45, 0, 5).ages(8, 120),
    of("Study room", 120, 0, 10).ages(12, 120),
];
