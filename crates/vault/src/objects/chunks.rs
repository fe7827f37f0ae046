//! Cutting a reader into chunks and knowing which is the last.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// Reads ahead by one chunk: only then is it known whether a chunk is the last.
pub(super) struct Chunks<R> {
    reader: R,
    length: usize,
    ahead: Zeroizing<Vec<u8>>,
}

impl<R: Read> Chunks<R> {
    /// Begins to cut `reader` into chunks of `length` bytes, with `spare` bytes of room after each.
    pub(super) fn of(mut reader: R, length: usize, spare: usize) -> io::Result<Self> {
        let mut ahead = Zeroizing::new(Vec::with_capacity(length + spare));
        fill(&mut reader, length, &mut ahead)?;
        Ok(Self { reader, length, ahead })
    }

    /// Puts the next chunk into `chunk`, and says whether it is the last. An empty reader has one
    /// empty chunk; no other chunk is empty.
    pub(super) fn next(&mut self, chunk: &mut Vec<u8>) -> io::Result<bool> {
        std::mem::swap(chunk, &mut self.ahead);
        self.ahead.clear();
        // A short chunk is the end: `fill` reads until there is no more.
        if chunk.len() < self.length {
            return Ok(true);
        }
        fill(&mut self.reader, self.length, &mut self.ahead)?;
        Ok(self.ahead.is_empty())
    }
}

fn fill(reader: &mut impl Read, length: usize, chunk: &mut Vec<u8>) -> io::Result<()> {
    reader.take(length as u64).read_to_end(chunk).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A reader that gives a single byte at a time, like a slow connection.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn cut(bytes: &[u8], length: usize) -> Vec<Vec<u8>> {
        let mut chunks = Chunks::of(Trickle(bytes), length, 0).unwrap();
        let mut all = Vec::new();
        loop {
            let mut chunk = Vec::new();
            let last = chunks.next(&mut chunk).unwrap();
            all.push(chunk);
            if last {
                return all;
            }
        }
    }

    #[test]
    fn only_an_empty_reader_has_an_empty_chunk() {
        assert_eq!(cut(b"", 3), [b""]);
        assert_eq!(cut(b"abc", 3), [b"abc"]);
        assert_eq!(cut(b"abcd", 3), [&b"abc"[..], b"d"]);
        assert_eq!(cut(b"abcdef", 3), [b"abc", b"def"]);
    }

    proptest! {
        #[test]
        fn chunks_joined_are_what_was_read(bytes: Vec<u8>, length in 1_usize..40) {
            let chunks = cut(&bytes, length);
            prop_assert_eq!(chunks.len(), bytes.len().div_ceil(length).max(1));
            prop_assert_eq!(chunks.concat(), bytes);
        }
    }
}
