use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use aloe_vault::{FileKeyStore, KeyBytes, KeyStore, KeyStoreError, RecoveryKit, WrapContext, Wrapped};
use tempfile::TempDir;

use crate::{ONE, version};

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.json");
    (folder, path)
}

fn context() -> WrapContext {
    WrapContext::organisation(ONE, version(1))
}

fn wrap(store: &FileKeyStore) -> (KeyBytes, Wrapped) {
    let key = KeyBytes::random().unwrap();
    let wrapped = store.wrap(None, &context(), &key).unwrap();
    (key, wrapped)
}

fn opens(store: &FileKeyStore, (key, wrapped): &(KeyBytes, Wrapped)) -> bool {
    store
        .unwrap(&context(), wrapped)
        .is_ok_and(|opened| opened.expose() == key.expose())
}

#[test]
fn a_key_file_opens_again_with_all_its_versions() {
    let (_folder, path) = folder();
    let store = FileKeyStore::create(&path, &[]).unwrap();
    let first = wrap(&store);
    assert_eq!(store.rotate().unwrap(), version(2));
    let second = wrap(&store);
    drop(store);
    let again = FileKeyStore::open(&path, &[]).unwrap();
    assert_eq!(again.current_version().unwrap(), version(2));
    assert!(opens(&again, &first) && opens(&again, &second));
    assert_eq!(second.1.master_version(), version(2));
}

#[test]
fn an_older_version_wraps_when_asked_for() {
    let (_folder, path) = folder();
    let store = FileKeyStore::create(&path, &[]).unwrap();
    store.rotate().unwrap();
    let key = KeyBytes::random().unwrap();
    let wrapped = store.wrap(Some(version(1)), &context(), &key).unwrap();
    assert_eq!(wrapped.master_version(), version(1));
}

#[test]
fn a_file_is_made_with_mode_0600_and_a_wider_one_does_not_open() {
    let (_folder, path) = folder();
    drop(FileKeyStore::create(&path, &[]).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let error = FileKeyStore::open(&path, &[]).unwrap_err();
    assert!(matches!(error, KeyStoreError::TooOpen { mode: 0o640, .. }));
    assert!(error.to_string().contains("mode 0640") && error.to_string().contains("chmod 600"));
}

#[test]
fn a_key_file_in_the_data_folder_is_neither_made_nor_opened() {
    let (folder, _) = folder();
    let data = folder.path().join("data");
    fs::create_dir_all(data.join("deep")).unwrap();
    let path = data.join("deep/master.json");
    let folders = [data];
    let refused = |outcome: Result<FileKeyStore, _>| matches!(outcome, Err(KeyStoreError::InDataFolder { .. }));
    assert!(refused(FileKeyStore::create(&path, &folders)));
    assert!(!path.exists());
    drop(FileKeyStore::create(&path, &[]).unwrap());
    assert!(refused(FileKeyStore::open(&path, &folders)));
}

#[test]
fn a_key_file_is_never_overwritten() {
    let (_folder, path) = folder();
    let first = wrap(&FileKeyStore::create(&path, &[]).unwrap());
    let again = FileKeyStore::create(&path, &[]).unwrap_err();
    assert!(matches!(again, KeyStoreError::AlreadyExists { .. }));
    assert!(opens(&FileKeyStore::open(&path, &[]).unwrap(), &first));
}

#[test]
fn another_installations_key_file_is_told_as_such() {
    let (_one, here) = folder();
    let (_two, there) = folder();
    let wrapped = wrap(&FileKeyStore::create(&here, &[]).unwrap());
    let other = FileKeyStore::create(&there, &[]).unwrap();
    let error = other.unwrap(&context(), &wrapped.1).unwrap_err();
    assert!(error.to_string().contains("belongs to another installation"), "{error}");
}

#[test]
fn a_key_file_older_than_the_database_names_the_missing_version() {
    let (_folder, path) = folder();
    let store = FileKeyStore::create(&path, &[]).unwrap();
    let backup = fs::read(&path).unwrap();
    store.rotate().unwrap();
    let wrapped = wrap(&store);
    fs::write(&path, backup).unwrap();
    let error = FileKeyStore::open(&path, &[])
        .unwrap()
        .unwrap(&context(), &wrapped.1)
        .unwrap_err();
    let KeyStoreError::UnknownVersion { asked, newest } = error else {
        panic!("{error}");
    };
    assert_eq!((asked, newest), (version(2), version(1)));
}

#[test]
fn a_node_learns_of_a_rotation_by_another_node() {
    let (_folder, path) = folder();
    let one = FileKeyStore::create(&path, &[]).unwrap();
    let two = FileKeyStore::open(&path, &[]).unwrap();
    one.rotate().unwrap();
    let wrapped = wrap(&one);
    assert!(opens(&two, &wrapped));
    assert_eq!(two.rotate().unwrap(), version(3));
}

#[test]
fn rotations_at_the_same_moment_lose_no_version() {
    let (_folder, path) = folder();
    drop(FileKeyStore::create(&path, &[]).unwrap());
    let path = Arc::new(path);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let path = Arc::clone(&path);
            std::thread::spawn(move || {
                let store = FileKeyStore::open(&path, &[]).unwrap();
                let made = store.rotate().unwrap();
                (wrap(&store), made)
            })
        })
        .collect();
    let made: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let store = FileKeyStore::open(&path, &[]).unwrap();
    assert_eq!(store.current_version().unwrap(), version(5));
    assert!(made.iter().all(|(wrapped, _)| opens(&store, wrapped)));
}

#[test]
fn a_damaged_file_is_refused_and_its_sentence_holds_no_key() {
    let (_folder, path) = folder();
    drop(FileKeyStore::create(&path, &[]).unwrap());
    let json = fs::read_to_string(&path).unwrap();
    let start = json.find("\"key\": \"").unwrap() + 8;
    let key = json[start..start + 43].to_owned();
    let swapped = key.chars().rev().collect::<String>();
    for damaged in [
        json.replace(&key, &key[..42]),
        json.replace(&key, &format!("A{}", &key[1..]))
            .replace("\"format\": 1", "\"format\": 2"),
        json.replace(&key, &swapped),
        json.replace("\"version\": 1", "\"version\": 2"),
        json.replace("\"version\": 1", "\"version\": 0"),
        format!("{json}{key}"),
        json[..json.len() / 2].to_owned(),
        "{\"format\":1,\"keys\":[]}".to_owned(),
    ] {
        fs::write(&path, &damaged).unwrap();
        let error = FileKeyStore::open(&path, &[]).unwrap_err();
        assert!(matches!(error, KeyStoreError::Damaged { .. }), "{damaged}");
        assert!(!error.to_string().contains(&key[..8]));
    }
}

#[test]
fn a_missing_file_says_where_to_restore_it_from() {
    let (_folder, path) = folder();
    let error = FileKeyStore::open(&path, &[]).unwrap_err();
    assert!(matches!(error, KeyStoreError::Missing { .. }));
    assert!(error.to_string().contains("recovery kit"));
}

#[test]
fn recovery_kits_restore_a_lost_key_file() {
    let (_one, lost) = folder();
    let store = FileKeyStore::create(&lost, &[]).unwrap();
    let first = wrap(&store);
    store.rotate().unwrap();
    let second = wrap(&store);
    let papers = [2, 1].map(|number| {
        let kit = store.recovery_kit(version(number)).unwrap();
        assert_eq!(kit.version(), version(number));
        RecoveryKit::restore(kit.to_text().expose()).unwrap()
    });
    let (_two, found) = folder();
    let restored = FileKeyStore::restore(&found, &[], &papers).unwrap();
    assert_eq!(restored.current_version().unwrap(), version(2));
    assert!(opens(&restored, &first) && opens(&restored, &second));
}

#[test]
fn restoring_from_no_kit_makes_no_file() {
    let (_folder, path) = folder();
    let error = FileKeyStore::restore(&path, &[], &[]).unwrap_err();
    assert!(matches!(error, KeyStoreError::NoMasterKey));
    assert!(!path.exists());
}
