//! Telephone numbers: the South African plan in every way people write it, and foreign numbers in E.164.
//!
//! A number is a way to reach somebody, not an identity: families share phones and numbers change owner.

use crate::identity::mask;

/// Why a text is not a telephone number. No message repeats what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("Type a telephone number, such as 082 555 0142.")]
    Blank,
    /// Something that is no part of a number.
    #[error("A telephone number has digits only, with a + in front for another country. Take out the rest.")]
    Characters,
    /// A South African number with a digit too few or too many.
    #[error("A South African number has ten digits and begins with 0. Count the digits and type it again.")]
    Length,
    /// Neither a leading 0 nor a country code.
    #[error("Begin the number with 0, or with + and the country code.")]
    NoPrefix,
    /// A South African number outside 01 to 08.
    #[error("South African numbers begin with 01 to 08. Check the first two digits.")]
    Range,
    /// Not a number of any other country.
    #[error("A number of another country begins with + and its code, and has 8 to 15 digits in all.")]
    Foreign,
}

/// A telephone number in E.164.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

redacted_debug!(PhoneNumber);
parsed_text!(PhoneNumber, PhoneError);

impl PhoneNumber {
    /// Reads `082 555 0142`, `+27 82 555 0142`, `+27 (0)82 …`, `27 82 …`, `0027 82 …` and `+44 …`, with any spaces,
    /// brackets, hyphens and dots.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let kept: String = text.chars().filter(|c| !is_decoration(*c)).collect();
        let (plus, digits) = match kept.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, kept.as_str()),
        };
        if kept.is_empty() {
            return Err(PhoneError::Blank);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneError::Characters);
        }
        match (plus, digits.strip_prefix("00"), digits.strip_prefix('0')) {
            (true, ..) => international(digits),
            (_, Some(rest), _) => international(rest),
            (_, _, Some(rest)) => south_african(rest),
            // Eleven digits that begin with the country code; anything shorter lacks its leading 0.
            _ if digits.starts_with("27") && digits.len() >= 11 => international(digits),
            _ => Err(PhoneError::NoPrefix),
        }
    }

    /// `+27825550142`.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The range of ten thousand neighbouring numbers it lies in, by its first digits: whoever has SMS sent to earn by them often
    /// holds a range.
    pub fn range(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }

    /// `082 555 0142` for a South African number, E.164 for any other.
    pub fn national(&self) -> String {
        let parts = self
            .subscriber()
            .and_then(|n| Some((n.get(..2)?, n.get(2..5)?, n.get(5..)?)));
        match parts {
            Some((area, exchange, line)) => format!("0{area} {exchange} {line}"),
            None => self.0.clone(),
        }
    }

    /// Whether the number belongs to South Africa.
    pub fn is_south_african(&self) -> bool {
        self.subscriber().is_some()
    }

    /// Whether a one-time PIN may be sent by SMS: South African mobile numbers 06x, 07x and 081 to 085. Landlines, 080,
    /// 086, 087 and other countries may not.
    pub fn can_receive_pin(&self) -> bool {
        self.subscriber()
            .is_some_and(|n| matches!(n.as_bytes(), [b'6' | b'7', ..] | [b'8', b'1'..=b'5', ..]))
    }

    /// Dots and the last three digits.
    pub fn masked(&self) -> String {
        let written = self.subscriber().map_or_else(|| self.0.clone(), |n| format!("0{n}"));
        mask(&written, 3)
    }

    /// The nine digits after +27.
    fn subscriber(&self) -> Option<&str> {
        self.0.strip_prefix("+27")
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}

/// Spaces of all kinds, brackets, dots, dashes, and the invisible marks that contact lists put around numbers.
fn is_decoration(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '(' | ')' | '[' | ']' | '.' | '-' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        )
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn international(digits: &str) -> Result<PhoneNumber, PhoneError> {
    if let Some(rest) = digits.strip_prefix("27") {
        // People write +27 (0)82; no South African subscriber number begins with 0, so it can only be that.
        return south_african(rest.strip_prefix('0').unwrap_or(rest));
    }
    if digits.starts_with('0') || !(8..=15).contains(&digits.len()) {
        return Err(PhoneError::Foreign);
    }
    Ok(PhoneNumber(format!("+{digits}")))
}

fn south_african(subscriber: &str) -> Result<PhoneNumber, PhoneError> {
    match subscriber.as_bytes() {
        bytes if bytes.len() != 9 => Err(PhoneError::Length),
        [b'1'..=b'8', ..] => Ok(PhoneNumber(format!("+27{subscriber}"))),
        _ => Err(PhoneError::Range),
    }
}
