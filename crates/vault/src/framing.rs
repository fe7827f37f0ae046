//! Length-prefixed framing: two different lists of parts never give the same bytes.

/// Joins `parts`, each behind its length in bytes as a big-endian u64.
pub(crate) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| 8 + part.len()).sum();
    let mut bytes = Vec::with_capacity(length);
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moving_a_byte_over_a_boundary_changes_the_frame() {
        assert_ne!(framed(&[b"ab", b"c"]), framed(&[b"a", b"bc"]));
        assert_ne!(framed(&[b""]), framed(&[]));
    }

    proptest! {
        #[test]
        fn different_lists_give_different_frames(
            left: Vec<Vec<u8>>,
            right: Vec<Vec<u8>>,
        ) {
            let of = |parts: &[Vec<u8>]| {
                framed(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
            };
            prop_assert_eq!(left == right, of(&left) == of(&right));
        }
    }
}
