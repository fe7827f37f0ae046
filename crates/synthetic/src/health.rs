//! Allergies and long-term conditions, as hints for a patient's file.

use crate::draw::Draw;

/// An allergy noted in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the allergen's own name")]
pub enum Allergy {
    Penicillin,
    Sulphonamides,
    Aspirin,
    Codeine,
    BeeStings,
    Peanuts,
    Egg,
    Shellfish,
    Latex,
    IodineContrast,
}

use Allergy as A;

const ALLERGIES: [(Allergy, u16); 10] = [
    (A::Penicillin, 38),
    (A::Sulphonamides, 14),
    (A::Aspirin, 9),
    (A::Codeine, 5),
    (A::BeeStings, 10),
    (A::Peanuts, 7),
    (A::Egg, 6),
    (A::Shellfish, 6),
    (A::Latex, 3),
    (A::IodineContrast, 2),
];

impl Allergy {
    /// The name as written in a file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            A::Penicillin => "penicillin",
            A::Sulphonamides => "sulphonamides",
            A::Aspirin => "aspirin",
            A::Codeine => "codeine",
            A::BeeStings => "bee stings",
            A::Peanuts => "peanuts",
            A::Egg => "egg",
            A::Shellfish => "shellfish",
            A::Latex => "latex",
            A::IodineContrast => "iodinated contrast",
        }
    }

    /// None for nine people in ten, otherwise one or two that differ.
    pub(crate) fn drawn(draw: &mut Draw) -> Vec<Self> {
        if !draw.chance(100) {
            return Vec::new();
        }
        let mut list = vec![draw.weighted(&ALLERGIES, A::Penicillin)];
        let second = draw.weighted(&ALLERGIES, A::Penicillin);
        if draw.chance(120) && !list.contains(&second) {
            list.push(second);
        }
        list
    }
}

/// A long-term condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the condition's own name")]
pub enum Chronic {
    Hypertension,
    Type2Diabetes,
    Hiv,
    Asthma,
    Epilepsy,
    Hypothyroidism,
    Depression,
    ChronicObstructiveLungDisease,
    HighCholesterol,
    HeartFailure,
    Osteoarthritis,
}

use Chronic as C;

impl Chronic {
    /// All conditions.
    pub const ALL: [Self; 11] = [
        C::Hypertension,
        C::Type2Diabetes,
        C::Hiv,
        C::Asthma,
        C::Epilepsy,
        C::Hypothyroidism,
        C::Depression,
        C::ChronicObstructiveLungDisease,
        C::HighCholesterol,
        C::HeartFailure,
        C::Osteoarthritis,
    ];

    /// The name as written in a file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            C::Hypertension => "hypertension",
            C::Type2Diabetes => "type 2 diabetes",
            C::Hiv => "HIV, on treatment",
            C::Asthma => "asthma",
            C::Epilepsy => "epilepsy",
            C::Hypothyroidism => "hypothyroidism",
            C::Depression => "depression",
            C::ChronicObstructiveLungDisease => "chronic obstructive pulmonary disease",
            C::HighCholesterol => "hypercholesterolaemia",
            C::HeartFailure => "heart failure",
            C::Osteoarthritis => "osteoarthritis",
        }
    }

    /// The ICD-10 code.
    #[must_use]
    pub const fn icd10(self) -> &'static str {
        match self {
            C::Hypertension => "I10",
            C::Type2Diabetes => "E11.9",
            C::Hiv => "B24",
            C::Asthma => "J45.9",
            C::Epilepsy => "G40.9",
            C::Hypothyroidism => "E03.9",
            C::Depression => "F32.9",
            C::ChronicObstructiveLungDisease => "J44.9",
            C::HighCholesterol => "E78.0",
            C::HeartFailure => "I50.9",
            C::Osteoarthritis => "M19.99",
        }
    }

    /// Per mille of people of `age` years who have it: under 15, under 35, under 55, from 55.
    const fn permille(self, age: u8) -> u32 {
        let by_age = match self {
            C::Hypertension => (0, 25, 200, 480),
            C::Type2Diabetes => (0, 8, 70, 190),
            C::Hiv => (15, 110, 200, 90),
            C::Asthma => (70, 45, 40, 45),
            C::Epilepsy => (8, 9, 9, 8),
            C::Hypothyroidism => (1, 6, 20, 45),
            C::Depression => (2, 40, 60, 50),
            C::ChronicObstructiveLungDisease => (0, 1, 15, 65),
            C::HighCholesterol => (0, 8, 70, 180),
            C::HeartFailure => (0, 1, 8, 40),
            C::Osteoarthritis => (0, 3, 40, 210),
        };
        match age {
            0..15 => by_age.0,
            15..35 => by_age.1,
            35..55 => by_age.2,
            _ => by_age.3,
        }
    }

    pub(crate) fn drawn(draw: &mut Draw, age: u8) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|condition| draw.chance(condition.permille(age)))
            .collect()
    }
}
