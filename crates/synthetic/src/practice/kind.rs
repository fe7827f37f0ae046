//! Sorts of practice and office.

use super::practitioner::Discipline;
use super::service::{self, Service};
use crate::draw::Draw;

/// Practice or public office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A private practice.
    Practice(Field),
    /// A public office.
    Office(Office),
}

/// What a practice does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the field's own name")]
pub enum Field {
    General,
    Dental,
    Physiotherapy,
    Psychology,
    OccupationalTherapy,
    Dietetics,
}

/// What a public office does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the office's own name")]
pub enum Office {
    Licensing,
    Clinic,
    CivicDocuments,
    MunicipalAccounts,
    Library,
}

use Kind::{Office as O, Practice as P};

const KINDS: [(Kind, u16); 11] = [
    (P(Field::General), 360),
    (P(Field::Dental), 120),
    (P(Field::Physiotherapy), 80),
    (P(Field::Psychology), 80),
    (P(Field::OccupationalTherapy), 40),
    (P(Field::Dietetics), 40),
    (O(Office::Licensing), 80),
    (O(Office::Clinic), 100),
    (O(Office::CivicDocuments), 40),
    (O(Office::MunicipalAccounts), 40),
    (O(Office::Library), 20),
];

impl Kind {
    pub(super) fn drawn(draw: &mut Draw) -> Self {
        draw.weighted(&KINDS, P(Field::General))
    }

    /// True for a public office.
    #[must_use]
    pub const fn is_office(self) -> bool {
        matches!(self, O(_))
    }

    pub(super) const fn title(self) -> &'static [&'static str] {
        match self {
            P(Field::General) => &["Family Practice", "Medical Rooms", "Doctors"],
            P(Field::Dental) => &["Dental Rooms", "Dentists"],
            P(Field::Physiotherapy) => &["Physiotherapy"],
            P(Field::Psychology) => &["Psychology Rooms"],
            P(Field::OccupationalTherapy) => &["Occupational Therapy"],
            P(Field::Dietetics) => &["Dietetics"],
            O(Office::Licensing) => &["Licensing Centre"],
            O(Office::Clinic) => &["Community Clinic"],
            O(Office::CivicDocuments) => &["Civic Documents Office"],
            O(Office::MunicipalAccounts) => &["Municipal Accounts Office"],
            O(Office::Library) => &["Public Library"],
        }
    }

    pub(super) const fn services(self) -> &'static [Service] {
        match self {
            P(Field::General) => &service::GENERAL,
            P(Field::Dental) => &service::DENTAL,
            P(Field::Physiotherapy) => &service::PHYSIOTHERAPY,
            P(Field::Psychology) => &service::PSYCHOLOGY,
            P(Field::OccupationalTherapy) => &service::OCCUPATIONAL_THERAPY,
            P(Field::Dietetics) => &service::DIETETICS,
            O(Office::Licensing) => &service::LICENSING,
            O(Office::Clinic) => &service::CLINIC,
            O(Office::CivicDocuments) => &service::CIVIC_DOCUMENTS,
            O(Office::MunicipalAccounts) => &service::MUNICIPAL_ACCOUNTS,
            O(Office::Library) => &service::LIBRARY,
        }
    }

    /// Who works there; empty for offices without clinical staff.
    pub(super) const fn disciplines(self) -> &'static [Discipline] {
        match self {
            P(Field::General) => &[
                Discipline::GeneralPractitioner,
                Discipline::GeneralPractitioner,
                Discipline::Nurse,
            ],
            P(Field::Dental) => &[Discipline::Dentist, Discipline::OralHygienist],
            P(Field::Physiotherapy) => &[Discipline::Physiotherapist],
            P(Field::Psychology) => &[Discipline::Psychologist],
            P(Field::OccupationalTherapy) => &[Discipline::OccupationalTherapist],
            P(Field::Dietetics) => &[Discipline::Dietitian],
            O(Office::Clinic) => &[Discipline::Nurse],
            O(_) => &[],
        }
    }
}
