//! Proofs of identity.

use crate::draw::Draw;
use crate::names::Background;
use crate::sa_id::SaId;

/// How a person is identified at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Document {
    /// A South African identity number.
    SaId(SaId),
    /// A passport.
    Passport {
        /// Upper-case letters and digits.
        number: String,
        /// Issuing country, ISO 3166-1 alpha-3.
        country: &'static str,
    },
    /// An asylum seeker's permit under section 22 of the Refugees Act 130 of 1998.
    AsylumPermit {
        /// The file reference.
        number: String,
    },
    /// A refugee's certificate under section 24 of the same Act.
    RefugeePermit {
        /// The file reference.
        number: String,
    },
    /// A newborn whose birth has not been given a number yet.
    NewbornWithoutNumber,
}

/// What kind of papers a whole household has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Papers {
    Citizen,
    PermanentResident,
    Passport(&'static str),
    Asylum,
    Refugee,
}

use Papers as P;

impl Papers {
    pub(crate) fn drawn(draw: &mut Draw, background: Background) -> Self {
        let resident = (P::PermanentResident, 100);
        match background {
            Background::Zimbabwean => draw.weighted(
                &[(P::Passport("ZWE"), 550), (P::Asylum, 150), (P::Citizen, 200), resident],
                P::Citizen,
            ),
            Background::Somali => draw.weighted(
                &[(P::Refugee, 400), (P::Asylum, 350), (P::Passport("SOM"), 100), resident],
                P::Refugee,
            ),
            Background::Congolese => draw.weighted(
                &[(P::Refugee, 350), (P::Asylum, 350), (P::Passport("COD"), 200), resident],
                P::Refugee,
            ),
            Background::Portuguese => draw.weighted(
                &[
                    (P::Passport("PRT"), 60),
                    (P::Passport("MOZ"), 40),
                    resident,
                    (P::Citizen, 800),
                ],
                P::Citizen,
            ),
            _ => Self::of_the_settled(draw, background),
        }
    }

    /// A few citizens of neighbouring countries share names with the communities of South Africa.
    fn of_the_settled(draw: &mut Draw, background: Background) -> Self {
        let neighbour = match background {
            Background::Sesotho => "LSO",
            Background::SiSwati => "SWZ",
            Background::Xitsonga => "MOZ",
            Background::Setswana => "BWA",
            Background::Khoe => "NAM",
            Background::Indian => "IND",
            Background::English => "GBR",
            _ => return draw.weighted(&[(P::Citizen, 992), (P::PermanentResident, 8)], P::Citizen),
        };
        let list = [
            (P::Citizen, 940),
            (P::Passport(neighbour), 45),
            (P::PermanentResident, 15),
        ];
        draw.weighted(&list, P::Citizen)
    }
}

impl Document {
    /// A name for the kind as a CSV import has it: `sa_id`, `passport`, `asylum_permit`,
    /// `refugee_permit` or `none`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SaId(_) => "sa_id",
            Self::Passport { .. } => "passport",
            Self::AsylumPermit { .. } => "asylum_permit",
            Self::RefugeePermit { .. } => "refugee_permit",
            Self::NewbornWithoutNumber => "none",
        }
    }

    /// The number, where there is one.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::SaId(id) => Some(id.as_str()),
            Self::Passport { number, .. } | Self::AsylumPermit { number } | Self::RefugeePermit { number } => {
                Some(number)
            }
            Self::NewbornWithoutNumber => None,
        }
    }

    /// The issuing country as ISO 3166-1 alpha-3: of passports only.
    #[must_use]
    pub const fn country(&self) -> Option<&'static str> {
        match self {
            Self::Passport { country, .. } => Some(country),
            _ => None,
        }
    }

    pub(crate) fn passport(draw: &mut Draw, country: &'static str) -> Self {
        let mut number = String::with_capacity(9);
        let letters = if country == "ZWE" { 2 } else { 1 };
        for _ in 0..letters {
            number.push(letter(draw));
        }
        draw.digits(7, &mut number);
        Self::Passport { number, country }
    }

    /// The reference of a permit: reception office, country, six digits and year.
    pub(crate) fn reference(draw: &mut Draw, country: &str, year: i16) -> String {
        let office = draw.word(&["PTA", "DBN", "CTR", "MUS", "PEC"]);
        let mut reference = [office, country].concat();
        draw.digits(6, &mut reference);
        reference.push_str(&format!("{:02}", year.rem_euclid(100)));
        reference
    }
}

fn letter(draw: &mut Draw) -> char {
    u8::try_from(draw.below(26)).map_or('A', |place| char::from(b'A' + place))
}
