//! Where communities live, in per cent.

use super::Background as B;
use crate::province::Province::{
    self, EasternCape as EC, FreeState as FS, Gauteng as GP, KwaZuluNatal as KZN, Limpopo as LP, Mpumalanga as MP,
    NorthWest as NW, NorthernCape as NC, WesternCape as WC,
};

impl B {
    /// Provinces with the per cent of the community's households in each.
    #[must_use]
    pub const fn homes(self) -> &'static [(Province, u16)] {
        match self {
            B::IsiZulu => &[(KZN, 68), (GP, 23), (MP, 7), (FS, 2)],
            B::IsiXhosa => &[(EC, 60), (WC, 22), (GP, 12), (KZN, 3), (FS, 2), (NC, 1)],
            B::Sepedi => &[(LP, 57), (GP, 33), (MP, 10)],
            B::Setswana => &[(NW, 56), (GP, 25), (NC, 9), (LP, 5), (FS, 5)],
            B::Sesotho => &[(FS, 50), (GP, 38), (EC, 5), (NW, 5), (MP, 2)],
            B::Xitsonga => &[(LP, 46), (GP, 37), (MP, 17)],
            B::SiSwati => &[(MP, 80), (GP, 18), (KZN, 2)],
            B::Tshivenda => &[(LP, 75), (GP, 25)],
            B::IsiNdebele => &[(MP, 50), (GP, 40), (LP, 10)],
            B::Afrikaans => &[(WC, 30), (GP, 33), (NC, 10), (FS, 9), (NW, 9), (EC, 9)],
            B::English => &[(GP, 38), (KZN, 22), (WC, 28), (EC, 12)],
            B::Cape => &[(WC, 72), (EC, 12), (NC, 10), (GP, 6)],
            B::Khoe => &[(NC, 85), (WC, 10), (NW, 5)],
            B::Indian => &[(KZN, 64), (GP, 28), (WC, 5), (EC, 3)],
            B::Portuguese | B::Congolese => &[(GP, 70), (WC, 20), (KZN, 10)],
            B::Somali => &[(GP, 40), (WC, 30), (EC, 20), (FS, 10)],
            B::Zimbabwean => &[(GP, 60), (LP, 25), (WC, 15)],
        }
    }
}
