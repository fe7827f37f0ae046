//! Membership of invented medical schemes.

use crate::draw::Draw;
use crate::names::Background;
use crate::words::words;

/// One person's cover by a medical scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MedicalAid {
    /// An invented scheme, such as `Example Scheme A`.
    pub scheme: &'static str,
    /// An invented benefit option of the scheme.
    pub option: &'static str,
    /// Text: leading zeros matter. The same for a whole family.
    pub member_number: String,
    /// Two digits: `00` for the principal member, then `01` and so on.
    pub dependant_code: String,
}

const SCHEMES: &[&str] = words!(
    "Example Scheme A, Example Scheme B, Example Scheme C, Example Scheme D, Example Scheme E, \
     Example Scheme F, Example Scheme G"
);
const OPTIONS: &[&str] = words!("Basic, Core, Network, Saver, Hospital, Comprehensive");
/// Schemes differ in the length of their member numbers.
const LENGTHS: [usize; 4] = [8, 9, 10, 11];

/// Per mille of households with cover: about 16 per cent of the country, unevenly spread.
const fn covered(background: Background) -> u32 {
    match background {
        Background::English | Background::Afrikaans => 520,
        Background::Indian | Background::Portuguese => 430,
        Background::Cape => 200,
        Background::Zimbabwean | Background::Somali | Background::Congolese => 30,
        Background::Khoe => 50,
        _ => 100,
    }
}

impl MedicalAid {
    /// The principal member's cover, if the household has any.
    pub(crate) fn of_household(draw: &mut Draw, background: Background) -> Option<Self> {
        if !draw.chance(covered(background)) {
            return None;
        }
        let mut member_number = String::with_capacity(11);
        let length = draw.pick(&LENGTHS).copied().unwrap_or(9);
        draw.digits(length, &mut member_number);
        Some(Self {
            scheme: draw.word(SCHEMES),
            option: draw.word(OPTIONS),
            member_number,
            dependant_code: String::from("00"),
        })
    }

    /// The same membership for the family's member in `place`, 0 for the principal member.
    pub(crate) fn for_place(&self, place: u8) -> Self {
        Self {
            dependant_code: format!("{place:02}"),
            ..self.clone()
        }
    }
}
