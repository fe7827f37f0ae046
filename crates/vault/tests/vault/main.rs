//! What the vault promises, tried from outside with real files, a real token and real threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod file_store;
mod installation;
mod keyring;
mod objects;
mod organisation;
mod password;
#[cfg(feature = "pkcs11")]
mod pkcs11;
mod sealing;
mod sentences;

use aloe_vault::{FileKeyStore, KeyVersion, MasterKeys, OrganisationKey, Wrapped};
use tempfile::TempDir;
use uuid::Uuid;

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);

fn version(number: u32) -> KeyVersion {
    KeyVersion::from_number(number).unwrap()
}

/// A key file in a folder of its own, which goes when the test ends.
struct Vault {
    _folder: TempDir,
    masters: MasterKeys,
}

impl Vault {
    fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = FileKeyStore::create(&folder.path().join("master.json"), &[]).unwrap();
        let masters = MasterKeys::within(store);
        Self {
            _folder: folder,
            masters,
        }
    }

    fn organisation(&self, organisation: Uuid, number: u32) -> (OrganisationKey, Wrapped) {
        self.masters
            .make_organisation_key(organisation, version(number))
            .unwrap()
    }
}
