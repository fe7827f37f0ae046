//! Against SoftHSM 2 where it is installed: a real PKCS#11 module with tokens in a temporary folder.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use aloe_vault::{KeyBytes, KeyStore, KeyStoreError, MasterKeys, Pkcs11KeyStore, Pkcs11Settings, WrapContext, Wrapped};
use tempfile::TempDir;

use crate::{ONE, TWO, Vault, version};

const PLACES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
];
const ALONE: &str = "ALOE_TEST_TOKEN_FOLDER";

/// Runs `test` in a process of its own, whose `SOFTHSM2_CONF` points at a fresh token: the module
/// reads its configuration once per process, and this process must not change its environment.
fn with_token(name: &str, test: impl FnOnce(Token)) {
    let Some(module) = PLACES.iter().map(Path::new).find(|place| place.exists()) else {
        eprintln!("skipped: SoftHSM 2 is not installed (apt-get install softhsm2)");
        return;
    };
    if let Some(folder) = std::env::var_os(ALONE) {
        return test(Token {
            module: module.to_owned(),
            folder: folder.into(),
        });
    }
    let folder = make_token();
    let outcome = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("pkcs11::{name}"), "--nocapture"])
        .env(ALONE, folder.path())
        .env("SOFTHSM2_CONF", folder.path().join("softhsm2.conf"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&outcome.stdout);
    assert!(outcome.status.success() && said.contains("1 passed"), "{said}");
}

fn make_token() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let conf = folder.path().join("softhsm2.conf");
    let tokens = folder.path().join("tokens");
    fs::create_dir(&tokens).unwrap();
    fs::write(&conf, format!("directories.tokendir = {}\n", tokens.display())).unwrap();
    let made = Command::new("softhsm2-util")
        .args([
            "--init-token",
            "--free",
            "--label",
            "aloe",
            "--so-pin",
            "87654321",
            "--pin",
            "1234",
        ])
        .env("SOFTHSM2_CONF", &conf)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    folder
}

struct Token {
    module: PathBuf,
    folder: PathBuf,
}

impl Token {
    fn settings(&self, label: &str, pin: &str) -> Pkcs11Settings {
        let pin_file = self.folder.join(format!("pin-{pin}"));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        std::io::Write::write_all(&mut options.open(&pin_file).unwrap(), format!("{pin}\n").as_bytes()).unwrap();
        Pkcs11Settings {
            module: self.module.clone(),
            token_label: label.to_owned(),
            pin_file,
            data_folders: Vec::new(),
        }
    }

    fn right(&self) -> Pkcs11Settings {
        self.settings("aloe", "1234")
    }
}

fn context() -> WrapContext {
    WrapContext::organisation(ONE, version(1))
}

#[test]
fn a_token_wraps_unwraps_and_rotates() {
    with_token("a_token_wraps_unwraps_and_rotates", |token| {
        let store = Pkcs11KeyStore::create(token.right()).unwrap();
        let key = KeyBytes::random().unwrap();
        let first = store.wrap(None, &context(), &key).unwrap();
        assert_eq!(store.rotate().unwrap(), version(2));
        let second = store.wrap(None, &context(), &key).unwrap();
        assert_eq!(second.master_version(), version(2));
        assert_eq!(first.as_bytes().len(), 6 + 12 + 32 + 16);
        let again = Pkcs11KeyStore::open(token.right()).unwrap();
        for wrapped in [first, second] {
            assert_eq!(again.unwrap(&context(), &wrapped).unwrap().expose(), key.expose());
        }
    });
}

#[test]
fn a_token_refuses_another_context_and_damage() {
    with_token("a_token_refuses_another_context_and_damage", |token| {
        let store = Pkcs11KeyStore::create(token.right()).unwrap();
        let wrapped = store.wrap(None, &context(), &KeyBytes::random().unwrap()).unwrap();
        let other = WrapContext::organisation(TWO, version(1));
        let refused = |outcome| matches!(outcome, Err(KeyStoreError::CannotUnwrap { .. }));
        assert!(refused(store.unwrap(&other, &wrapped)));
        for at in 6..wrapped.as_bytes().len() {
            let mut bytes = wrapped.as_bytes().to_vec();
            bytes[at] ^= 1;
            assert!(
                refused(store.unwrap(&context(), &Wrapped::parse(bytes).unwrap())),
                "byte {at}"
            );
        }
        assert!(store.unwrap(&context(), &wrapped).is_ok());
    });
}

#[test]
fn cut_wrapped_keys_are_refused_by_a_token() {
    with_token("cut_wrapped_keys_are_refused_by_a_token", |token| {
        let store = Pkcs11KeyStore::create(token.right()).unwrap();
        let wrapped = store.wrap(None, &context(), &KeyBytes::random().unwrap()).unwrap();
        for length in 6..wrapped.as_bytes().len() {
            let cut = Wrapped::parse(wrapped.as_bytes()[..length].to_vec()).unwrap();
            assert!(store.unwrap(&context(), &cut).is_err(), "{length} bytes");
        }
        assert!(store.unwrap(&context(), &wrapped).is_ok());
    });
}

#[test]
fn a_token_never_gives_its_keys_out() {
    with_token("a_token_never_gives_its_keys_out", |token| {
        let store = Pkcs11KeyStore::create(token.right()).unwrap();
        let error = store.recovery_kit(version(1)).unwrap_err();
        assert!(matches!(error, KeyStoreError::NotExportable));
        assert!(error.to_string().contains("never gives its keys out"));
    });
}

#[test]
fn a_wrong_pin_token_or_module_says_which() {
    with_token("a_wrong_pin_token_or_module_says_which", |token| {
        let open = |settings| Pkcs11KeyStore::open(settings).unwrap_err();
        let pin = open(token.settings("aloe", "9999"));
        assert!(matches!(pin, KeyStoreError::PinRefused), "{pin}");
        let label = open(token.settings("another", "1234"));
        assert!(matches!(label, KeyStoreError::NoSuchToken { .. }), "{label}");
        let empty = open(token.right());
        assert!(matches!(empty, KeyStoreError::NoMasterKey), "{empty}");
        let module = open(Pkcs11Settings {
            module: "/nowhere.so".into(),
            ..token.right()
        });
        assert!(matches!(module, KeyStoreError::Unavailable { .. }), "{module}");
    });
}

#[test]
fn a_first_key_is_made_once_and_an_unknown_version_is_named() {
    with_token("a_first_key_is_made_once_and_an_unknown_version_is_named", |token| {
        let store = Pkcs11KeyStore::create(token.right()).unwrap();
        let twice = Pkcs11KeyStore::create(token.right()).unwrap_err();
        assert!(matches!(twice, KeyStoreError::TokenInUse { .. }), "{twice}");
        let missing = store.wrap(Some(version(7)), &context(), &KeyBytes::random().unwrap());
        let Err(KeyStoreError::UnknownVersion { asked, newest }) = missing else {
            panic!("version 7 was never made");
        };
        assert_eq!((asked, newest), (version(7), version(1)));
    });
}

#[test]
fn a_key_that_could_leave_the_token_is_not_used() {
    with_token("a_key_that_could_leave_the_token_is_not_used", |token| {
        use cryptoki::object::{Attribute, KeyType, ObjectClass};
        let store = Pkcs11KeyStore::create(token.right()).unwrap();
        let module = cryptoki::context::Pkcs11::new(&token.module).unwrap();
        let slot = module.get_slots_with_initialized_token().unwrap()[0];
        let session = module.open_rw_session(slot).unwrap();
        session
            .create_object(&[
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::AES),
                Attribute::Token(true),
                Attribute::Sensitive(false),
                Attribute::Extractable(true),
                Attribute::Label(b"aloe-master-2".to_vec()),
                Attribute::Value(vec![1; 32]),
            ])
            .unwrap();
        let error = store.wrap(None, &context(), &KeyBytes::random().unwrap()).unwrap_err();
        assert!(matches!(error, KeyStoreError::ExtractableKey { .. }), "{error}");
    });
}

#[test]
fn the_keys_in_a_token_cannot_be_read() {
    with_token("the_keys_in_a_token_cannot_be_read", |token| {
        use cryptoki::object::{Attribute, AttributeType};
        let _store = Pkcs11KeyStore::create(token.right()).unwrap();
        let module = cryptoki::context::Pkcs11::new(&token.module).unwrap();
        let slot = module.get_slots_with_initialized_token().unwrap()[0];
        let session = module.open_ro_session(slot).unwrap();
        let label = Attribute::Label(b"aloe-master-1".to_vec());
        let found = session.find_objects(&[label]).unwrap();
        assert_eq!(found.len(), 1);
        let value = session.get_attributes(found[0], &[AttributeType::Value]);
        assert!(value.is_err() || value.unwrap().is_empty());
    });
}

#[test]
fn organisation_keys_live_under_a_token_and_not_under_a_file() {
    with_token("organisation_keys_live_under_a_token_and_not_under_a_file", |token| {
        let masters = MasterKeys::within(Pkcs11KeyStore::create(token.right()).unwrap());
        let (key, wrapped) = masters.make_organisation_key(ONE, version(1)).unwrap();
        let opened = masters.open_organisation_key(ONE, version(1), &wrapped).unwrap();
        assert_eq!(opened.blind_index("x", b"y"), key.blind_index("x", b"y"));
        let file = Vault::make();
        let error = file
            .masters
            .open_organisation_key(ONE, version(1), &wrapped)
            .unwrap_err();
        assert!(matches!(error, KeyStoreError::AnotherStore { .. }), "{error}");
    });
}

#[test]
fn a_token_serves_many_threads() {
    with_token("a_token_serves_many_threads", |token| {
        let store = Pkcs11KeyStore::create(token.right()).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let key = KeyBytes::random().unwrap();
                        let wrapped = store.wrap(None, &context(), &key).unwrap();
                        let opened = store.unwrap(&context(), &wrapped).unwrap();
                        assert_eq!(opened.expose(), key.expose());
                    }
                });
            }
        });
    });
}
