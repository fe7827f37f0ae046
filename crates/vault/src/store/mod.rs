//! Where the master keys lie.

mod admission;
mod error;
mod file;
mod guarded;
#[cfg(feature = "pkcs11")]
mod pkcs11;
mod wrapped;

use crate::recovery::RecoveryKit;
use crate::secret::KeyBytes;
use crate::version::KeyVersion;

pub use admission::{Admitted, KeyStoreChoice, NamedOverride, NotAdmitted, OverrideError};
pub use error::KeyStoreError;
pub use file::FileKeyStore;
#[cfg(feature = "pkcs11")]
pub use pkcs11::{Pkcs11KeyStore, Pkcs11Settings};
pub use wrapped::{Purpose, WrapContext, Wrapped};

/// A store of versioned master keys. It wraps and unwraps other keys; a store that can keeps the
/// master keys to itself.
pub trait KeyStore: Send + Sync {
    /// The newest version, which wraps when no other is asked for.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the store cannot be read.
    fn current_version(&self) -> Result<KeyVersion, KeyStoreError>;

    /// Wraps `key` under `version` (the current one when `None`), bound to `context`.
    ///
    /// # Errors
    /// [`KeyStoreError`] when that version is not in the store or the store cannot wrap.
    fn wrap(
        &self,
        version: Option<KeyVersion>,
        context: &WrapContext,
        key: &KeyBytes,
    ) -> Result<Wrapped, KeyStoreError>;

    /// Unwraps what was wrapped for `context`.
    ///
    /// # Errors
    /// [`KeyStoreError::CannotUnwrap`] for another context or key, or damage;
    /// [`KeyStoreError::UnknownVersion`] and [`KeyStoreError::AnotherStore`] when the key is not here.
    fn unwrap(&self, context: &WrapContext, wrapped: &Wrapped) -> Result<KeyBytes, KeyStoreError>;

    /// Makes a new version and keeps the older ones.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the store cannot be written; the older versions are unharmed then.
    fn rotate(&self) -> Result<KeyVersion, KeyStoreError>;

    /// The recovery kit of one version, to be printed.
    ///
    /// # Errors
    /// [`KeyStoreError::NotExportable`] from a store that keeps its keys to itself.
    fn recovery_kit(&self, version: KeyVersion) -> Result<RecoveryKit, KeyStoreError>;
}
