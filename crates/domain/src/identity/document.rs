//! Identity documents as (type, country, value).

use jiff::civil::Date;

use super::{Country, CountryError, SaIdNumber, SaIdNumberError};

coded! {
    /// What a person showed, or why they showed nothing. Care is never refused for want of a document.
    pub enum IdentityType {
        /// SA identity card or book.
        SaId = "sa_id",
        /// Passport of any country.
        Passport = "passport",
        /// Asylum seeker permit (Refugees Act 130 of 1998, section 22).
        AsylumPermit = "asylum_permit",
        /// Recognition of refugee status (Refugees Act 130 of 1998, section 24).
        RefugeePermit = "refugee_permit",
        /// None yet: a newborn.
        NoneNewborn = "none_newborn",
        /// None known: an emergency, or a person without documents.
        NoneUnknown = "none_unknown",
    }
}

/// Why an identity document was refused. No message repeats what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The SA identity number is wrong.
    #[error(transparent)]
    SaId(#[from] SaIdNumberError),
    /// The country of a passport is missing or unknown.
    #[error(transparent)]
    Country(#[from] CountryError),
    /// A country that cannot have issued this type.
    #[error("This document is issued by South Africa. Choose South Africa, or choose passport.")]
    NotSouthAfrican,
    /// Not a passport number.
    #[error("A passport number has 6 to 12 letters and digits. Copy it from the page with the photograph.")]
    PassportNumber,
    /// Not a permit's file reference.
    #[error("A permit reference has 5 to 30 letters and digits. Copy it from the top of the permit.")]
    PermitReference,
    /// A number where there is said to be none.
    #[error("A number was typed although the person has no document. Clear it, or choose the document.")]
    UnexpectedNumber,
}

/// The number of a passport or permit: upper-case letters and digits, spaces and punctuation dropped.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DocumentNumber(String);

redacted_debug!(DocumentNumber, IdentityDocument);

impl DocumentNumber {
    fn parse(text: &str, shortest: usize, longest: usize) -> Option<Self> {
        let kept: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '/' | '.'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let fits = (shortest..=longest).contains(&kept.len());
        (fits && kept.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(Self(kept))
    }

    /// The number in clear, for sealing and for a recorded reveal.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A document, or the reason why there is none.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum IdentityDocument {
    /// SA identity card or book.
    SaId(SaIdNumber),
    /// Passport and the country that issued it.
    Passport(DocumentNumber, Country),
    /// Asylum seeker permit.
    AsylumPermit(DocumentNumber),
    /// Refugee permit.
    RefugeePermit(DocumentNumber),
    /// A newborn without a number yet.
    NoneNewborn,
    /// Nothing known.
    NoneUnknown,
}

impl IdentityDocument {
    /// Reads a document as a form gives it. `country` is needed for a passport; elsewhere it is blank or ZAF.
    pub fn parse(kind: IdentityType, country: &str, value: &str, today: Date) -> Result<Self, IdentityError> {
        if kind == IdentityType::Passport {
            let country = Country::parse(country)?;
            let number = DocumentNumber::parse(value, 6, 12).ok_or(IdentityError::PassportNumber)?;
            return Ok(Self::Passport(number, country));
        }
        if !country.trim().is_empty() && Country::parse(country)? != Country::SOUTH_AFRICA {
            return Err(IdentityError::NotSouthAfrican);
        }
        match kind {
            IdentityType::SaId => Ok(Self::SaId(SaIdNumber::parse(value, today)?)),
            IdentityType::AsylumPermit => permit(value).map(Self::AsylumPermit),
            IdentityType::RefugeePermit => permit(value).map(Self::RefugeePermit),
            _ if !value.trim().is_empty() => Err(IdentityError::UnexpectedNumber),
            IdentityType::NoneNewborn => Ok(Self::NoneNewborn),
            IdentityType::NoneUnknown | IdentityType::Passport => Ok(Self::NoneUnknown),
        }
    }

    /// The type.
    pub const fn kind(&self) -> IdentityType {
        match self {
            Self::SaId(_) => IdentityType::SaId,
            Self::Passport(..) => IdentityType::Passport,
            Self::AsylumPermit(_) => IdentityType::AsylumPermit,
            Self::RefugeePermit(_) => IdentityType::RefugeePermit,
            Self::NoneNewborn => IdentityType::NoneNewborn,
            Self::NoneUnknown => IdentityType::NoneUnknown,
        }
    }

    /// The country that issued it, where there is a document.
    pub fn country(&self) -> Option<Country> {
        match self {
            Self::Passport(_, country) => Some(*country),
            _ => self.expose().map(|_| Country::SOUTH_AFRICA),
        }
    }

    /// The number in clear, for sealing and for a recorded reveal; nothing where there is no document.
    pub fn expose(&self) -> Option<&str> {
        match self {
            Self::SaId(number) => Some(number.expose()),
            Self::Passport(number, _) | Self::AsylumPermit(number) | Self::RefugeePermit(number) => {
                Some(number.expose())
            }
            Self::NoneNewborn | Self::NoneUnknown => None,
        }
    }

    /// Dots and the last characters: four, and three of an SA ID number, whose fourth from the end would leave fifty numbers
    /// to somebody who knows birth date and sex. Dots alone where the number is shorter than eight, since four of six
    /// characters would be most of it. Blank where there is no document.
    pub fn masked(&self) -> String {
        let shown = if matches!(self, Self::SaId(_)) { 3 } else { 4 };
        self.expose().map(|value| mask(value, shown)).unwrap_or_default()
    }

    /// `type|country|value` in bytes, the form that a blind index is computed over; nothing where there is no document.
    pub fn canonical_bytes(&self) -> Option<Vec<u8>> {
        let (country, value) = (self.country()?, self.expose()?);
        Some(format!("{}|{}|{value}", self.kind().code(), country.code()).into_bytes())
    }
}

fn permit(value: &str) -> Result<DocumentNumber, IdentityError> {
    DocumentNumber::parse(value, 5, 30).ok_or(IdentityError::PermitReference)
}

/// Dots for all but the last `shown` characters, or for all of a value shorter than twice that.
pub(crate) fn mask(value: &str, shown: usize) -> String {
    let length = value.chars().count();
    let hidden = if length < shown * 2 { length } else { length - shown };
    std::iter::repeat_n('•', hidden)
        .chain(value.chars().skip(hidden))
        .collect()
}
