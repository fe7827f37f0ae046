//! A password as it was typed.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::secret::silent_debug;

const SHORTEST: usize = 12;
const LONGEST: usize = 256;
/// No 256 characters that a keyboard gives take more; keeps normalisation short.
const MOST_BYTES: usize = 8 * LONGEST;

/// A password of 12 to 256 characters, in Unicode's normal form C, so that the same password typed on
/// two systems is the same bytes. Zeroised when dropped. Nothing is cut off or trimmed
/// (NIST SP 800-63B, section 3.1.1).
pub struct Password(Zeroizing<String>);

silent_debug!(Password);

/// A password that is too short or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedPassword {
    /// Fewer than 12 characters.
    #[error("A password has at least 12 characters. A few words in a row are easy to remember.")]
    TooShort,
    /// More than 256 characters.
    #[error("A password has at most 256 characters.")]
    TooLong,
}

impl Password {
    /// Takes a typed password; the caller's text is zeroised.
    ///
    /// # Errors
    /// [`RefusedPassword`] when it has fewer than 12 or more than 256 characters in normal form C.
    pub fn typed(text: String) -> Result<Self, RefusedPassword> {
        let text = Zeroizing::new(text);
        if text.len() > MOST_BYTES {
            return Err(RefusedPassword::TooLong);
        }
        // Normal form C is at most three times as long in UTF-8 (Unicode UAX #15); room from the
        // start, since a buffer that grows leaves the password behind.
        let mut normal = Zeroizing::new(String::with_capacity(3 * text.len()));
        normal.extend(text.nfc());
        match normal.chars().count() {
            ..SHORTEST => Err(RefusedPassword::TooShort),
            SHORTEST..=LONGEST => Ok(Self(normal)),
            _ => Err(RefusedPassword::TooLong),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<RefusedPassword> {
        Password::typed(text.to_owned()).err()
    }

    #[test]
    fn twelve_to_two_hundred_and_fifty_six_characters_are_taken() {
        assert_eq!(refused(&"a".repeat(11)), Some(RefusedPassword::TooShort));
        assert_eq!(refused(&"a".repeat(12)), None);
        assert_eq!(refused(&"a".repeat(256)), None);
        assert_eq!(refused(&"a".repeat(257)), Some(RefusedPassword::TooLong));
    }

    #[test]
    fn characters_count_and_not_bytes() {
        assert_eq!(refused(&"ê".repeat(11)), Some(RefusedPassword::TooShort));
        assert_eq!(refused(&"🌵".repeat(256)), None);
        assert_eq!(refused(&"🌵".repeat(100_000)), Some(RefusedPassword::TooLong));
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same_password() {
        let composed = Password::typed("ver\u{ea} mure in wind".into()).unwrap();
        let decomposed = Password::typed("vere\u{302} mure in wind".into()).unwrap();
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
    }

    #[test]
    fn blanks_at_the_ends_are_part_of_it() {
        let password = Password::typed(" ten letters ".into()).unwrap();
        assert_eq!(password.as_bytes(), b" ten letters ");
    }

    #[test]
    fn debug_prints_no_password() {
        let password = Password::typed("correct horse".into()).unwrap();
        assert_eq!(format!("{password:?}"), "Password");
    }
}
