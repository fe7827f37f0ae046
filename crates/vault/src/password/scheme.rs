//! By what a password is hashed: Argon2id, or bcrypt where that is asked for.

use std::time::{Duration, Instant};

use super::{PasswordError, PasswordParameters};

/// OWASP's Password Storage Cheat Sheet asks for ten; twelve takes about a quarter of a second.
const LEAST_COST: u32 = 10;
/// A stored row must not keep a thread busy for minutes: cost 14 takes about a second.
const BEARABLE_COST: u32 = 14;

/// What new passwords are hashed with. Hashes of the other kind are verified all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashScheme {
    /// Argon2id (RFC 9106).
    Argon2id(PasswordParameters),
    /// bcrypt with a cost of 10 to 14, for those who must have it.
    Bcrypt(BcryptCost),
}

/// The cost of bcrypt: the base-2 logarithm of its rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BcryptCost(u32);

impl BcryptCost {
    /// The least that is safe.
    pub const LEAST: Self = Self(LEAST_COST);

    /// Measures one hash on this machine and chooses the cost that comes nearest to `target` from below; never below
    /// the least.
    ///
    /// # Errors
    /// [`PasswordError`] when bcrypt refuses, which it has no reason to.
    pub fn calibrate(target: Duration) -> Result<Self, PasswordError> {
        let start = Instant::now();
        bcrypt::hash_with_salt(b"calibration", LEAST_COST, [0; 16]).map_err(|_| PasswordError::Unreadable)?;
        let doublings = (target.as_nanos() / start.elapsed().as_nanos().max(1)).max(1).ilog2();
        Ok(Self((LEAST_COST + doublings).min(BEARABLE_COST)))
    }

    /// The cost of a stored hash, which may be below today's least.
    pub(super) fn stored(cost: u32) -> Option<Self> {
        (4..=BEARABLE_COST).contains(&cost).then_some(Self(cost))
    }

    pub(super) fn number(self) -> u32 {
        self.0
    }
}
