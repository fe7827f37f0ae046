//! A name as its bearer writes it.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::text::turns_direction;

const LONGEST: usize = 120;
/// Four marks cover every orthography in use; a longer run is decoration that covers the lines around it.
const MARKS_IN_A_ROW: usize = 4;

/// Why a text is not a name. No message repeats what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was typed.
    #[error("Type a name.")]
    Blank,
    /// More than 120 characters.
    #[error("A name has at most 120 characters here. Leave out the least used part.")]
    TooLong,
    /// No letter among it.
    #[error("A name has at least one letter.")]
    NoLetter,
    /// A digit.
    #[error("A name has no digits. Write numbers such as II in letters.")]
    Digit,
    /// A picture.
    #[error("A name cannot hold emoji or other pictures. Take them out.")]
    Emoji,
    /// A control character or one without a shape.
    #[error("There is an invisible character in the name. Type it again rather than pasting it.")]
    Invisible,
    /// A character that turns the direction of writing.
    #[error("There is a character in the name that reverses text. Type it again rather than pasting it.")]
    Direction,
    /// Marks piled on one letter.
    #[error("There are too many accents on one letter. Type the name again.")]
    Marks,
    /// Punctuation that names do not have.
    #[error("A name has letters, apostrophes, hyphens, full stops and spaces. Take out other signs.")]
    Sign,
}

/// A person's name: letters of any script with their marks, click letters, apostrophes, hyphens, full stops and single
/// spaces; composed (Unicode NFC), case kept.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

redacted_debug!(PersonName);
parsed_text!(PersonName, NameError);

impl PersonName {
    /// Reads a name of 1 to 120 characters; runs of spaces become one.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let composed: String = text.nfc().collect();
        // Before spaces are collapsed, since a tab is a space to the standard library.
        if let Some(reason) = composed.chars().find_map(refusal) {
            return Err(reason);
        }
        let name = composed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(NameError::Blank);
        }
        if name.chars().count() > LONGEST {
            return Err(NameError::TooLong);
        }
        if !name.chars().any(char::is_alphabetic) {
            return Err(NameError::NoLetter);
        }
        if longest_run_of_marks(&name) > MARKS_IN_A_ROW {
            return Err(NameError::Marks);
        }
        Ok(Self(name))
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn to_text(&self) -> &str {
        &self.0
    }
}

fn refusal(c: char) -> Option<NameError> {
    if turns_direction(c) {
        Some(NameError::Direction)
    } else if c.is_control() || is_invisible(c) {
        Some(NameError::Invisible)
    } else if is_picture(c) {
        Some(NameError::Emoji)
    } else if c.is_alphabetic() || is_combining_mark(c) || is_name_sign(c) {
        None
    } else if c.is_numeric() {
        Some(NameError::Digit)
    } else {
        Some(NameError::Sign)
    }
}

/// Apostrophes as keyboards, word processors and phones write them, hyphens, the full stop, spaces, and the signs that
/// stand for click letters on keyboards that lack them.
fn is_name_sign(c: char) -> bool {
    let apostrophe = matches!(c, '\'' | '`' | '´' | '‘' | '’' | '‛' | '′' | '＇');
    let hyphen = matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' | '·');
    let space = c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    apostrophe || hyphen || space || matches!(c, '.' | '!' | '|')
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
    ) || matches!(c, '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}')
        || matches!(c, '\u{3164}' | '\u{FE00}'..='\u{FE0E}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Pictures, their selector and enclosing marks; some count as letters to Unicode (squared and circled Latin).
fn is_picture(c: char) -> bool {
    matches!(c, '\u{FE0F}' | '\u{20DD}'..='\u{20E4}' | '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

fn longest_run_of_marks(name: &str) -> usize {
    let runs = name.split(|c| !is_combining_mark(c));
    runs.map(|run| run.chars().count()).max().unwrap_or(0)
}
