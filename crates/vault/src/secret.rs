//! Memory that holds secrets: zeroised when dropped, and silent in `Debug`.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::entropy::{self, NoRandomness};

/// Gives each type a `Debug` that prints its name and nothing else.
macro_rules! silent_debug {
    ($($name:ident),+ $(,)?) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(stringify!($name))
            }
        })+
    };
}
pub(crate) use silent_debug;

/// The 32 bytes of a key. They stay at one place in memory, since a move would leave a copy behind,
/// and are overwritten when dropped.
pub struct KeyBytes(Box<[u8; 32]>);

impl KeyBytes {
    /// Draws a fresh key.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system gives no random bytes.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut key = Self::blank();
        entropy::fill(key.0.as_mut_slice())?;
        Ok(key)
    }

    /// Copies a key out of a slice, `None` unless it has exactly 32 bytes. For implementations of
    /// [`KeyStore`](crate::KeyStore); the caller clears its own copy.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Self::blank();
        (bytes.len() == key.0.len()).then(|| {
            key.0.copy_from_slice(bytes);
            key
        })
    }

    /// Takes 32 bytes that were just computed.
    pub(crate) fn from_array(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let mut key = Self::blank();
        key.0.copy_from_slice(bytes.as_slice());
        key
    }

    /// The bytes of the key. For implementations of [`KeyStore`](crate::KeyStore); never log them.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }

    /// A key of zeros, to be filled at once.
    pub(crate) fn blank() -> Self {
        Self(Box::new([0; 32]))
    }

    /// The bytes, to be filled at once.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl Drop for KeyBytes {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

/// A secret as text (a token for a cookie, a PIN for a message, a password for a login).
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    pub(crate) fn from_string(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one place that needs it; never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

silent_debug!(KeyBytes, SecretText);

/// Prints a fixed-length list of bytes as lower-case hexadecimal, for values that are not secret.
pub(crate) fn write_hex(formatter: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    formatter.write_str(&data_encoding::HEXLOWER.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_the_type_and_nothing_else() {
        let key = KeyBytes::from_slice(&[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "KeyBytes");
        let text = SecretText::from_string("482913".into());
        assert_eq!(format!("{text:?}"), "SecretText");
        assert_eq!(text.expose(), "482913");
    }

    #[test]
    fn only_thirty_two_bytes_are_a_key() {
        assert!(KeyBytes::from_slice(&[0; 31]).is_none());
        assert!(KeyBytes::from_slice(&[0; 33]).is_none());
    }

    #[test]
    fn equal_keys_are_the_same_and_others_are_not() {
        let key = KeyBytes::random().unwrap();
        assert!(key.same_as(&KeyBytes::from_slice(key.expose()).unwrap()));
        assert!(!key.same_as(&KeyBytes::random().unwrap()));
    }
}
