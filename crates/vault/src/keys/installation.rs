//! The key of the installation itself, for what belongs to no organisation.

use data_encoding::BASE64URL_NOPAD;

use super::{BearerKey, CsrfKey, MacKey, PinKey, RenewalKey, SealingKey};
use crate::derivation::derive_key;
use crate::entropy::NoRandomness;
use crate::secret::{KeyBytes, SecretText, silent_debug};
use crate::version::KeyVersion;

/// One key per installation, wrapped by the master key: PINs, request-forgery tokens and the
/// passwords of the database logins that Aloe makes.
pub struct InstallationKey {
    version: KeyVersion,
    key: KeyBytes,
}

silent_debug!(InstallationKey);

impl InstallationKey {
    pub(crate) fn random(version: KeyVersion) -> Result<Self, NoRandomness> {
        Ok(Self::of(version, KeyBytes::random()?))
    }

    pub(crate) fn of(version: KeyVersion, key: KeyBytes) -> Self {
        Self { version, key }
    }

    pub(crate) fn bytes(&self) -> &KeyBytes {
        &self.key
    }

    /// The version of this key.
    pub fn version(&self) -> KeyVersion {
        self.version
    }

    /// The key under which one-time PINs are kept.
    pub fn pins(&self) -> PinKey {
        PinKey(MacKey::of(self.derive("pins")))
    }

    /// The key of tokens against cross-site request forgery.
    pub fn csrf(&self) -> CsrfKey {
        CsrfKey(MacKey::of(self.derive("csrf")))
    }

    /// The key by which the session tokens after a renewal follow from the one before.
    pub fn renewals(&self) -> RenewalKey {
        RenewalKey(MacKey::of(self.derive("renewals")))
    }

    /// The key from which those of programs' tokens follow, one for each day.
    pub fn bearers(&self) -> BearerKey {
        BearerKey(MacKey::of(self.derive("bearers")))
    }

    /// The key under which mail to accounts is sealed.
    pub fn mails(&self) -> SealingKey {
        SealingKey::of(self.version, self.derive("mails"))
    }

    /// The key under which a page seals its word to the next.
    pub fn words(&self) -> SealingKey {
        SealingKey::of(self.version, self.derive("words"))
    }

    /// The key under which second factors are sealed.
    pub fn factors(&self) -> SealingKey {
        SealingKey::of(self.version, self.derive("factors"))
    }

    /// The password of the database login `login`: 43 characters of base64url, the same each time.
    pub fn login_password(&self, login: &str) -> SecretText {
        let logins = MacKey::of(self.derive("logins"));
        SecretText::from_string(BASE64URL_NOPAD.encode(&logins.mac(&[login.as_bytes()])))
    }

    fn derive(&self, label: &str) -> KeyBytes {
        derive_key(&[], &self.key, &format!("aloe/1/installation/{label}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installation(byte: u8) -> InstallationKey {
        InstallationKey::of(KeyVersion::FIRST, KeyBytes::from_slice(&[byte; 32]).unwrap())
    }

    #[test]
    fn a_login_has_one_password_and_each_login_its_own() {
        let key = installation(1);
        let password = key.login_password("aloe_members");
        assert_eq!(password.expose().len(), 43);
        assert_eq!(password.expose(), key.login_password("aloe_members").expose());
        assert_ne!(password.expose(), key.login_password("aloe_jobs").expose());
        assert_ne!(
            password.expose(),
            installation(2).login_password("aloe_members").expose()
        );
    }

    #[test]
    fn pins_and_forgery_tokens_have_different_keys() {
        let key = installation(1);
        assert_ne!(key.pins().0.mac(&[b"x"]), key.csrf().0.mac(&[b"x"]));
    }
}
