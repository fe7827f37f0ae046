//! Communities that share names.

use super::NameSet;
use crate::draw::Draw;
use crate::language::Language;

/// A community whose members share a stock of names. It is about names only: it says nothing of
/// descent, belief or appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the community's own name")]
pub enum Background {
    IsiZulu,
    IsiXhosa,
    Sepedi,
    Setswana,
    Afrikaans,
    Sesotho,
    English,
    Xitsonga,
    SiSwati,
    Tshivenda,
    IsiNdebele,
    Indian,
    Cape,
    Zimbabwean,
    Khoe,
    Portuguese,
    Somali,
    Congolese,
}

use Background as B;
use Language as L;

impl Background {
    /// All communities.
    pub const ALL: [Self; 18] = [
        B::IsiZulu,
        B::IsiXhosa,
        B::Sepedi,
        B::Setswana,
        B::Afrikaans,
        B::Sesotho,
        B::English,
        B::Xitsonga,
        B::SiSwati,
        B::Tshivenda,
        B::IsiNdebele,
        B::Indian,
        B::Cape,
        B::Zimbabwean,
        B::Khoe,
        B::Portuguese,
        B::Somali,
        B::Congolese,
    ];

    /// Households per thousand, so that home languages come out about as in the census of 2022.
    pub const SHARES: [(Self, u16); 18] = [
        (B::IsiZulu, 240),
        (B::IsiXhosa, 160),
        (B::Sepedi, 100),
        (B::Setswana, 90),
        (B::Afrikaans, 75),
        (B::Sesotho, 80),
        (B::English, 55),
        (B::Xitsonga, 50),
        (B::SiSwati, 30),
        (B::Tshivenda, 30),
        (B::IsiNdebele, 20),
        (B::Indian, 24),
        (B::Cape, 30),
        (B::Zimbabwean, 6),
        (B::Khoe, 3),
        (B::Portuguese, 3),
        (B::Somali, 2),
        (B::Congolese, 2),
    ];

    /// True for communities many of whose members hold a foreign passport or a permit.
    #[must_use]
    pub const fn is_recently_arrived(self) -> bool {
        matches!(self, B::Zimbabwean | B::Somali | B::Congolese)
    }

    pub(crate) fn drawn(draw: &mut Draw) -> Self {
        draw.weighted(&Self::SHARES, B::IsiZulu)
    }

    /// The home language of one household.
    pub(crate) fn home_language(self, draw: &mut Draw) -> Language {
        match self {
            B::IsiZulu => L::IsiZulu,
            B::IsiXhosa => L::IsiXhosa,
            B::Sepedi => L::Sepedi,
            B::Setswana => L::Setswana,
            B::Sesotho => L::Sesotho,
            B::Xitsonga => L::Xitsonga,
            B::SiSwati => L::SiSwati,
            B::Tshivenda => L::Tshivenda,
            B::IsiNdebele => L::IsiNdebele,
            B::Afrikaans | B::Khoe => L::Afrikaans,
            B::English | B::Indian | B::Portuguese | B::Somali | B::Congolese => L::English,
            B::Cape => draw.weighted(&[(L::Afrikaans, 7), (L::English, 3)], L::Afrikaans),
            B::Zimbabwean => draw.weighted(&[(L::English, 7), (L::IsiZulu, 3)], L::English),
        }
    }

    pub(crate) const fn names(self) -> &'static NameSet {
        match self {
            B::IsiZulu => &super::zulu::NAMES,
            B::IsiXhosa => &super::xhosa::NAMES,
            B::Sepedi => &super::sepedi::NAMES,
            B::Setswana => &super::setswana::NAMES,
            B::Afrikaans => &super::afrikaans::NAMES,
            B::Sesotho => &super::sesotho::NAMES,
            B::English => &super::english::NAMES,
            B::Xitsonga => &super::tsonga::NAMES,
            B::SiSwati => &super::swati::NAMES,
            B::Tshivenda => &super::venda::NAMES,
            B::IsiNdebele => &super::ndebele::NAMES,
            B::Indian => &super::indian::NAMES,
            B::Cape => &super::cape::NAMES,
            B::Zimbabwean => &super::zimbabwean::NAMES,
            B::Khoe => &super::khoe::NAMES,
            B::Portuguese => &super::portuguese::NAMES,
            B::Somali => &super::somali::NAMES,
            B::Congolese => &super::congolese::NAMES,
        }
    }
}
