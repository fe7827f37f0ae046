//! The nine provinces.

use crate::draw::Draw;

/// A province of South Africa.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each variant is the province's own name")]
pub enum Province {
    EasternCape,
    FreeState,
    Gauteng,
    KwaZuluNatal,
    Limpopo,
    Mpumalanga,
    NorthWest,
    NorthernCape,
    WesternCape,
}

impl Province {
    /// All nine, by name.
    pub const ALL: [Self; 9] = [
        Self::EasternCape,
        Self::FreeState,
        Self::Gauteng,
        Self::KwaZuluNatal,
        Self::Limpopo,
        Self::Mpumalanga,
        Self::NorthWest,
        Self::NorthernCape,
        Self::WesternCape,
    ];

    /// The ISO 3166-2:ZA subdivision code without `ZA-`, such as `KZN`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EasternCape => "EC",
            Self::FreeState => "FS",
            Self::Gauteng => "GP",
            Self::KwaZuluNatal => "KZN",
            Self::Limpopo => "LP",
            Self::Mpumalanga => "MP",
            Self::NorthWest => "NW",
            Self::NorthernCape => "NC",
            Self::WesternCape => "WC",
        }
    }

    /// A span of postal codes used in the province (not all of them), first and last.
    #[must_use]
    pub const fn postal_codes(self) -> (i32, i32) {
        match self {
            Self::EasternCape => (4730, 6499),
            Self::FreeState => (9300, 9999),
            Self::Gauteng => (1400, 2199),
            Self::KwaZuluNatal => (2900, 4729),
            Self::Limpopo => (500, 999),
            Self::Mpumalanga => (1000, 1399),
            Self::NorthWest => (2500, 2899),
            Self::NorthernCape => (8100, 8999),
            Self::WesternCape => (6500, 8099),
        }
    }

    /// Four digits from [`Province::postal_codes`].
    pub(crate) fn postal_code(self, draw: &mut Draw) -> String {
        let (first, last) = self.postal_codes();
        format!("{:04}", draw.between(first, last))
    }
}
