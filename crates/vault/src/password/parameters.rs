//! The cost of a password hash.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize;

use super::PasswordError;

const OWASP_MEMORY_KIB: u32 = 46 * 1024;
/// One hash must not take down a machine, whatever a stored row or a setting says.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;
pub(super) const HASH_LENGTH: usize = 32;

/// Argon2id parameters (RFC 9106), never below OWASP's minimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordParameters {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Parameters outside the safe range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A password hash takes 46 MiB to 1 GiB of memory, 1 to 16 passes and 1 to 16 lanes. Choose parameters in that range."
)]
pub struct UnsafeParameters;

impl Default for PasswordParameters {
    fn default() -> Self {
        Self::OWASP_MINIMUM
    }
}

impl PasswordParameters {
    /// 46 MiB, one pass, one lane: OWASP's Password Storage Cheat Sheet.
    pub const OWASP_MINIMUM: Self = Self {
        memory_kib: OWASP_MEMORY_KIB,
        passes: 1,
        lanes: 1,
    };

    /// Chooses parameters; memory in KiB.
    ///
    /// # Errors
    /// [`UnsafeParameters`] below the minimum or above what a machine can bear.
    pub fn of(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, UnsafeParameters> {
        let chosen = Self {
            memory_kib,
            passes,
            lanes,
        };
        let safe = memory_kib >= OWASP_MEMORY_KIB && chosen.is_bearable();
        safe.then_some(chosen).ok_or(UnsafeParameters)
    }

    /// Measures one hash on this machine and chooses the number of passes that comes nearest to
    /// `target`; never below the minimum. Takes about the time of two hashes.
    ///
    /// # Errors
    /// [`PasswordError`] when there is not enough memory for a hash.
    pub fn calibrate(target: Duration) -> Result<Self, PasswordError> {
        let mut fastest = Duration::MAX;
        for _ in 0..2 {
            let start = Instant::now();
            Self::OWASP_MINIMUM.compute(b"calibration", &[0; 16], &mut [0; HASH_LENGTH])?;
            fastest = fastest.min(start.elapsed());
        }
        Ok(Self::for_speed(fastest, target))
    }

    /// The parameters for a machine that takes `one_pass` for the minimum.
    fn for_speed(one_pass: Duration, target: Duration) -> Self {
        let one_pass = one_pass.as_nanos().max(1);
        let passes = (target.as_nanos() + one_pass / 2) / one_pass;
        let passes = u32::try_from(passes).unwrap_or(MOST_PASSES);
        Self {
            passes: passes.clamp(1, MOST_PASSES),
            ..Self::OWASP_MINIMUM
        }
    }

    fn is_bearable(self) -> bool {
        self.memory_kib <= MOST_MEMORY_KIB
            && (1..=MOST_PASSES).contains(&self.passes)
            && (1..=MOST_LANES).contains(&self.lanes)
    }

    /// Reads the parameters of a stored hash, which may be weaker than today's minimum.
    pub(super) fn stored(params: &Params) -> Option<Self> {
        let stored = Self {
            memory_kib: params.m_cost(),
            passes: params.t_cost(),
            lanes: params.p_cost(),
        };
        stored.is_bearable().then_some(stored)
    }

    /// The work that is left of these parameters when that of `weaker` is done; nothing when it is as much.
    pub(super) fn beyond(self, weaker: Self) -> Option<Self> {
        let work = |of: Self| u64::from(of.memory_kib) * u64::from(of.passes);
        let left = work(self).checked_sub(work(weaker))? / u64::from(self.memory_kib.max(1));
        let passes = u32::try_from(left).ok().filter(|passes| *passes > 0)?;
        Some(Self { passes, ..self })
    }

    /// Whether a hash with these parameters costs an attacker less than one with `wanted`.
    pub(super) fn is_weaker_than(self, wanted: Self) -> bool {
        let work = |of: Self| u64::from(of.memory_kib) * u64::from(of.passes);
        self.memory_kib < wanted.memory_kib || work(self) < work(wanted)
    }

    pub(super) fn params(self) -> Result<Params, PasswordError> {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(HASH_LENGTH)).map_err(|_| PasswordError::Unreadable)
    }

    /// Computes one hash, and overwrites the memory that it took.
    pub(super) fn compute(
        self,
        password: &[u8],
        salt: &[u8],
        hash: &mut [u8; HASH_LENGTH],
    ) -> Result<(), PasswordError> {
        let params = self.params()?;
        let mut memory: Vec<Block> = Vec::new();
        memory
            .try_reserve_exact(params.block_count())
            .map_err(|_| PasswordError::OutOfMemory)?;
        memory.resize(params.block_count(), Block::default());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let computed = argon2.hash_password_into_with_memory(password, salt, hash, memory.as_mut_slice());
        memory.iter_mut().for_each(Zeroize::zeroize);
        computed.map_err(|_| PasswordError::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    #[test]
    fn parameters_below_the_minimum_or_unbearable_are_refused() {
        assert!(PasswordParameters::of(47_104, 1, 1).is_ok());
        for (memory, passes, lanes) in [
            (47_103, 4, 1),
            (47_104, 0, 1),
            (47_104, 1, 0),
            (2 << 20, 1, 1),
            (47_104, 17, 1),
        ] {
            assert_eq!(PasswordParameters::of(memory, passes, lanes), Err(UnsafeParameters));
        }
    }

    #[test]
    fn a_faster_machine_makes_more_passes_and_none_makes_fewer_than_one() {
        let passes =
            |one: u32, target: u32| PasswordParameters::for_speed(MILLISECOND * one, MILLISECOND * target).passes;
        assert_eq!(passes(50, 200), 4);
        assert_eq!(passes(50, 176), 4);
        assert_eq!(passes(50, 174), 3);
        assert_eq!(passes(500, 200), 1);
        assert_eq!(passes(1, 60_000), 16);
        assert_eq!(passes(0, 0), 1);
    }

    #[test]
    fn calibration_never_goes_below_the_minimum() {
        let chosen = PasswordParameters::calibrate(Duration::ZERO).unwrap();
        assert_eq!(chosen, PasswordParameters::OWASP_MINIMUM);
    }

    #[test]
    fn what_is_left_of_the_work_is_what_a_weaker_hash_did_not_do() {
        let of = |passes| PasswordParameters::of(47_104, passes, 1).unwrap();
        assert_eq!(of(3).beyond(of(1)), Some(of(2)));
        assert_eq!(of(2).beyond(of(2)), None);
        assert_eq!(of(1).beyond(of(2)), None);
    }

    #[test]
    fn less_memory_or_less_work_is_weaker() {
        let of = |memory, passes| PasswordParameters::of(memory, passes, 1).unwrap();
        let (base, passes, memory) = (of(47_104, 1), of(47_104, 2), of(94_208, 1));
        assert!(base.is_weaker_than(passes) && base.is_weaker_than(memory));
        assert!(!passes.is_weaker_than(base) && !base.is_weaker_than(base));
        assert!(passes.is_weaker_than(memory));
    }
}
