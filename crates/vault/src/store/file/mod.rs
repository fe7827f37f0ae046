//! The master keys in a file: the default for a first installation.

mod content;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::content::KeyFile;
use super::wrapped::StoreKind;
use super::{KeyStore, KeyStoreError, WrapContext, Wrapped, guarded};
use crate::keys::SealingKey;
use crate::recovery::{RecoveryKit, RestoredKey};
use crate::sealing::{Place, Sealed, open, seal};
use crate::secret::{KeyBytes, silent_debug};
use crate::version::KeyVersion;

/// Master keys in one JSON file of mode 0600, outside every data folder. All versions stay in it.
pub struct FileKeyStore {
    path: PathBuf,
    data_folders: Vec<PathBuf>,
    keys: Mutex<KeyFile>,
}

silent_debug!(FileKeyStore);

impl FileKeyStore {
    /// Makes a key file with a first master key. Print its recovery kit at once.
    ///
    /// # Errors
    /// [`KeyStoreError`] when there is a file already, its folder lies in a data folder, or it
    /// cannot be written.
    pub fn create(path: &Path, data_folders: &[PathBuf]) -> Result<Self, KeyStoreError> {
        let keys = KeyFile::with_one(KeyVersion::FIRST, &KeyBytes::random()?);
        Self::create_with(path, data_folders, keys)
    }

    /// Makes a key file from recovery kits, one for each version.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`KeyStoreError::NoMasterKey`] without a kit.
    pub fn restore(path: &Path, data_folders: &[PathBuf], kits: &[RestoredKey]) -> Result<Self, KeyStoreError> {
        let keys = KeyFile::of(kits.iter().map(|kit| (kit.version(), kit.key())));
        if keys.is_empty() {
            return Err(KeyStoreError::NoMasterKey);
        }
        Self::create_with(path, data_folders, keys)
    }

    fn create_with(path: &Path, data_folders: &[PathBuf], keys: KeyFile) -> Result<Self, KeyStoreError> {
        guarded::refuse_data_folders(path, data_folders)?;
        let _lock = guarded::lock(path)?;
        // Not followed, so that a dangling link counts as a file that is in the way.
        if path.symlink_metadata().is_ok() {
            let path = path.to_owned();
            return Err(KeyStoreError::AlreadyExists { path });
        }
        guarded::write(path, &keys.to_json(path)?)?;
        Self::open(path, data_folders)
    }

    /// Opens a key file.
    ///
    /// # Errors
    /// [`KeyStoreError`] when it is missing, damaged, readable by others, or in a data folder.
    pub fn open(path: &Path, data_folders: &[PathBuf]) -> Result<Self, KeyStoreError> {
        let keys = KeyFile::parse(path, &guarded::read(path, data_folders)?)?;
        Ok(Self {
            path: path.to_owned(),
            data_folders: data_folders.to_vec(),
            keys: Mutex::new(keys),
        })
    }

    fn keys(&self) -> MutexGuard<'_, KeyFile> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reread(&self) -> Result<KeyFile, KeyStoreError> {
        KeyFile::parse(&self.path, &guarded::read(&self.path, &self.data_folders)?)
    }

    /// The key of one version. Another node may have rotated, so an unknown one is looked up in the
    /// file before it is refused.
    fn key(&self, version: KeyVersion) -> Result<KeyBytes, KeyStoreError> {
        let mut keys = self.keys();
        if !keys.holds(version) {
            *keys = self.reread()?;
        }
        keys.key(&self.path, version)
    }

    fn sealing_key(&self, version: KeyVersion) -> Result<SealingKey, KeyStoreError> {
        Ok(SealingKey::of(version, self.key(version)?))
    }
}

impl KeyStore for FileKeyStore {
    fn current_version(&self) -> Result<KeyVersion, KeyStoreError> {
        self.keys().newest().ok_or(KeyStoreError::NoMasterKey)
    }

    fn wrap(
        &self,
        version: Option<KeyVersion>,
        context: &WrapContext,
        key: &KeyBytes,
    ) -> Result<Wrapped, KeyStoreError> {
        let version = match version {
            Some(version) => version,
            None => self.current_version()?,
        };
        let label = context.label();
        let place = Place::of(context.owner(), "wrapped_keys", &label, context.owner());
        let sealed = seal(&self.sealing_key(version)?, &place, key.expose())?;
        Ok(Wrapped::assemble(StoreKind::File, version, sealed.as_bytes()))
    }

    fn unwrap(&self, context: &WrapContext, wrapped: &Wrapped) -> Result<KeyBytes, KeyStoreError> {
        let version = wrapped.master_version();
        let body = wrapped.body_for(StoreKind::File)?.to_vec();
        let key = self.sealing_key(version)?;
        let label = context.label();
        let place = Place::of(context.owner(), "wrapped_keys", &label, context.owner());
        Sealed::parse(body)
            .and_then(|sealed| open(&key, &place, &sealed))
            .ok()
            .and_then(|opened| KeyBytes::from_slice(opened.as_bytes()))
            .ok_or(KeyStoreError::CannotUnwrap { version })
    }

    fn rotate(&self) -> Result<KeyVersion, KeyStoreError> {
        let _lock = guarded::lock(&self.path)?;
        // Read again under the lock: another node may have rotated since.
        let mut keys = self.reread()?;
        let newest = keys.newest().ok_or(KeyStoreError::NoMasterKey)?;
        let next = newest.next().ok_or(KeyStoreError::NoVersionLeft)?;
        keys.add(next, &KeyBytes::random()?);
        guarded::write(&self.path, &keys.to_json(&self.path)?)?;
        *self.keys() = keys;
        Ok(next)
    }

    fn recovery_kit(&self, version: KeyVersion) -> Result<RecoveryKit, KeyStoreError> {
        Ok(RecoveryKit::of(version, self.key(version)?))
    }
}
