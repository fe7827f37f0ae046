//! The master keys of a token, found by their labels.

use cryptoki::error::Error;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::types::Ulong;

use super::KeyStoreError;
use super::device::unavailable;
use crate::version::KeyVersion;

const PREFIX: &str = "aloe-master-";
const KEY_LENGTH: u64 = 32;

fn label(version: KeyVersion) -> String {
    format!("{PREFIX}{version}")
}

fn version_in(label: &[u8]) -> Option<KeyVersion> {
    let number = std::str::from_utf8(label).ok()?.strip_prefix(PREFIX)?;
    let version = KeyVersion::from_number(number.parse().ok()?)?;
    // "aloe-master-007" or "aloe-master-+7" is somebody else's.
    (version.to_string() == number).then_some(version)
}

fn template() -> Vec<Attribute> {
    vec![
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::Token(true),
    ]
}

fn labelled(session: &Session, version: KeyVersion) -> Result<Vec<ObjectHandle>, Error> {
    let mut wanted = template();
    wanted.push(Attribute::Label(label(version).into_bytes()));
    session.find_objects(&wanted)
}

/// The newest version in the token.
pub(super) fn newest(session: &Session) -> Result<KeyVersion, KeyStoreError> {
    let mut newest = None;
    for handle in session.find_objects(&template()).map_err(unavailable)? {
        let attributes = session
            .get_attributes(handle, &[AttributeType::Label])
            .map_err(unavailable)?;
        for attribute in attributes {
            if let Attribute::Label(label) = attribute {
                newest = newest.max(version_in(&label));
            }
        }
    }
    newest.ok_or(KeyStoreError::NoMasterKey)
}

/// The key of one version, if it cannot leave the token.
pub(super) fn find(session: &Session, asked: KeyVersion) -> Result<ObjectHandle, KeyStoreError> {
    let found = labelled(session, asked).map_err(unavailable)?;
    let handle = match found.as_slice() {
        [handle] => *handle,
        [] => {
            let newest = newest(session)?;
            return Err(KeyStoreError::UnknownVersion { asked, newest });
        }
        _ => {
            let label = label(asked);
            return Err(KeyStoreError::AmbiguousKey { label });
        }
    };
    match stays_inside(session, handle).map_err(unavailable)? {
        true => Ok(handle),
        false => Err(KeyStoreError::ExtractableKey { label: label(asked) }),
    }
}

fn stays_inside(session: &Session, handle: ObjectHandle) -> Result<bool, Error> {
    let asked = [AttributeType::Sensitive, AttributeType::Extractable];
    let attributes = session.get_attributes(handle, &asked)?;
    Ok(attributes.contains(&Attribute::Sensitive(true)) && attributes.contains(&Attribute::Extractable(false)))
}

/// Makes the key of one version.
pub(super) fn generate(session: &Session, version: KeyVersion) -> Result<(), KeyStoreError> {
    let mut wanted = template();
    wanted.extend([
        Attribute::Label(label(version).into_bytes()),
        Attribute::ValueLen(Ulong::from(KEY_LENGTH)),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
    ]);
    let made = session
        .generate_key(&Mechanism::AesKeyGen, &wanted)
        .map_err(unavailable)?;
    // Labels are not unique in PKCS#11: if another node rotated at the same moment, ours yields.
    if labelled(session, version).map_err(unavailable)?.len() > 1 {
        session.destroy_object(made).map_err(unavailable)?;
        let label = label(version);
        return Err(KeyStoreError::AmbiguousKey { label });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_gives_its_version_back() {
        let version = KeyVersion::from_number(12).unwrap();
        assert_eq!(label(version), "aloe-master-12");
        assert_eq!(version_in(b"aloe-master-12"), Some(version));
    }

    #[test]
    fn labels_that_aloe_never_writes_are_no_master_key() {
        for label in [
            "aloe-master-",
            "aloe-master-0",
            "aloe-master-007",
            "aloe-master-+1",
            "x-1",
        ] {
            assert_eq!(version_in(label.as_bytes()), None, "{label}");
        }
        assert_eq!(version_in(&[0xff]), None);
    }
}
