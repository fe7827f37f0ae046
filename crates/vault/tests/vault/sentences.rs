use std::path::PathBuf;

use aloe_vault::{
    CannotBeOpened, KeyStoreError, NoRandomness, NotAdmitted, NotSealed, PasswordError, RecoveryError, RefusedPassword,
    TokenError,
};

use crate::version;

fn key_store_errors() -> Vec<KeyStoreError> {
    let path = PathBuf::from("/etc/aloe/master.json");
    let label = String::from("aloe-master-2");
    let (asked, newest) = (version(3), version(2));
    vec![
        KeyStoreError::Missing { path: path.clone() },
        KeyStoreError::AlreadyExists { path: path.clone() },
        KeyStoreError::TooOpen {
            path: path.clone(),
            mode: 0o644,
        },
        KeyStoreError::InDataFolder {
            path: path.clone(),
            folder: "/srv".into(),
        },
        KeyStoreError::Damaged {
            path,
            reason: "it holds no key",
        },
        KeyStoreError::UnknownVersion { asked, newest },
        KeyStoreError::CannotUnwrap { version: newest },
        KeyStoreError::NotWrapped,
        KeyStoreError::NotExportable,
        KeyStoreError::NoVersionLeft,
        KeyStoreError::Unavailable {
            reason: "token not present".into(),
        },
        KeyStoreError::NoSuchToken { label: "aloe".into() },
        KeyStoreError::PinRefused,
        KeyStoreError::NoMasterKey,
        KeyStoreError::TokenInUse { newest },
        KeyStoreError::AmbiguousKey { label: label.clone() },
        KeyStoreError::ExtractableKey { label },
    ]
}

/// Says what happened and then what to do: two sentences or two clauses at least.
fn is_a_sentence(text: &str) -> bool {
    let starts = text
        .chars()
        .next()
        .is_some_and(|first| first.is_uppercase() || first == '/');
    let stops = text.matches(['.', ';', ':']).count();
    starts && text.ends_with('.') && stops >= 2
}

#[test]
fn every_error_of_a_key_store_says_what_happened_and_what_to_do() {
    for error in key_store_errors() {
        assert!(is_a_sentence(&error.to_string()), "{error}");
    }
}

#[test]
fn every_other_error_says_so_too() {
    let sentences = [
        CannotBeOpened.to_string(),
        NoRandomness.to_string(),
        NotSealed::TooLong.to_string(),
        NotAdmitted::FileInProduction.to_string(),
        PasswordError::Unreadable.to_string(),
        PasswordError::OutOfMemory.to_string(),
        RecoveryError::Mistyped(2).to_string(),
        RecoveryError::AnotherKey.to_string(),
        RefusedPassword::TooShort.to_string(),
        TokenError::NotAPin.to_string(),
    ];
    for sentence in sentences {
        assert!(is_a_sentence(&sentence), "{sentence}");
    }
}
