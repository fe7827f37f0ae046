//! The envelope around a sealed value, byte by byte.

use crate::secret::silent_debug;
use crate::version::KeyVersion;

/// The format this crate writes.
pub(crate) const FORMAT: u8 = 1;
/// AES-256-GCM under keys from HKDF-SHA-256.
pub(crate) const ALGORITHM: u8 = 1;
/// Format, algorithm, key version, salt, commitment.
pub(crate) const HEADER_LENGTH: usize = 1 + 1 + 4 + 32 + 32;
const TAG_LENGTH: usize = 16;

/// A sealed value, or a sealed object, cannot be opened. There is one error for every cause, so that
/// nobody learns from it which part of a guess was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This value cannot be opened: it was sealed under another key or for another place, or it is damaged. Check that the key store belongs to this database; if it does, restore the row from a backup."
)]
pub struct CannotBeOpened;

/// What stands before a ciphertext.
#[derive(Clone, Copy)]
pub(crate) struct Header {
    pub(crate) version: KeyVersion,
    pub(crate) salt: [u8; 32],
    pub(crate) commitment: [u8; 32],
}

impl Header {
    /// The header as it is stored.
    pub(crate) fn write_to(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&[FORMAT, ALGORITHM]);
        bytes.extend_from_slice(&self.version.number().to_be_bytes());
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&self.commitment);
    }

    /// Reads a header and gives what follows it.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, &[u8]), CannotBeOpened> {
        let (format, rest) = take::<2>(bytes)?;
        let (version, rest) = take::<4>(rest)?;
        let (salt, rest) = take::<32>(rest)?;
        let (commitment, rest) = take::<32>(rest)?;
        if format != [FORMAT, ALGORITHM] {
            return Err(CannotBeOpened);
        }
        let version = KeyVersion::from_number(u32::from_be_bytes(version)).ok_or(CannotBeOpened)?;
        let header = Self {
            version,
            salt,
            commitment,
        };
        Ok((header, rest))
    }
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), CannotBeOpened> {
    let (first, rest) = bytes.split_first_chunk::<N>().ok_or(CannotBeOpened)?;
    Ok((*first, rest))
}

/// A sealed value as it is stored: an envelope whose shape is known to be right. Whether it opens is
/// for [`open`](crate::open) to find out.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    bytes: Vec<u8>,
    version: KeyVersion,
}

silent_debug!(Sealed);

impl Sealed {
    /// Reads an envelope from the database.
    ///
    /// # Errors
    /// [`CannotBeOpened`] when the bytes are too short, or of a format or an algorithm that this
    /// version of Aloe does not know.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, CannotBeOpened> {
        let (header, body) = Header::read(&bytes)?;
        if body.len() < TAG_LENGTH {
            return Err(CannotBeOpened);
        }
        let version = header.version;
        Ok(Self { bytes, version })
    }

    pub(crate) fn assemble(header: &Header, body: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEADER_LENGTH + body.len());
        header.write_to(&mut bytes);
        bytes.extend_from_slice(body);
        Self {
            bytes,
            version: header.version,
        }
    }

    /// The version of the key that this value was sealed under.
    pub fn key_version(&self) -> KeyVersion {
        self.version
    }

    /// The envelope, to be stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The envelope, to be stored.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            version: KeyVersion::from_number(0x0102_0304).unwrap(),
            salt: [5; 32],
            commitment: [6; 32],
        }
    }

    #[test]
    fn the_envelope_is_laid_out_as_documented() {
        let sealed = Sealed::assemble(&header(), &[7; 20]);
        let mut expected = vec![1, 1, 1, 2, 3, 4];
        expected.extend([5; 32]);
        expected.extend([6; 32]);
        expected.extend([7; 20]);
        assert_eq!(sealed.as_bytes(), expected);
        assert_eq!(HEADER_LENGTH, 70);
    }

    #[test]
    fn an_envelope_reads_back_as_written() {
        let sealed = Sealed::assemble(&header(), &[7; 16]);
        let read = Sealed::parse(sealed.clone().into_bytes()).unwrap();
        assert_eq!(read, sealed);
        assert_eq!(read.key_version(), header().version);
    }

    #[test]
    fn unknown_formats_algorithms_and_version_zero_are_refused() {
        let good = Sealed::assemble(&header(), &[7; 16]).into_bytes();
        for (position, value) in [(0, 0), (0, 2), (1, 0), (1, 2)] {
            let mut bytes = good.clone();
            bytes[position] = value;
            assert_eq!(Sealed::parse(bytes), Err(CannotBeOpened));
        }
        let mut bytes = good;
        bytes[2..6].fill(0);
        assert_eq!(Sealed::parse(bytes), Err(CannotBeOpened));
    }

    #[test]
    fn an_envelope_without_room_for_a_tag_is_refused() {
        let good = Sealed::assemble(&header(), &[7; 16]).into_bytes();
        for length in 0..good.len() {
            assert_eq!(Sealed::parse(good[..length].to_vec()), Err(CannotBeOpened));
        }
    }
}
