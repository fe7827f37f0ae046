//! Free text that people type, made safe to keep and to show.

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but space.
    #[error("Type something here, or leave the field out.")]
    Blank,
    /// More characters than the field holds.
    #[error("This is too long: at most {max} characters. Shorten it.")]
    TooLong {
        /// The most that the field holds, in characters.
        max: usize,
    },
    /// A line break or tab in a field of one line.
    #[error("This field holds one line. Take out the line breaks and tabs.")]
    ManyLines,
    /// A character without a shape: a control character, or one that turns the direction of writing.
    #[error("There is an invisible character in this text. Type it again rather than pasting it.")]
    Invisible,
}

/// Text of one line with 1 to `MAX` characters, without space at the ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OneLine<const MAX: usize>(String);

/// Text of one or more lines with 1 to `MAX` characters, without space at the ends; line ends are `\n`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LongText<const MAX: usize>(String);

impl<const MAX: usize> OneLine<MAX> {
    /// Reads and trims a line.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.contains(['\n', '\r', '\t', '\u{2028}', '\u{2029}']) {
            return Err(TextError::ManyLines);
        }
        sized(text, MAX)?;
        Ok(Self(text.to_owned()))
    }
}

impl<const MAX: usize> LongText<MAX> {
    /// Reads and trims a text; `\r\n` and `\r` become `\n`.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim().replace("\r\n", "\n").replace('\r', "\n");
        sized(&text, MAX)?;
        Ok(Self(text))
    }
}

fn sized(text: &str, max: usize) -> Result<(), TextError> {
    let shapeless = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || turns_direction(c);
    if text.is_empty() {
        Err(TextError::Blank)
    } else if text.chars().any(shapeless) {
        Err(TextError::Invisible)
    } else if text.chars().count() > max {
        Err(TextError::TooLong { max })
    } else {
        Ok(())
    }
}

/// The characters of the Unicode bidirectional algorithm (UAX #9) that reorder what follows, so that a text reads
/// differently from what it says.
pub(crate) fn turns_direction(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

macro_rules! bounded_text {
    ($type:ident) => {
        impl<const MAX: usize> $type<MAX> {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        // Free text may say anything about anybody, so it is not printed either.
        impl<const MAX: usize> std::fmt::Debug for $type<MAX> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($type))
            }
        }

        impl<const MAX: usize> std::str::FromStr for $type<MAX> {
            type Err = TextError;
            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::parse(text)
            }
        }

        impl<const MAX: usize> serde::Serialize for $type<MAX> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de, const MAX: usize> serde::Deserialize<'de> for $type<MAX> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

bounded_text!(OneLine);
bounded_text!(LongText);
