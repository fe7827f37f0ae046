//! Versions of keys.

use std::fmt;
use std::num::NonZeroU32;

/// The version of a key: 1 for the first, one more at every rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyVersion(NonZeroU32);

impl KeyVersion {
    /// The version of a key that was never rotated.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// Reads a version from a number; `None` for zero.
    pub fn from_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The version as a number, never zero.
    pub fn number(self) -> u32 {
        self.0.get()
    }

    /// The version after this one; `None` after 2³² − 1.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for KeyVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_start_at_one_and_grow_by_one() {
        assert_eq!(KeyVersion::FIRST.number(), 1);
        assert_eq!(KeyVersion::FIRST.next().map(KeyVersion::number), Some(2));
        assert_eq!(KeyVersion::FIRST.to_string(), "1");
    }

    #[test]
    fn zero_is_no_version_and_the_last_one_has_no_next() {
        assert_eq!(KeyVersion::from_number(0), None);
        let last = KeyVersion::from_number(u32::MAX).unwrap();
        assert_eq!(last.next(), None);
    }
}
