//! The STREAM construction over chunks of an object.

use std::io::{self, Read, Write};

use aead_stream::{DecryptorBE32, EncryptorBE32, Nonce, StreamBE32};
use aes_gcm::Aes256Gcm;
use zeroize::Zeroizing;

use super::chunks::Chunks;
use crate::entropy::{self, NoRandomness};
use crate::keys::SealingKey;
use crate::sealing::{CannotBeOpened, HEADER_LENGTH, Header, Labels, Place, ValueKeys, value_keys};

const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// An object was not sealed or opened to its end. Throw away what was written so far.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The source failed.
    #[error("The file could not be read to its end: {0}. Try again.")]
    NotRead(#[source] io::Error),
    /// The target failed.
    #[error("The file could not be written: {0}. Check the free space of the object store and try again.")]
    NotWritten(#[source] io::Error),
    /// It is not this object, or not all of it.
    #[error(transparent)]
    CannotBeOpened(#[from] CannotBeOpened),
    /// More than 2³² chunks (256 TiB).
    #[error("The file is too long to be sealed.")]
    TooLong,
    /// No random salt could be drawn.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// How many bytes an object of `plain` bytes has when sealed; `None` when that is no u64.
pub fn sealed_length(plain: u64) -> Option<u64> {
    let chunks = plain.div_ceil(CHUNK as u64).max(1);
    let tags = chunks.checked_mul(TAG as u64)?;
    plain.checked_add(tags)?.checked_add(HEADER_LENGTH as u64)
}

/// The nonce before counter and last-chunk flag: fixed, since every object has a key of its own.
fn nonce() -> Nonce<Aes256Gcm, StreamBE32<Aes256Gcm>> {
    Nonce::<Aes256Gcm, StreamBE32<Aes256Gcm>>::default()
}

/// Seals all that `source` gives into `target`, under `key` for `place`: the header of a value, then
/// chunks of 64 KiB, each with its tag (STREAM with a 32-bit counter and a last-chunk flag in the
/// nonce). Gives the number of bytes read.
///
/// # Errors
/// [`ObjectError`] when source or target fail; the target then holds a part that does not open.
pub fn seal_object(
    key: &SealingKey,
    place: &Place<'_>,
    source: impl Read,
    mut target: impl Write,
) -> Result<u64, ObjectError> {
    let salt = entropy::random()?;
    let ValueKeys { cipher, commitment } = value_keys(key.bytes(), &salt, Labels::OBJECT);
    let version = key.version();
    let mut start = Vec::with_capacity(HEADER_LENGTH);
    Header {
        version,
        salt,
        commitment,
    }
    .write_to(&mut start);
    target.write_all(&start).map_err(ObjectError::NotWritten)?;
    let stream = EncryptorBE32::from_aead(cipher, &nonce());
    seal_chunks(stream, &place.associated_data(version), source, target)
}

fn seal_chunks(
    mut stream: EncryptorBE32<Aes256Gcm>,
    place: &[u8],
    source: impl Read,
    mut target: impl Write,
) -> Result<u64, ObjectError> {
    let mut chunks = Chunks::of(source, CHUNK, TAG).map_err(ObjectError::NotRead)?;
    let mut chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
    let mut total = 0;
    loop {
        let last = chunks.next(&mut chunk).map_err(ObjectError::NotRead)?;
        total += chunk.len() as u64;
        if last {
            stream
                .encrypt_last_in_place(place, &mut *chunk)
                .map_err(|_| ObjectError::TooLong)?;
            target.write_all(&chunk).map_err(ObjectError::NotWritten)?;
            target.flush().map_err(ObjectError::NotWritten)?;
            return Ok(total);
        }
        stream
            .encrypt_next_in_place(place, &mut *chunk)
            .map_err(|_| ObjectError::TooLong)?;
        target.write_all(&chunk).map_err(ObjectError::NotWritten)?;
    }
}

/// Opens an object into `target`. Every byte written was verified, but that nothing is missing is
/// known only when this returns `Ok`: until then show and use nothing of it. Gives the number of
/// bytes written.
///
/// # Errors
/// [`ObjectError::CannotBeOpened`] for another key or place, and for chunks that are missing,
/// reordered, repeated, damaged or from another object.
pub fn open_object(
    key: &SealingKey,
    place: &Place<'_>,
    mut source: impl Read,
    target: impl Write,
) -> Result<u64, ObjectError> {
    let mut start = [0; HEADER_LENGTH];
    source.read_exact(&mut start).map_err(cut_short)?;
    let (header, _) = Header::read(&start)?;
    let keys = value_keys(key.bytes(), &header.salt, Labels::OBJECT);
    if header.version != key.version() || !keys.committed_by(&header) {
        return Err(CannotBeOpened.into());
    }
    let stream = DecryptorBE32::from_aead(keys.cipher, &nonce());
    open_chunks(stream, &place.associated_data(header.version), source, target)
}

fn cut_short(error: io::Error) -> ObjectError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => CannotBeOpened.into(),
        _ => ObjectError::NotRead(error),
    }
}

fn open_chunks(
    mut stream: DecryptorBE32<Aes256Gcm>,
    place: &[u8],
    source: impl Read,
    mut target: impl Write,
) -> Result<u64, ObjectError> {
    let mut chunks = Chunks::of(source, CHUNK + TAG, 0).map_err(ObjectError::NotRead)?;
    let mut chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
    let mut total = 0;
    loop {
        let last = chunks.next(&mut chunk).map_err(ObjectError::NotRead)?;
        if last {
            stream
                .decrypt_last_in_place(place, &mut *chunk)
                .map_err(|_| CannotBeOpened)?;
            target.write_all(&chunk).map_err(ObjectError::NotWritten)?;
            target.flush().map_err(ObjectError::NotWritten)?;
            return Ok(total + chunk.len() as u64);
        }
        stream
            .decrypt_next_in_place(place, &mut *chunk)
            .map_err(|_| CannotBeOpened)?;
        target.write_all(&chunk).map_err(ObjectError::NotWritten)?;
        total += chunk.len() as u64;
    }
}
