//! Keys of one purpose each, so that a key of another purpose does not compile.

use crate::derivation::hmac_sha256;
use crate::framing::framed;
use crate::secret::{KeyBytes, silent_debug};
use crate::version::KeyVersion;

/// A key that seals values and objects. Its version is written into every envelope.
pub struct SealingKey {
    version: KeyVersion,
    key: KeyBytes,
}

impl SealingKey {
    pub(crate) fn of(version: KeyVersion, key: KeyBytes) -> Self {
        Self { version, key }
    }

    /// The version of the key that this one was derived from.
    pub fn version(&self) -> KeyVersion {
        self.version
    }

    pub(crate) fn bytes(&self) -> &KeyBytes {
        &self.key
    }
}

/// A key for HMAC-SHA-256, used as a pseudorandom function.
pub struct MacKey(KeyBytes);

impl MacKey {
    pub(crate) fn of(key: KeyBytes) -> Self {
        Self(key)
    }

    /// HMAC-SHA-256 over the parts, each behind its length as a big-endian u64.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        hmac_sha256(self.0.expose(), &[&framed(parts)])
    }
}

/// The key under which one-time PINs are kept.
pub struct PinKey(pub(crate) MacKey);

/// The key of tokens against cross-site request forgery.
pub struct CsrfKey(pub(crate) MacKey);

/// The key by which one session token follows from another.
pub struct RenewalKey(pub(crate) MacKey);

/// Gives a key for each day, which signs what programs show.
pub struct BearerKey(pub(crate) MacKey);

silent_debug!(SealingKey, MacKey, PinKey, CsrfKey, RenewalKey, BearerKey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_mac_are_framed() {
        let key = MacKey::of(KeyBytes::from_slice(&[3; 32]).unwrap());
        assert_eq!(key.mac(&[b"a", b"b"]), key.mac(&[b"a", b"b"]));
        assert_ne!(key.mac(&[b"a", b"b"]), key.mac(&[b"ab"]));
    }

    #[test]
    fn debug_prints_the_type_only() {
        let bytes = || KeyBytes::from_slice(&[3; 32]).unwrap();
        let sealing = SealingKey::of(KeyVersion::FIRST, bytes());
        assert_eq!(format!("{sealing:?}"), "SealingKey");
        assert_eq!(format!("{:?}", PinKey(MacKey::of(bytes()))), "PinKey");
    }
}
