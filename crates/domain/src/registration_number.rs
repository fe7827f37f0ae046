//! Registration numbers of the Health Professions Council.

/// A text that is not a registration number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A registration number has 2 to 4 letters and 6 or 7 digits, such as MP 0123456. Copy it from the council's card."
)]
pub struct RegistrationNumberError;

/// A registration number: two to four letters for the register, then six or seven digits; no space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationNumber(String);

parsed_text!(RegistrationNumber, RegistrationNumberError);

impl RegistrationNumber {
    /// Reads a number in any case, with or without a space after the letters.
    pub fn parse(text: &str) -> Result<Self, RegistrationNumberError> {
        let upper = text.trim().to_ascii_uppercase();
        let digits = upper.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let register = upper.strip_suffix(digits).unwrap_or_default();
        let digits = digits.strip_prefix(char::is_whitespace).unwrap_or(digits);
        let valid = (2..=4).contains(&register.len())
            && (6..=7).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit());
        valid
            .then(|| Self(format!("{register}{digits}")))
            .ok_or(RegistrationNumberError)
    }

    /// Letters and digits without a space.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The letters, which name the profession's register.
    pub fn register(&self) -> &str {
        self.0.trim_end_matches(|c: char| c.is_ascii_digit())
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}
