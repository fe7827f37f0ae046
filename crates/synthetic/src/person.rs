//! One synthetic person.

use crate::address::Address;
use crate::civil::years;
use crate::document::Document;
use crate::health::{Allergy, Chronic};
use crate::language::Language;
use crate::medical_aid::MedicalAid;
use crate::names::Background;
use crate::phone::Mobile;
use jiff::civil::Date;

/// The sex marker that an identity number carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Female: serial numbers 0000 to 4999.
    Female,
    /// Male: serial numbers 5000 to 9999.
    Male,
}

impl Sex {
    /// `F` or `M`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Female => 'F',
            Self::Male => 'M',
        }
    }
}

/// Whom a service or a reason for a visit concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SexOnly {
    /// Anyone.
    Any,
    /// Women and girls.
    Female,
    /// Men and boys.
    Male,
}

impl SexOnly {
    /// True when `sex` is among those concerned.
    #[must_use]
    pub fn admits(self, sex: Sex) -> bool {
        match self {
            Self::Any => true,
            Self::Female => sex == Sex::Female,
            Self::Male => sex == Sex::Male,
        }
    }
}

/// A synthetic person. Members of one household follow each other and share `household`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Place in the sequence of its [`crate::People`], from 0.
    pub index: u64,
    /// The household's place in the sequence of households, from 0.
    pub household: u64,
    /// The community whose names the person has.
    pub background: Background,
    /// One or two given names, separated by a space.
    pub given_names: String,
    /// One surname, perhaps of several words.
    pub surname: String,
    /// Sex marker.
    pub sex: Sex,
    /// Birth date.
    pub birth_date: Date,
    /// Home language.
    pub language: Language,
    /// Proof of identity.
    pub document: Document,
    /// Mobile number; children have a parent's, if any.
    pub phone: Option<Mobile>,
    /// E-mail address in a reserved domain.
    pub email: Option<String>,
    /// Home address.
    pub address: Address,
    /// Cover by an invented medical scheme.
    pub medical_aid: Option<MedicalAid>,
    /// Allergies.
    pub allergies: Vec<Allergy>,
    /// Long-term conditions.
    pub chronic: Vec<Chronic>,
}

impl Person {
    /// The thirteen-digit South African identity number, where the person has one.
    #[must_use]
    pub const fn sa_id(&self) -> Option<&crate::SaId> {
        match &self.document {
            Document::SaId(id) => Some(id),
            _ => None,
        }
    }

    /// Whole years of age on `date`; 0 before birth.
    #[must_use]
    pub fn age_on(&self, date: Date) -> u8 {
        years(self.birth_date, date)
    }
}
