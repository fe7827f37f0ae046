//! The master keys: what a key store is used for.

use std::sync::Arc;

use uuid::Uuid;

use super::{InstallationKey, OrganisationKey};
use crate::recovery::RecoveryKit;
use crate::store::{KeyStore, KeyStoreError, WrapContext, Wrapped};
use crate::version::KeyVersion;

/// The master keys of this installation, in whichever key store they lie. They wrap other keys and
/// do nothing else.
#[derive(Clone)]
pub struct MasterKeys(Arc<dyn KeyStore>);

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MasterKeys")
    }
}

impl MasterKeys {
    /// Uses the master keys in `store`.
    pub fn within(store: impl KeyStore + 'static) -> Self {
        Self(Arc::new(store))
    }

    /// The version that wraps from now on.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the store cannot be read.
    pub fn current_version(&self) -> Result<KeyVersion, KeyStoreError> {
        self.0.current_version()
    }

    /// Makes a new version, which wraps from now on. Keys wrapped by older versions still unwrap;
    /// give each of them to [`rewrap`](Self::rewrap).
    ///
    /// # Errors
    /// [`KeyStoreError`] when the store cannot be written.
    pub fn rotate(&self) -> Result<KeyVersion, KeyStoreError> {
        self.0.rotate()
    }

    /// The recovery kit of one version.
    ///
    /// # Errors
    /// [`KeyStoreError::NotExportable`] from a store that keeps its keys to itself.
    pub fn recovery_kit(&self, version: KeyVersion) -> Result<RecoveryKit, KeyStoreError> {
        self.0.recovery_kit(version)
    }

    /// Makes the key of an organisation, with its wrapped form for the database.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the store cannot wrap.
    pub fn make_organisation_key(
        &self,
        organisation: Uuid,
        version: KeyVersion,
    ) -> Result<(OrganisationKey, Wrapped), KeyStoreError> {
        let key = OrganisationKey::random(organisation, version)?;
        let context = WrapContext::organisation(organisation, version);
        let wrapped = self.0.wrap(None, &context, key.bytes())?;
        Ok((key, wrapped))
    }

    /// Unwraps the key of an organisation.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the wrapped form is another organisation's, another version's, or
    /// damaged, or when the store lacks the master key that wrapped it.
    pub fn open_organisation_key(
        &self,
        organisation: Uuid,
        version: KeyVersion,
        wrapped: &Wrapped,
    ) -> Result<OrganisationKey, KeyStoreError> {
        let context = WrapContext::organisation(organisation, version);
        let key = self.0.unwrap(&context, wrapped)?;
        Ok(OrganisationKey::of(organisation, version, key))
    }

    /// Makes the key of the installation, with its wrapped form for the database.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the store cannot wrap.
    pub fn make_installation_key(
        &self,
        installation: Uuid,
        version: KeyVersion,
    ) -> Result<(InstallationKey, Wrapped), KeyStoreError> {
        let key = InstallationKey::random(version)?;
        let context = WrapContext::installation(installation, version);
        let wrapped = self.0.wrap(None, &context, key.bytes())?;
        Ok((key, wrapped))
    }

    /// Unwraps the key of the installation.
    ///
    /// # Errors
    /// As [`open_organisation_key`](Self::open_organisation_key).
    pub fn open_installation_key(
        &self,
        installation: Uuid,
        version: KeyVersion,
        wrapped: &Wrapped,
    ) -> Result<InstallationKey, KeyStoreError> {
        let context = WrapContext::installation(installation, version);
        let key = self.0.unwrap(&context, wrapped)?;
        Ok(InstallationKey::of(version, key))
    }

    /// Wraps a wrapped key again under the current master key; `None` when it already is.
    ///
    /// # Errors
    /// [`KeyStoreError`] when it does not unwrap, or the store cannot wrap.
    pub fn rewrap(&self, context: &WrapContext, wrapped: &Wrapped) -> Result<Option<Wrapped>, KeyStoreError> {
        let current = self.0.current_version()?;
        if wrapped.master_version() == current {
            return Ok(None);
        }
        let key = self.0.unwrap(context, wrapped)?;
        self.0.wrap(Some(current), context, &key).map(Some)
    }
}
