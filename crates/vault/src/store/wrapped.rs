//! Wrapped keys and what they are bound to.

use uuid::Uuid;

use super::KeyStoreError;
use crate::framing::framed;
use crate::secret::silent_debug;
use crate::version::KeyVersion;

const FORMAT: u8 = 1;
const HEADER_LENGTH: usize = 1 + 1 + 4;

/// What a wrapped key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The key of an organisation.
    Organisation,
    /// The key of the installation.
    Installation,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Self::Organisation => "organisation key",
            Self::Installation => "installation key",
        }
    }
}

/// What a wrapped key is bound to: its purpose, its owner and its own version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrapContext {
    purpose: Purpose,
    owner: Uuid,
    version: KeyVersion,
}

impl WrapContext {
    /// The context of an organisation's key.
    pub fn organisation(organisation: Uuid, version: KeyVersion) -> Self {
        Self {
            purpose: Purpose::Organisation,
            owner: organisation,
            version,
        }
    }

    /// The context of the installation's key.
    pub fn installation(installation: Uuid, version: KeyVersion) -> Self {
        Self {
            purpose: Purpose::Installation,
            owner: installation,
            version,
        }
    }

    /// Whose key it is.
    pub fn owner(&self) -> Uuid {
        self.owner
    }

    /// What the key is for, with its version: the column part of a place.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.purpose.label(), self.version)
    }

    /// The associated data for a store that wraps by itself, with the master key's version.
    pub fn associated_data(&self, master: KeyVersion) -> Vec<u8> {
        framed(&[
            &[FORMAT],
            self.purpose.label().as_bytes(),
            self.owner.as_bytes(),
            &self.version.number().to_be_bytes(),
            &master.number().to_be_bytes(),
        ])
    }
}

/// Which kind of store wrapped a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreKind {
    File,
    // Known without the feature too, so that the error can name it.
    Pkcs11,
}

impl StoreKind {
    fn number(self) -> u8 {
        match self {
            Self::File => 1,
            Self::Pkcs11 => 2,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::File),
            2 => Some(Self::Pkcs11),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Pkcs11 => "PKCS#11",
        }
    }
}

/// A key wrapped by a master key, as it is stored: format | store | u32 master version | body.
#[derive(Clone, PartialEq, Eq)]
pub struct Wrapped {
    store: StoreKind,
    master: KeyVersion,
    bytes: Vec<u8>,
}

silent_debug!(Wrapped);

impl Wrapped {
    /// Reads a wrapped key from the database.
    ///
    /// # Errors
    /// [`KeyStoreError::NotWrapped`] when the bytes are too short or of an unknown format.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, KeyStoreError> {
        let header = bytes.first_chunk::<HEADER_LENGTH>();
        let Some(&[FORMAT, store, a, b, c, d]) = header else {
            return Err(KeyStoreError::NotWrapped);
        };
        let store = StoreKind::from_number(store).ok_or(KeyStoreError::NotWrapped)?;
        let master = KeyVersion::from_number(u32::from_be_bytes([a, b, c, d])).ok_or(KeyStoreError::NotWrapped)?;
        Ok(Self { store, master, bytes })
    }

    pub(crate) fn assemble(store: StoreKind, master: KeyVersion, body: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEADER_LENGTH + body.len());
        bytes.extend_from_slice(&[FORMAT, store.number()]);
        bytes.extend_from_slice(&master.number().to_be_bytes());
        bytes.extend_from_slice(body);
        Self { store, master, bytes }
    }

    /// The body, if a store of kind `configured` wrapped it.
    pub(crate) fn body_for(&self, configured: StoreKind) -> Result<&[u8], KeyStoreError> {
        if self.store != configured {
            return Err(KeyStoreError::AnotherStore {
                wrapped_by: self.store.name(),
                configured: configured.name(),
            });
        }
        self.bytes.get(HEADER_LENGTH..).ok_or(KeyStoreError::NotWrapped)
    }

    /// The version of the master key that wrapped it.
    pub fn master_version(&self) -> KeyVersion {
        self.master
    }

    /// The bytes, to be stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_reads_back_as_written() {
        let version = KeyVersion::from_number(258).unwrap();
        let wrapped = Wrapped::assemble(StoreKind::File, version, b"body");
        assert_eq!(wrapped.as_bytes(), b"\x01\x01\x00\x00\x01\x02body");
        let read = Wrapped::parse(wrapped.as_bytes().to_vec()).unwrap();
        assert_eq!(read, wrapped);
        assert_eq!(read.master_version(), version);
        assert_eq!(read.body_for(StoreKind::File).unwrap(), b"body");
    }

    #[test]
    fn a_key_wrapped_by_another_kind_of_store_says_which() {
        let wrapped = Wrapped::assemble(StoreKind::Pkcs11, KeyVersion::FIRST, b"body");
        let error = wrapped.body_for(StoreKind::File).unwrap_err().to_string();
        assert!(
            error.contains("by a PKCS#11 key store, but a file key store"),
            "{error}"
        );
    }

    #[test]
    fn short_or_unknown_bytes_are_no_wrapped_key() {
        for bytes in [
            &b""[..],
            b"\x01\x01\0\0\0",
            b"\x02\x01\0\0\0\x01",
            b"\x01\x03\0\0\0\x01",
        ] {
            let parsed = Wrapped::parse(bytes.to_vec());
            assert!(matches!(parsed, Err(KeyStoreError::NotWrapped)));
        }
        assert!(Wrapped::parse(b"\x01\x01\0\0\0\0".to_vec()).is_err());
    }

    #[test]
    fn every_part_of_a_context_is_in_the_associated_data() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (first, second) = (KeyVersion::FIRST, KeyVersion::from_number(2).unwrap());
        let data: std::collections::BTreeSet<_> = [
            WrapContext::organisation(one, first).associated_data(first),
            WrapContext::organisation(two, first).associated_data(first),
            WrapContext::organisation(one, second).associated_data(first),
            WrapContext::organisation(one, first).associated_data(second),
            WrapContext::installation(one, first).associated_data(first),
        ]
        .into();
        assert_eq!(data.len(), 5);
    }
}
