use std::io::{self, Read, Write};

use aloe_vault::{ObjectError, Place, Sealed, SealingKey, SubjectKey, open, open_object, seal_object, sealed_length};
use proptest::prelude::*;

use crate::{ONE, TWO};

const CHUNK: usize = 65_536;
const SEALED_CHUNK: usize = CHUNK + 16;
const HEADER: usize = 70;

fn key() -> SealingKey {
    SubjectKey::random(ONE).unwrap().objects()
}

fn place() -> Place<'static> {
    Place::of(ONE, "recordings", "object", ONE)
}

/// Bytes of which no two chunks are alike.
fn plain(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8 ^ (at / CHUNK) as u8).collect()
}

fn sealed(key: &SealingKey, plain: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::new();
    let read = seal_object(key, &place(), plain, &mut sealed).unwrap();
    assert_eq!(read, plain.len() as u64);
    assert_eq!(sealed_length(read), Some(sealed.len() as u64));
    sealed
}

fn opened(key: &SealingKey, sealed: &[u8]) -> Result<Vec<u8>, ObjectError> {
    let mut plain = Vec::new();
    let written = open_object(key, &place(), sealed, &mut plain)?;
    assert_eq!(written, plain.len() as u64);
    Ok(plain)
}

fn refused(key: &SealingKey, sealed: &[u8]) -> bool {
    matches!(opened(key, sealed), Err(ObjectError::CannotBeOpened(_)))
}

fn chunk(sealed: &[u8], number: usize) -> &[u8] {
    let start = HEADER + number * SEALED_CHUNK;
    &sealed[start..(start + SEALED_CHUNK).min(sealed.len())]
}

#[test]
fn objects_around_the_length_of_a_chunk_come_back() {
    let key = key();
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7] {
        let plain = plain(length);
        assert!(opened(&key, &sealed(&key, &plain)).unwrap() == plain, "{length} bytes");
    }
}

#[test]
fn an_object_cut_short_anywhere_is_refused() {
    let key = key();
    let whole = sealed(&key, &plain(2 * CHUNK + 5));
    for length in [
        0,
        HEADER - 1,
        HEADER,
        HEADER + 16,
        HEADER + SEALED_CHUNK,
        HEADER + 2 * SEALED_CHUNK,
        whole.len() - 1,
    ] {
        assert!(refused(&key, &whole[..length]), "{length} bytes");
    }
}

#[test]
fn an_object_cut_at_a_chunk_boundary_after_a_full_last_chunk_is_refused() {
    let key = key();
    let whole = sealed(&key, &plain(2 * CHUNK));
    assert!(opened(&key, &whole).is_ok());
    assert!(refused(&key, &whole[..HEADER + SEALED_CHUNK]));
}

#[test]
fn reordered_repeated_and_missing_chunks_are_refused() {
    let key = key();
    let whole = sealed(&key, &plain(3 * CHUNK + 5));
    for order in [[1, 0, 2, 3], [0, 0, 2, 3], [0, 1, 1, 3], [0, 2, 1, 3]] {
        let mut changed = whole[..HEADER].to_vec();
        order
            .iter()
            .for_each(|at| changed.extend_from_slice(chunk(&whole, *at)));
        assert!(refused(&key, &changed), "{order:?}");
    }
    let without = [&whole[..HEADER + SEALED_CHUNK], chunk(&whole, 2), chunk(&whole, 3)].concat();
    assert!(refused(&key, &without));
}

#[test]
fn a_chunk_of_another_object_under_the_same_key_is_refused() {
    let key = key();
    let bytes = plain(2 * CHUNK);
    let (one, two) = (sealed(&key, &bytes), sealed(&key, &bytes));
    let mixed = [&one[..HEADER + SEALED_CHUNK], chunk(&two, 1)].concat();
    assert!(refused(&key, &mixed));
}

#[test]
fn bytes_after_the_end_are_refused() {
    let key = key();
    let whole = sealed(&key, &plain(CHUNK));
    assert!(refused(&key, &[&whole[..], &[0]].concat()));
    assert!(refused(&key, &[&whole[..], chunk(&whole, 0)].concat()));
}

#[test]
fn every_flipped_bit_of_a_small_object_is_refused() {
    let key = key();
    let whole = sealed(&key, b"small");
    for bit in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(refused(&key, &changed), "bit {bit}");
    }
}

#[test]
fn another_key_or_place_does_not_open_it() {
    let right = key();
    let whole = sealed(&right, b"recording");
    assert!(refused(&key(), &whole));
    let elsewhere = Place::of(ONE, "recordings", "object", TWO);
    let outcome = open_object(&right, &elsewhere, &whole[..], io::sink());
    assert!(matches!(outcome, Err(ObjectError::CannotBeOpened(_))));
}

#[test]
fn an_object_is_never_a_value_nor_a_value_an_object() {
    let key = key();
    let object = sealed(&key, b"recording");
    let as_value = Sealed::parse(object).unwrap();
    assert!(open(&key, &place(), &as_value).is_err());
    let value = aloe_vault::seal(&key, &place(), b"recording").unwrap();
    assert!(refused(&key, value.as_bytes()));
}

/// A target that is full from the start, and a source that breaks off.
struct Broken;

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    }
}

#[test]
fn a_failing_source_or_target_is_told_from_a_damaged_object() {
    let key = key();
    let full = seal_object(&key, &place(), &b"x"[..], Broken).unwrap_err();
    assert!(matches!(full, ObjectError::NotWritten(_)));
    let gone = seal_object(&key, &place(), Broken, io::sink()).unwrap_err();
    assert!(matches!(gone, ObjectError::NotRead(_)));
    let whole = sealed(&key, &plain(10));
    let later = open_object(&key, &place(), (&whole[..HEADER]).chain(Broken), io::sink());
    assert!(matches!(later, Err(ObjectError::NotRead(_))));
}

#[test]
fn a_length_that_does_not_fit_is_none() {
    assert_eq!(sealed_length(0), Some(86));
    assert_eq!(sealed_length(u64::MAX), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn opening_arbitrary_bytes_never_panics(bytes: Vec<u8>, right_header: bool) {
        let key = key();
        let mut sealed = if right_header { sealed(&key, b"x")[..HEADER].to_vec() } else { vec![] };
        sealed.extend(bytes);
        prop_assert!(refused(&key, &sealed));
    }
}
