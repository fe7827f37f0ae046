//! Codes for the day on which every other second factor is out of reach.

use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

use super::TokenHash;
use crate::derivation::sha256;
use crate::entropy::{self, NoRandomness};
use crate::secret::{SecretText, silent_debug};

const LENGTH: usize = 16;
/// Where the groups begin in which a code is written: five signs, four times four, five.
const GROUPS: [(usize, usize); 6] = [(0, 5), (5, 9), (9, 13), (13, 17), (17, 21), (21, 26)];

/// A recovery code: 128 random bits, shown once, spent once. A plain hash is kept, since 128 bits cannot be guessed.
pub struct RecoveryCode(Zeroizing<[u8; LENGTH]>);

silent_debug!(RecoveryCode);

impl RecoveryCode {
    /// Draws a code.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system gives no random bytes.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self(Zeroizing::new(entropy::random()?)))
    }

    /// Reads a typed code: case, blanks and hyphens do not matter. Nothing unless it is twenty-six letters and digits of base32.
    pub fn parse(typed: &str) -> Option<Self> {
        let plain = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let text: Zeroizing<String> = Zeroizing::new(plain.map(|c| c.to_ascii_uppercase()).collect());
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(text.as_bytes()).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The code for its owner, in groups.
    pub fn to_text(&self) -> SecretText {
        let text = Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()));
        let groups: Vec<&str> = GROUPS.iter().filter_map(|(from, to)| text.get(*from..*to)).collect();
        SecretText::from_string(groups.join("-"))
    }

    /// What is stored.
    pub fn hash(&self) -> TokenHash {
        TokenHash::from_bytes(sha256(&[b"aloe/1/recovery code", self.0.as_slice()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_reads_back_however_it_is_typed(bytes: [u8; LENGTH]) {
            let code = RecoveryCode(Zeroizing::new(bytes));
            let text = code.to_text();
            prop_assert_eq!(text.expose().len(), 31);
            for typed in [text.expose().to_lowercase(), text.expose().replace('-', " "), text.expose().replace('-', "")] {
                prop_assert_eq!(RecoveryCode::parse(&typed).unwrap().hash(), code.hash());
            }
        }

        #[test]
        fn reading_never_panics(typed: String) {
            let _ = RecoveryCode::parse(&typed);
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for typed in ["", "AAAA-AAAA-AAAA", "1111-1111-1111-1111", "AAAA-AAAA-AAAA-AAAA-A"] {
            assert!(RecoveryCode::parse(typed).is_none(), "{typed}");
        }
    }
}
