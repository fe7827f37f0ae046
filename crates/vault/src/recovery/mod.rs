//! The recovery kit: a master key on paper.

mod line;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::derivation::sha256;
use crate::secret::{KeyBytes, SecretText, silent_debug};
use crate::version::KeyVersion;

/// Lines on the paper, each for eight bytes.
const LINES: usize = 5;

/// What was typed is not a recovery kit, or not this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryError {
    /// One line has a wrong character.
    #[error("Line {0} of the recovery kit is mistyped. Compare it with the paper, letter by letter.")]
    Mistyped(usize),
    /// Too few or too many lines.
    #[error("The recovery kit has five lines of three groups. Type all five and nothing else.")]
    NotFiveLines,
    /// Each line is right by itself, but they are not of one kit.
    #[error(
        "These lines do not belong together: they are from different recovery kits, or in another order. Type the five lines of one paper from top to bottom."
    )]
    DoNotBelongTogether,
    /// It is a right kit of another key.
    #[error(
        "This is the recovery kit of another master key. Use the paper that was printed for this installation and this version."
    )]
    AnotherKey,
}

/// The recovery kit of one master key version.
pub struct RecoveryKit {
    version: KeyVersion,
    key: KeyBytes,
}

/// A master key that was restored from a recovery kit.
pub struct RestoredKey {
    version: KeyVersion,
    key: KeyBytes,
}

silent_debug!(RecoveryKit, RestoredKey);

/// Four bytes over version and key, so that lines of two papers are not mixed.
fn check_of(version: [u8; 4], key: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = sha256(&[b"aloe/1/recovery kit", &version, key]);
    [a, b, c, d]
}

impl RecoveryKit {
    pub(crate) fn of(version: KeyVersion, key: KeyBytes) -> Self {
        Self { version, key }
    }

    /// The version of the master key.
    pub fn version(&self) -> KeyVersion {
        self.version
    }

    /// The paper: a heading with the version, and five numbered lines of three groups in Crockford's
    /// base 32 (no I, L, O, U), each line with a checksum of its own.
    pub fn to_text(&self) -> SecretText {
        let version = self.version.number().to_be_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(8 * LINES));
        bytes.extend_from_slice(&version);
        bytes.extend_from_slice(self.key.expose());
        bytes.extend_from_slice(&check_of(version, self.key.expose()));
        let mut text = String::with_capacity(256);
        text.push_str(&format!("Aloe recovery kit, master key version {}\n\n", self.version));
        for (number, chunk) in (1..).zip(bytes.as_chunks::<8>().0) {
            text.push_str(&line::write(number, chunk));
        }
        SecretText::from_string(text)
    }

    /// Proves that the paper was kept: what was typed back is this kit.
    ///
    /// # Errors
    /// [`RecoveryError`], which names the line that is mistyped.
    pub fn prove(&self, typed: &str) -> Result<(), RecoveryError> {
        let restored = Self::restore(typed)?;
        let same = restored.version == self.version && restored.key.same_as(&self.key);
        same.then_some(()).ok_or(RecoveryError::AnotherKey)
    }

    /// Reads the key off the five typed lines. Line numbers, blanks, hyphens and capitals do not
    /// matter, nor O for 0 and I or L for 1; the heading may be typed or left out.
    ///
    /// # Errors
    /// [`RecoveryError`], which names the line that is mistyped.
    pub fn restore(typed: &str) -> Result<RestoredKey, RecoveryError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(8 * LINES));
        let lines = typed.lines().filter(|line| line::counts(line));
        for (number, line) in (1..).zip(lines) {
            if number > LINES {
                return Err(RecoveryError::NotFiveLines);
            }
            let chunk = line::read(number, line).ok_or(RecoveryError::Mistyped(number))?;
            bytes.extend_from_slice(&*chunk);
        }
        parse(&bytes)
    }
}

fn parse(bytes: &[u8]) -> Result<RestoredKey, RecoveryError> {
    if bytes.len() != 8 * LINES {
        return Err(RecoveryError::NotFiveLines);
    }
    let parts = bytes.split_first_chunk::<4>().and_then(|(version, rest)| {
        let (key, check) = rest.split_last_chunk::<4>()?;
        Some((*version, key, *check))
    });
    let (version, key, check) = parts.ok_or(RecoveryError::NotFiveLines)?;
    if !bool::from(check.ct_eq(&check_of(version, key))) {
        return Err(RecoveryError::DoNotBelongTogether);
    }
    let version = KeyVersion::from_number(u32::from_be_bytes(version));
    match (version, KeyBytes::from_slice(key)) {
        (Some(version), Some(key)) => Ok(RestoredKey { version, key }),
        _ => Err(RecoveryError::DoNotBelongTogether),
    }
}

impl RestoredKey {
    /// The version of the master key.
    pub fn version(&self) -> KeyVersion {
        self.version
    }

    /// The master key.
    pub fn key(&self) -> &KeyBytes {
        &self.key
    }
}

#[cfg(test)]
mod tests;
