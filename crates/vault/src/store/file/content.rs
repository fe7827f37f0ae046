//! What is written in a key file.

use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::KeyStoreError;
use crate::derivation::hmac_sha256;
use crate::secret::KeyBytes;
use crate::version::KeyVersion;

const FORMAT: u32 = 1;

/// The versions in a key file, oldest first.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFile {
    format: u32,
    keys: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    version: u32,
    key: String,
    /// Tells a mistyped or damaged key from a wrong one.
    check: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// Eight bytes that a damaged key does not match.
fn check_of(version: KeyVersion, key: &KeyBytes) -> String {
    let label = b"aloe/1/master/check";
    let mac = hmac_sha256(key.expose(), &[label, &version.number().to_be_bytes()]);
    let (check, _) = mac.split_at(8);
    BASE64URL_NOPAD.encode(check)
}

impl Entry {
    fn of(version: KeyVersion, key: &KeyBytes) -> Self {
        Self {
            version: version.number(),
            key: BASE64URL_NOPAD.encode(key.expose()),
            check: check_of(version, key),
        }
    }

    fn read(&self) -> Result<(KeyVersion, KeyBytes), &'static str> {
        let version = KeyVersion::from_number(self.version).ok_or("a version is zero")?;
        let bytes = BASE64URL_NOPAD
            .decode(self.key.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| "a key is not base64url")?;
        let key = KeyBytes::from_slice(&bytes).ok_or("a key is not 32 bytes long")?;
        let check = check_of(version, &key);
        if !bool::from(check.as_bytes().ct_eq(self.check.as_bytes())) {
            return Err("a key does not match its check value");
        }
        Ok((version, key))
    }
}

impl KeyFile {
    pub(super) fn with_one(version: KeyVersion, key: &KeyBytes) -> Self {
        Self::of([(version, key)])
    }

    /// A file of these versions; of two with the same number the first counts.
    pub(super) fn of<'a>(keys: impl IntoIterator<Item = (KeyVersion, &'a KeyBytes)>) -> Self {
        let mut file = Self {
            format: FORMAT,
            keys: Vec::new(),
        };
        for (version, key) in keys {
            if !file.holds(version) {
                file.add(version, key);
            }
        }
        file.keys.sort_by_key(|entry| entry.version);
        file
    }

    pub(super) fn parse(path: &Path, json: &[u8]) -> Result<Self, KeyStoreError> {
        let damaged = |reason| KeyStoreError::Damaged {
            path: path.to_owned(),
            reason,
        };
        // The parser's own message could quote the file, so it is not passed on.
        let file: Self = serde_json::from_slice(json).map_err(|_| damaged("it is not the JSON of a key file"))?;
        if file.format != FORMAT {
            return Err(damaged("its format is newer than this version of Aloe"));
        }
        for entry in &file.keys {
            entry.read().map_err(damaged)?;
        }
        let ordered = file.keys.is_sorted_by(|one, two| one.version < two.version);
        match (file.keys.is_empty(), ordered) {
            (true, _) => Err(damaged("it holds no key")),
            (_, false) => Err(damaged("its versions are out of order")),
            _ => Ok(file),
        }
    }

    pub(super) fn to_json(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        // Room for everything from the start: a buffer that grows leaves keys behind.
        let mut json = Zeroizing::new(Vec::with_capacity(256 + 256 * self.keys.len()));
        serde_json::to_writer_pretty(&mut *json, self)
            .map_err(|error| super::guarded::not_written(path, error.into()))?;
        Ok(json)
    }

    pub(super) fn add(&mut self, version: KeyVersion, key: &KeyBytes) {
        self.keys.push(Entry::of(version, key));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn newest(&self) -> Option<KeyVersion> {
        let newest = self.keys.last()?;
        KeyVersion::from_number(newest.version)
    }

    pub(super) fn holds(&self, version: KeyVersion) -> bool {
        self.keys.iter().any(|entry| entry.version == version.number())
    }

    pub(super) fn key(&self, path: &Path, asked: KeyVersion) -> Result<KeyBytes, KeyStoreError> {
        let newest = self.newest().ok_or(KeyStoreError::NoMasterKey)?;
        let mut entries = self.keys.iter();
        let entry = entries
            .find(|entry| entry.version == asked.number())
            .ok_or(KeyStoreError::UnknownVersion { asked, newest })?;
        let (_, key) = entry.read().map_err(|reason| KeyStoreError::Damaged {
            path: path.to_owned(),
            reason,
        })?;
        Ok(key)
    }
}
