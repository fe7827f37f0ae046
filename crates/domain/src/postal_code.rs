//! Postal codes.

/// A text that is not a postal code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A South African postal code has four digits, such as 0001. Leave it out if you do not know it.")]
pub struct PostalCodeError;

/// A South African postal code: four digits, leading zeros kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostalCode(String);

parsed_text!(PostalCode, PostalCodeError);

impl PostalCode {
    /// Reads four digits.
    pub fn parse(text: &str) -> Result<Self, PostalCodeError> {
        let text = text.trim();
        let valid = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
        valid.then(|| Self(text.to_owned())).ok_or(PostalCodeError)
    }

    /// The four digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}
