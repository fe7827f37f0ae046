//! Booking references: short, readable aloud, unlike words.

/// No O, 0, I or 1, which look alike, and no vowels or Y, which make words.
const ALPHABET: &[u8; 28] = b"23456789BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// A text that is not a booking reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A booking reference has eight letters and digits, such as K7M4-PQ9X. Copy it from the message you received.")]
pub struct ReferenceError;

/// A booking reference of eight characters, one of 28⁸ (about 3.8 × 10¹¹). It names a booking; it is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference([char; LENGTH]);

impl Reference {
    /// Draws a reference; `random_byte` is called until eight bytes below 252 came, so that all references are equally
    /// likely. It must not repeat one high byte for ever.
    pub fn draw(mut random_byte: impl FnMut() -> u8) -> Self {
        let mut character = || {
            loop {
                let byte = usize::from(random_byte());
                let usable = byte < 256 - 256 % ALPHABET.len();
                if let Some(character) = ALPHABET.get(byte % ALPHABET.len()).filter(|_| usable) {
                    return char::from(*character);
                }
            }
        };
        Self(std::array::from_fn(|_| character()))
    }

    /// Reads a reference in any case, with or without spaces and hyphens.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let kept: Vec<char> = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let characters: [char; LENGTH] = kept.try_into().map_err(|_| ReferenceError)?;
        let known = |c: &char| u8::try_from(*c).is_ok_and(|byte| ALPHABET.contains(&byte));
        characters
            .iter()
            .all(known)
            .then_some(Self(characters))
            .ok_or(ReferenceError)
    }

    /// The eight characters without the hyphen, as they are stored.
    pub fn compact(self) -> String {
        self.0.iter().collect()
    }

    fn to_text(self) -> String {
        self.to_string()
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(
            f,
            "{}-{}",
            first.iter().collect::<String>(),
            second.iter().collect::<String>()
        )
    }
}

parsed_text!(Reference, ReferenceError);
