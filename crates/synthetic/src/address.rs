//! Home and practice addresses.

use crate::draw::Draw;
use crate::places;
use crate::province::Province;

/// An invented address in a real province.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Number and street; none in a village without streets.
    pub street: Option<String>,
    /// Suburb or village.
    pub suburb: String,
    /// How to find a house without a street.
    pub landmark: Option<&'static str>,
    /// The province.
    pub province: Province,
    /// Four digits.
    pub postal_code: String,
}

impl Address {
    /// An address with a street.
    pub(crate) fn urban(draw: &mut Draw, province: Province) -> Self {
        let number = draw.between(1, 180);
        Self {
            street: Some([&number.to_string(), " ", &places::street(draw)].concat()),
            suburb: places::suburb(draw),
            landmark: None,
            province,
            postal_code: province.postal_code(draw),
        }
    }

    fn rural(draw: &mut Draw, province: Province) -> Self {
        Self {
            street: None,
            suburb: places::village(draw),
            landmark: Some(places::landmark(draw)),
            province,
            postal_code: province.postal_code(draw),
        }
    }

    /// An address of a household, rural as often as in the province.
    pub(crate) fn of_home(draw: &mut Draw, province: Province) -> Self {
        if draw.chance(rural_permille(province)) {
            Self::rural(draw, province)
        } else {
            Self::urban(draw, province)
        }
    }
}

const fn rural_permille(province: Province) -> u32 {
    match province {
        Province::Gauteng => 10,
        Province::WesternCape => 40,
        Province::FreeState | Province::NorthernCape => 120,
        Province::NorthWest => 300,
        Province::KwaZuluNatal | Province::Mpumalanga => 350,
        Province::EasternCape => 450,
        Province::Limpopo => 600,
    }
}
