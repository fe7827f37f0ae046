//! Numbers of medical schemes. They are identifiers: sealed, masked, never serialised.

use crate::identity::mask;

/// Why a text is not a membership number or dependant code. No message repeats what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MedicalAidError {
    /// Not 4 to 20 letters and digits.
    #[error("A membership number has 4 to 20 letters and digits. Copy it from the scheme's card, with its zeros.")]
    MemberNumber,
    /// Not two digits.
    #[error("A dependant code has two digits, such as 00. Copy it from the scheme's card.")]
    DependantCode,
}

/// A membership number: 4 to 20 upper-case letters and digits, leading zeros kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MemberNumber(String);

redacted_debug!(MemberNumber);

impl MemberNumber {
    /// Reads a number, dropping spaces.
    pub fn parse(text: &str) -> Result<Self, MedicalAidError> {
        let kept: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let valid = (4..=20).contains(&kept.len()) && kept.bytes().all(|b| b.is_ascii_alphanumeric());
        valid.then_some(Self(kept)).ok_or(MedicalAidError::MemberNumber)
    }

    /// The number in clear, for sealing and for a recorded reveal.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The form that a blind index is computed over.
    pub fn normalised(&self) -> &str {
        &self.0
    }

    /// Dots and the last three characters; dots alone for a number shorter than six.
    pub fn masked(&self) -> String {
        mask(&self.0, 3)
    }
}

/// Which beneficiary of a membership: two digits, usually 00 for the principal member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DependantCode(u8);

impl DependantCode {
    /// Reads two digits.
    pub fn parse(text: &str) -> Result<Self, MedicalAidError> {
        match text.trim().as_bytes() {
            [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => Ok(Self((tens - b'0') * 10 + (units - b'0'))),
            _ => Err(MedicalAidError::DependantCode),
        }
    }
}

impl std::fmt::Display for DependantCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}", self.0)
    }
}
