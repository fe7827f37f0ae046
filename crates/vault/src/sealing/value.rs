//! Sealing and opening a value.

use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce, aead::AeadInOut};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{CannotBeOpened, HEADER_LENGTH, Header, Place, Sealed};
use crate::derivation::derive_key;
use crate::entropy::{self, NoRandomness};
use crate::keys::SealingKey;
use crate::secret::{KeyBytes, silent_debug};

/// A value was not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSealed {
    /// No random salt could be drawn.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// AES-GCM seals at most 64 GiB at once.
    #[error("This value is too long to be sealed at once. Store it as an object, which is sealed in chunks.")]
    TooLong,
}

/// A value that was opened. Zeroised when dropped; `Debug` prints the type only.
pub struct Opened(Zeroizing<Vec<u8>>);

silent_debug!(Opened);

impl Opened {
    /// The value as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value as text.
    ///
    /// # Errors
    /// [`CannotBeOpened`] when the value is not UTF-8, which text sealed by Aloe always is.
    pub fn as_text(&self) -> Result<&str, CannotBeOpened> {
        std::str::from_utf8(&self.0).map_err(|_| CannotBeOpened)
    }
}

/// The two outputs of HKDF for one salt.
pub(crate) struct ValueKeys {
    pub(crate) cipher: Aes256Gcm,
    pub(crate) commitment: [u8; 32],
}

/// The labels of one use of the construction: the key's, and the commitment's.
#[derive(Clone, Copy)]
pub(crate) struct Labels {
    key: &'static str,
    commitment: &'static str,
}

impl Labels {
    const VALUE: Self = Self {
        key: "aloe/1/aes-256-gcm/value/key",
        commitment: "aloe/1/aes-256-gcm/value/commitment",
    };
    /// Objects have labels of their own: a chunk is never a value.
    pub(crate) const OBJECT: Self = Self {
        key: "aloe/1/aes-256-gcm-stream-be32/object/key",
        commitment: "aloe/1/aes-256-gcm-stream-be32/object/commitment",
    };
}

/// Derives the key and the commitment for one salt.
pub(crate) fn value_keys(key: &KeyBytes, salt: &[u8; 32], labels: Labels) -> ValueKeys {
    let value_key = derive_key(salt, key, labels.key);
    let commitment = derive_key(salt, key, labels.commitment);
    ValueKeys {
        cipher: Aes256Gcm::new(&Key::<Aes256Gcm>::from(*value_key.expose())),
        commitment: *commitment.expose(),
    }
}

impl ValueKeys {
    /// Whether the commitment in a header is this key's, in constant time. AES-GCM alone would let
    /// somebody make one ciphertext that opens under two keys.
    pub(crate) fn committed_by(&self, header: &Header) -> bool {
        self.commitment.ct_eq(&header.commitment).into()
    }
}

/// The nonce of every value. A fixed nonce is sound here, and only here, because every value has a
/// key of its own: the key comes from a fresh 256-bit random salt and encrypts once. GCM breaks when
/// a (key, nonce) pair repeats; with 2⁶⁴ values under one key, two salts are equal with a probability
/// below 2⁻¹²⁸.
fn nonce() -> Nonce<aes_gcm::aead::consts::U12> {
    Nonce::default()
}

/// Seals `plaintext` under `key` for `place`.
///
/// # Errors
/// [`NotSealed`] without random bytes, or above 64 GiB.
pub fn seal(key: &SealingKey, place: &Place<'_>, plaintext: &[u8]) -> Result<Sealed, NotSealed> {
    seal_with(key, place, plaintext, entropy::random()?)
}

/// Sealing with a given salt, which must never have been used before with this key.
fn seal_with(key: &SealingKey, place: &Place<'_>, plaintext: &[u8], salt: [u8; 32]) -> Result<Sealed, NotSealed> {
    let version = key.version();
    let keys = value_keys(key.bytes(), &salt, Labels::VALUE);
    // Room for the tag from the start: a buffer that grows leaves the plaintext behind.
    let mut body = Zeroizing::new(Vec::with_capacity(plaintext.len() + 16));
    body.extend_from_slice(plaintext);
    keys.cipher
        .encrypt_in_place(&nonce(), &place.associated_data(version), &mut *body)
        .map_err(|_| NotSealed::TooLong)?;
    let header = Header {
        version,
        salt,
        commitment: keys.commitment,
    };
    Ok(Sealed::assemble(&header, &body))
}

/// Opens a value that was sealed under `key` for `place`.
///
/// # Errors
/// [`CannotBeOpened`], whatever the cause: another key or version, another place, or damage.
pub fn open(key: &SealingKey, place: &Place<'_>, sealed: &Sealed) -> Result<Opened, CannotBeOpened> {
    let (header, _) = Header::read(sealed.as_bytes())?;
    let body = sealed.as_bytes().get(HEADER_LENGTH..).ok_or(CannotBeOpened)?;
    let keys = value_keys(key.bytes(), &header.salt, Labels::VALUE);
    if header.version != key.version() || !keys.committed_by(&header) {
        return Err(CannotBeOpened);
    }
    let mut plaintext = Zeroizing::new(body.to_vec());
    keys.cipher
        .decrypt_in_place(&nonce(), &place.associated_data(header.version), &mut *plaintext)
        .map_err(|_| CannotBeOpened)?;
    Ok(Opened(plaintext))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyVersion;
    use uuid::Uuid;

    fn key() -> SealingKey {
        SealingKey::of(KeyVersion::FIRST, KeyBytes::from_slice(&[1; 32]).unwrap())
    }

    #[test]
    fn the_same_salt_gives_the_same_envelope() {
        let place = Place::of(Uuid::nil(), "notes", "text", Uuid::nil());
        let one = seal_with(&key(), &place, b"text", [2; 32]).unwrap();
        let two = seal_with(&key(), &place, b"text", [2; 32]).unwrap();
        let other = seal_with(&key(), &place, b"text", [3; 32]).unwrap();
        assert_eq!(one, two);
        assert_ne!(one, other);
    }

    #[test]
    fn the_commitment_depends_on_key_salt_and_use() {
        let of = |byte: u8, salt: u8, labels| {
            value_keys(&KeyBytes::from_slice(&[byte; 32]).unwrap(), &[salt; 32], labels).commitment
        };
        let base = of(1, 1, Labels::VALUE);
        assert_eq!(base, of(1, 1, Labels::VALUE));
        assert_ne!(base, of(2, 1, Labels::VALUE));
        assert_ne!(base, of(1, 2, Labels::VALUE));
        assert_ne!(base, of(1, 1, Labels::OBJECT));
    }

    #[test]
    fn a_ciphertext_whose_commitment_is_replaced_does_not_open() {
        let place = Place::of(Uuid::nil(), "notes", "text", Uuid::nil());
        let sealed = seal_with(&key(), &place, b"text", [2; 32]).unwrap();
        let mut bytes = sealed.into_bytes();
        bytes[38..70].copy_from_slice(&[0; 32]);
        let forged = Sealed::parse(bytes).unwrap();
        assert_eq!(open(&key(), &place, &forged).unwrap_err(), CannotBeOpened);
    }
}
