//! A session with a token.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::Ulong;
use zeroize::Zeroizing;

use super::{IV_LENGTH, KeyStoreError, Pkcs11Settings, key, read_pin};
use crate::secret::KeyBytes;
use crate::version::KeyVersion;

/// A module is loaded and initialised once per process, as the standard demands, and stays.
static MODULES: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());

const TAG_BITS: u64 = 128;

pub(super) fn unavailable(error: Error) -> KeyStoreError {
    KeyStoreError::Unavailable {
        reason: error.to_string(),
    }
}

fn module(path: &Path) -> Result<Pkcs11, KeyStoreError> {
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = modules.get(path) {
        return Ok(loaded.clone());
    }
    let loaded = Pkcs11::new(path).map_err(unavailable)?;
    match loaded.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(unavailable(error)),
    }
    modules.insert(path.to_owned(), loaded.clone());
    Ok(loaded)
}

fn slot(module: &Pkcs11, label: &str) -> Result<Slot, KeyStoreError> {
    let slots = module.get_slots_with_initialized_token().map_err(unavailable)?;
    let mut found = Vec::new();
    for slot in slots {
        let token = module.get_token_info(slot).map_err(unavailable)?;
        if token.label().trim_end() == label {
            found.push(slot);
        }
    }
    match found.as_slice() {
        [slot] => Ok(*slot),
        _ => Err(KeyStoreError::NoSuchToken {
            label: label.to_owned(),
        }),
    }
}

/// A logged-in session.
pub(super) struct Device {
    session: Session,
}

impl Device {
    pub(super) fn enter(settings: &Pkcs11Settings) -> Result<Self, KeyStoreError> {
        let pin = read_pin(settings)?;
        let module = module(&settings.module)?;
        let slot = slot(&module, &settings.token_label)?;
        let session = module.open_rw_session(slot).map_err(unavailable)?;
        match session.login(UserType::User, Some(&pin)) {
            // A login counts for the whole process, not for one session.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(Self { session }),
            Err(Error::Pkcs11(reason, _)) if is_about_the_pin(&reason) => Err(KeyStoreError::PinRefused),
            Err(error) => Err(unavailable(error)),
        }
    }

    pub(super) fn newest(&self) -> Result<KeyVersion, KeyStoreError> {
        key::newest(&self.session)
    }

    pub(super) fn key(&self, version: KeyVersion) -> Result<(), KeyStoreError> {
        key::find(&self.session, version).map(|_| ())
    }

    pub(super) fn generate(&self, version: KeyVersion) -> Result<(), KeyStoreError> {
        key::generate(&self.session, version)
    }

    /// Gives nonce | ciphertext | tag.
    pub(super) fn encrypt(
        &self,
        version: KeyVersion,
        mut iv: [u8; IV_LENGTH],
        context: &[u8],
        key: &KeyBytes,
    ) -> Result<Vec<u8>, KeyStoreError> {
        let handle = key::find(&self.session, version)?;
        let parameters = GcmParams::new(&mut iv, context, Ulong::from(TAG_BITS)).map_err(unavailable)?;
        let mechanism = Mechanism::AesGcm(parameters);
        let ciphertext = self
            .session
            .encrypt(&mechanism, handle, key.expose())
            .map_err(unavailable)?;
        Ok([iv.as_slice(), &ciphertext].concat())
    }

    pub(super) fn decrypt(
        &self,
        version: KeyVersion,
        mut iv: [u8; IV_LENGTH],
        context: &[u8],
        ciphertext: &[u8],
    ) -> Result<KeyBytes, KeyStoreError> {
        let handle = key::find(&self.session, version)?;
        let parameters = GcmParams::new(&mut iv, context, Ulong::from(TAG_BITS)).map_err(unavailable)?;
        let refused = || KeyStoreError::CannotUnwrap { version };
        let opened = self
            .session
            .decrypt(&Mechanism::AesGcm(parameters), handle, ciphertext)
            .map(Zeroizing::new)
            .map_err(|error| match is_about_the_device(&error) {
                true => unavailable(error),
                // Devices differ in how they name a wrong tag (some: "general error"), so every
                // other answer is a refusal.
                false => refused(),
            })?;
        KeyBytes::from_slice(&opened).ok_or_else(refused)
    }
}

fn is_about_the_pin(reason: &RvError) -> bool {
    matches!(
        reason,
        RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinExpired
            | RvError::PinLocked
            | RvError::UserPinNotInitialized
    )
}

fn is_about_the_device(error: &Error) -> bool {
    let Error::Pkcs11(reason, _) = error else {
        return false;
    };
    matches!(
        reason,
        RvError::DeviceError
            | RvError::DeviceMemory
            | RvError::DeviceRemoved
            | RvError::HostMemory
            | RvError::TokenNotPresent
            | RvError::SessionClosed
            | RvError::SessionHandleInvalid
            | RvError::UserNotLoggedIn
            | RvError::CryptokiNotInitialized
    )
}
