use aloe_vault::{CannotBeOpened, Place, Sealed, SealingKey, SubjectKey, open, seal};
use proptest::prelude::*;
use uuid::Uuid;

use crate::{ONE, TWO, Vault};

const TEXT: &[u8] = "Pasiënt slaap beter".as_bytes();

fn key() -> SealingKey {
    SubjectKey::random(ONE).unwrap().fields()
}

fn place() -> Place<'static> {
    Place::of(ONE, "encounters", "note", ONE)
}

#[test]
fn what_is_sealed_opens_at_its_place() {
    let key = key();
    let sealed = seal(&key, &place(), TEXT).unwrap();
    let opened = open(&key, &place(), &sealed).unwrap();
    assert_eq!(opened.as_bytes(), TEXT);
    assert_eq!(opened.as_text().unwrap().as_bytes(), TEXT);
    assert_eq!(sealed.as_bytes().len(), 70 + TEXT.len() + 16);
    assert_eq!(format!("{opened:?} {sealed:?}"), "Opened Sealed");
}

#[test]
fn an_empty_value_is_sealed_too() {
    let key = key();
    let sealed = seal(&key, &place(), b"").unwrap();
    assert_eq!(open(&key, &place(), &sealed).unwrap().as_bytes(), b"");
}

#[test]
fn the_same_value_sealed_twice_shares_neither_salt_nor_ciphertext() {
    let key = key();
    let [one, two] = [(); 2].map(|()| seal(&key, &place(), TEXT).unwrap().into_bytes());
    for part in [6..38, 38..70, 70..one.len()] {
        assert_ne!(one[part.clone()], two[part]);
    }
}

#[test]
fn a_ciphertext_moved_to_another_row_column_table_or_organisation_does_not_open() {
    let key = key();
    let sealed = seal(&key, &place(), TEXT).unwrap();
    for elsewhere in [
        Place::of(TWO, "encounters", "note", ONE),
        Place::of(ONE, "documents", "note", ONE),
        Place::of(ONE, "encounters", "summary", ONE),
        Place::of(ONE, "encounters", "note", TWO),
        Place::of(ONE, "encountersn", "ote", ONE),
    ] {
        assert_eq!(open(&key, &elsewhere, &sealed).unwrap_err(), CannotBeOpened);
    }
}

#[test]
fn organisation_and_row_do_not_change_places() {
    let key = key();
    let sealed = seal(&key, &Place::of(ONE, "encounters", "note", TWO), TEXT).unwrap();
    let swapped = Place::of(TWO, "encounters", "note", ONE);
    assert!(open(&key, &swapped, &sealed).is_err());
}

#[test]
fn a_second_key_does_not_open_it() {
    let sealed = seal(&key(), &place(), TEXT).unwrap();
    assert_eq!(open(&key(), &place(), &sealed).unwrap_err(), CannotBeOpened);
}

#[test]
fn every_flipped_bit_of_every_byte_is_refused() {
    let key = key();
    let bytes = seal(&key, &place(), TEXT).unwrap().into_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let opened = Sealed::parse(changed).and_then(|sealed| open(&key, &place(), &sealed));
        assert!(opened.is_err(), "bit {bit}");
    }
}

#[test]
fn every_truncation_and_any_longer_envelope_is_refused() {
    let key = key();
    let bytes = seal(&key, &place(), TEXT).unwrap().into_bytes();
    let opens = |bytes: &[u8]| {
        let sealed = Sealed::parse(bytes.to_vec());
        sealed.and_then(|sealed| open(&key, &place(), &sealed)).is_ok()
    };
    for length in 0..bytes.len() {
        assert!(!opens(&bytes[..length]), "{length} bytes");
    }
    assert!(!opens(&[&bytes[..], &[0]].concat()));
    assert!(opens(&bytes));
}

#[test]
fn parts_of_two_envelopes_under_one_key_do_not_mix() {
    let key = key();
    let one = seal(&key, &place(), TEXT).unwrap().into_bytes();
    let two = seal(&key, &place(), TEXT).unwrap().into_bytes();
    for cut in [6, 38, 70] {
        let mixed = Sealed::parse([&one[..cut], &two[cut..]].concat());
        let opened = mixed.and_then(|sealed| open(&key, &place(), &sealed));
        assert_eq!(opened.is_ok(), cut == 6, "cut at {cut}");
    }
}

#[test]
fn a_value_of_an_old_key_version_opens_with_that_version_only() {
    let vault = Vault::make();
    let (old, _) = vault.organisation(ONE, 1);
    let (new, _) = vault.organisation(ONE, 2);
    let sealed = seal(&old.identifiers(), &place(), TEXT).unwrap();
    assert_eq!(sealed.key_version(), old.version());
    assert!(open(&old.identifiers(), &place(), &sealed).is_ok());
    assert!(open(&new.identifiers(), &place(), &sealed).is_err());
}

#[test]
fn an_envelope_relabelled_with_another_version_is_refused() {
    let vault = Vault::make();
    let (old, _) = vault.organisation(ONE, 1);
    let (new, _) = vault.organisation(ONE, 2);
    let mut bytes = seal(&old.identifiers(), &place(), TEXT).unwrap().into_bytes();
    bytes[5] = 2;
    let relabelled = Sealed::parse(bytes).unwrap();
    for key in [old.identifiers(), new.identifiers()] {
        assert!(open(&key, &place(), &relabelled).is_err());
    }
}

proptest! {
    #[test]
    fn any_bytes_at_any_place_come_back(
        bytes: Vec<u8>, table: String, column: String, organisation: u128, row: u128,
    ) {
        let key = key();
        let place = Place::of(
            Uuid::from_u128(organisation), &table, &column, Uuid::from_u128(row),
        );
        let stored = seal(&key, &place, &bytes).unwrap().into_bytes();
        let sealed = Sealed::parse(stored).unwrap();
        let opened = open(&key, &place, &sealed).unwrap();
        prop_assert_eq!(opened.as_bytes(), bytes);
    }

    #[test]
    fn opening_arbitrary_bytes_never_panics(bytes: Vec<u8>) {
        let opened = Sealed::parse(bytes).and_then(|sealed| open(&key(), &place(), &sealed));
        prop_assert!(opened.is_err());
    }

    #[test]
    fn opening_arbitrary_bytes_behind_a_right_header_never_panics(
        start in proptest::collection::vec(any::<u8>(), 64),
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = [&[1, 1, 0, 0, 0, 1], &start[..], &body].concat();
        let opened = Sealed::parse(bytes).and_then(|sealed| open(&key(), &place(), &sealed));
        prop_assert!(opened.is_err());
    }
}
