//! The key of an organisation and what is derived from it.

use uuid::Uuid;

use super::{MacKey, SealingKey, SubjectKey};
use crate::derivation::derive_key;
use crate::entropy::NoRandomness;
use crate::sealing::{CannotBeOpened, NotSealed, Place, Sealed, open, seal};
use crate::secret::{KeyBytes, silent_debug};
use crate::version::KeyVersion;

/// One key per organisation and version, wrapped by the master key. It encrypts nothing itself: each
/// purpose has its own key, derived by HKDF-SHA-256 with its own label.
pub struct OrganisationKey {
    organisation: Uuid,
    version: KeyVersion,
    key: KeyBytes,
}

silent_debug!(OrganisationKey);

impl OrganisationKey {
    pub(crate) fn random(organisation: Uuid, version: KeyVersion) -> Result<Self, NoRandomness> {
        Ok(Self::of(organisation, version, KeyBytes::random()?))
    }

    pub(crate) fn of(organisation: Uuid, version: KeyVersion, key: KeyBytes) -> Self {
        Self {
            organisation,
            version,
            key,
        }
    }

    pub(crate) fn bytes(&self) -> &KeyBytes {
        &self.key
    }

    /// Whose key this is.
    pub fn organisation(&self) -> Uuid {
        self.organisation
    }

    /// The version of this key.
    pub fn version(&self) -> KeyVersion {
        self.version
    }

    /// The key that seals identifiers which belong to no data subject's own key.
    pub fn identifiers(&self) -> SealingKey {
        SealingKey::of(self.version, self.derive("identifiers"))
    }

    /// The key that seals the organisation's own objects (letterheads, exports).
    pub fn objects(&self) -> SealingKey {
        SealingKey::of(self.version, self.derive("objects"))
    }

    /// The key that blinds sequence numbers and salts in the audit ledger.
    pub fn ledger_blinding(&self) -> MacKey {
        MacKey::of(self.derive("ledger blinding"))
    }

    /// The blind index of a value: HMAC-SHA-256 under a key of this organisation, over the field's
    /// label and the *normalised* bytes. Equal values give equal indexes within one organisation,
    /// field and key version, and nowhere else.
    pub fn blind_index(&self, field: &str, normalised: &[u8]) -> [u8; 32] {
        MacKey::of(self.derive("blind index")).mac(&[field.as_bytes(), normalised])
    }

    /// What an index made under the version before this one becomes under this one. Nothing has to be opened for it, and
    /// whoever knows the earlier key alone learns nothing from the result.
    pub fn rotated_index(&self, field: &str, earlier: &[u8]) -> [u8; 32] {
        MacKey::of(self.derive("rotated index")).mac(&[field.as_bytes(), earlier])
    }

    /// Wraps a subject key, with the construction that seals values.
    ///
    /// # Errors
    /// [`NotSealed`] without random bytes.
    pub fn wrap_subject(&self, subject: &SubjectKey) -> Result<Sealed, NotSealed> {
        let place = self.place_of(subject.subject());
        seal(&self.subject_wrapping(), &place, subject.bytes().expose())
    }

    /// Unwraps the key of `subject`.
    ///
    /// # Errors
    /// [`CannotBeOpened`] when it was wrapped by another organisation or key version, for another
    /// subject, or is damaged.
    pub fn unwrap_subject(&self, subject: Uuid, wrapped: &Sealed) -> Result<SubjectKey, CannotBeOpened> {
        let opened = open(&self.subject_wrapping(), &self.place_of(subject), wrapped)?;
        let key = KeyBytes::from_slice(opened.as_bytes()).ok_or(CannotBeOpened)?;
        Ok(SubjectKey::of(subject, key))
    }

    fn subject_wrapping(&self) -> SealingKey {
        SealingKey::of(self.version, self.derive("subject keys"))
    }

    fn place_of(&self, subject: Uuid) -> Place<'static> {
        Place::of(self.organisation, "subject_keys", "wrapped_key", subject)
    }

    fn derive(&self, label: &str) -> KeyBytes {
        derive_key(&[], &self.key, &format!("aloe/1/organisation/{label}"))
    }
}
