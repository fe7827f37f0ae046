//! The key of a data subject.

use uuid::Uuid;

use super::SealingKey;
use crate::derivation::derive_key;
use crate::entropy::NoRandomness;
use crate::secret::{KeyBytes, silent_debug};
use crate::version::KeyVersion;

/// One key per data subject and organisation. Destroying its wrapped form erases all that was sealed
/// under it, in every copy of the database that lacks the row.
pub struct SubjectKey {
    subject: Uuid,
    key: KeyBytes,
}

silent_debug!(SubjectKey);

impl SubjectKey {
    /// Draws the key of a data subject.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system gives no random bytes.
    pub fn random(subject: Uuid) -> Result<Self, NoRandomness> {
        Ok(Self::of(subject, KeyBytes::random()?))
    }

    pub(crate) fn of(subject: Uuid, key: KeyBytes) -> Self {
        Self { subject, key }
    }

    pub(crate) fn bytes(&self) -> &KeyBytes {
        &self.key
    }

    /// Whose key this is.
    pub fn subject(&self) -> Uuid {
        self.subject
    }

    /// The key for columns: free text of the clinical record, identifiers, audit payloads.
    pub fn fields(&self) -> SealingKey {
        self.derive("fields")
    }

    /// The key for documents and recordings.
    pub fn objects(&self) -> SealingKey {
        self.derive("objects")
    }

    // A subject key is never rotated, only rewrapped or destroyed, so its version stays the first.
    fn derive(&self, label: &str) -> SealingKey {
        let key = derive_key(&[], &self.key, &format!("aloe/1/subject/{label}"));
        SealingKey::of(KeyVersion::FIRST, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_objects_have_different_keys() {
        let key = SubjectKey::random(Uuid::from_u128(1)).unwrap();
        assert!(!key.fields().bytes().same_as(key.objects().bytes()));
        assert!(key.fields().bytes().same_as(key.fields().bytes()));
    }

    #[test]
    fn debug_names_neither_the_subject_nor_the_key() {
        let key = SubjectKey::random(Uuid::from_u128(1)).unwrap();
        assert_eq!(format!("{key:?}"), "SubjectKey");
    }
}
