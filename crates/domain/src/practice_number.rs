//! Practice numbers of the Practice Code Numbering System.

/// A text that is not a practice number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A practice number has 7 or 13 digits. Copy it from the registration certificate, with its zeros.")]
pub struct PracticeNumberError;

/// A practice number of 7 or 13 digits; leading zeros matter. No check digit is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PracticeNumber(String);

parsed_text!(PracticeNumber, PracticeNumberError);

impl PracticeNumber {
    /// Reads a number, dropping spaces.
    pub fn parse(text: &str) -> Result<Self, PracticeNumberError> {
        let kept: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let valid = matches!(kept.len(), 7 | 13) && kept.bytes().all(|b| b.is_ascii_digit());
        valid.then_some(Self(kept)).ok_or(PracticeNumberError)
    }

    /// The number as it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last seven digits, which schemes and claims use.
    pub fn short(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(7)..).unwrap_or_default()
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}
