//! The master keys in a device or service behind PKCS#11, which they never leave.

mod device;
mod key;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use self::device::Device;
use super::wrapped::StoreKind;
use super::{KeyStore, KeyStoreError, WrapContext, Wrapped, guarded};
use crate::entropy;
use crate::recovery::RecoveryKit;
use crate::secret::{KeyBytes, silent_debug};
use crate::version::KeyVersion;

const IV_LENGTH: usize = 12;

/// Where the device is and how it is entered.
#[derive(Clone, Debug)]
pub struct Pkcs11Settings {
    /// The maker's PKCS#11 module, a shared library.
    pub module: PathBuf,
    /// The label of the token.
    pub token_label: String,
    /// A file of mode 0600 that holds the user PIN.
    pub pin_file: PathBuf,
    /// Folders that the PIN file must not lie in.
    pub data_folders: Vec<PathBuf>,
}

/// Master keys in a token: AES-256 keys labelled `aloe-master-1`, `aloe-master-2` …, sensitive and
/// non-extractable. The device wraps and unwraps with AES-256-GCM, with the context as associated
/// data and a random 96-bit nonce. Only a handful of keys per organisation are ever wrapped, far
/// below the 2³² that random nonces allow (NIST SP 800-38D, section 8.3).
pub struct Pkcs11KeyStore {
    settings: Pkcs11Settings,
    device: Mutex<Option<Device>>,
}

silent_debug!(Pkcs11KeyStore);

impl Pkcs11KeyStore {
    /// Makes a first master key in a token that has none.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the token cannot be entered or has a master key already.
    pub fn create(settings: Pkcs11Settings) -> Result<Self, KeyStoreError> {
        let device = Device::enter(&settings)?;
        match device.newest() {
            Err(KeyStoreError::NoMasterKey) => device.generate(KeyVersion::FIRST)?,
            Err(error) => return Err(error),
            Ok(newest) => return Err(KeyStoreError::TokenInUse { newest }),
        }
        Ok(Self::of(settings, device))
    }

    /// Opens a token that holds master keys.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the token cannot be entered, holds no master key, or one that could
    /// leave it.
    pub fn open(settings: Pkcs11Settings) -> Result<Self, KeyStoreError> {
        let device = Device::enter(&settings)?;
        let newest = device.newest()?;
        device.key(newest)?;
        Ok(Self::of(settings, device))
    }

    fn of(settings: Pkcs11Settings, device: Device) -> Self {
        let device = Mutex::new(Some(device));
        Self { settings, device }
    }

    /// Runs `work` in a session. A session that the device has lost is dropped, so that the next
    /// call enters again; `work` is tried a second time at once.
    fn with_device<T>(&self, work: impl Fn(&Device) -> Result<T, KeyStoreError>) -> Result<T, KeyStoreError> {
        let mut slot = self.device.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entered_now = false;
        loop {
            let device = match slot.take() {
                Some(device) => device,
                None => {
                    entered_now = true;
                    Device::enter(&self.settings)?
                }
            };
            match work(&device) {
                Err(KeyStoreError::Unavailable { .. }) if !entered_now => {}
                Err(error @ KeyStoreError::Unavailable { .. }) => return Err(error),
                outcome => {
                    *slot = Some(device);
                    return outcome;
                }
            }
        }
    }
}

impl KeyStore for Pkcs11KeyStore {
    fn current_version(&self) -> Result<KeyVersion, KeyStoreError> {
        self.with_device(Device::newest)
    }

    fn wrap(
        &self,
        version: Option<KeyVersion>,
        context: &WrapContext,
        key: &KeyBytes,
    ) -> Result<Wrapped, KeyStoreError> {
        let iv = entropy::random::<IV_LENGTH>()?;
        self.with_device(|device| {
            let version = version.map_or_else(|| device.newest(), Ok)?;
            let context = context.associated_data(version);
            let body = device.encrypt(version, iv, &context, key)?;
            Ok(Wrapped::assemble(StoreKind::Pkcs11, version, &body))
        })
    }

    fn unwrap(&self, context: &WrapContext, wrapped: &Wrapped) -> Result<KeyBytes, KeyStoreError> {
        let version = wrapped.master_version();
        let body = wrapped.body_for(StoreKind::Pkcs11)?;
        let refused = KeyStoreError::CannotUnwrap { version };
        let Some((iv, ciphertext)) = body.split_first_chunk::<IV_LENGTH>() else {
            return Err(refused);
        };
        let context = context.associated_data(version);
        self.with_device(|device| device.decrypt(version, *iv, &context, ciphertext))
    }

    fn rotate(&self) -> Result<KeyVersion, KeyStoreError> {
        self.with_device(|device| {
            let next = device.newest()?.next().ok_or(KeyStoreError::NoVersionLeft)?;
            device.generate(next)?;
            Ok(next)
        })
    }

    fn recovery_kit(&self, _version: KeyVersion) -> Result<RecoveryKit, KeyStoreError> {
        Err(KeyStoreError::NotExportable)
    }
}

/// The PIN, without the line end that editors put after it.
fn read_pin(settings: &Pkcs11Settings) -> Result<cryptoki::types::AuthPin, KeyStoreError> {
    let bytes = guarded::read(&settings.pin_file, &settings.data_folders)?;
    let pin = std::str::from_utf8(&bytes).map_err(|_| KeyStoreError::PinRefused)?;
    Ok(cryptoki::types::AuthPin::from(pin.trim_end_matches(['\r', '\n'])))
}
