//! Mobile numbers.

use crate::draw::Draw;
use crate::words::words;
use std::fmt;

/// A South African mobile number in E.164 form: `+27` and nine digits.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Mobile(String);

/// Blocks of the national numbering plan that hold mobile numbers.
const BLOCKS: &[&str] = words!("60, 61, 62, 63, 64, 65, 66, 67, 68, 71, 72, 73, 74, 76, 78, 79, 81, 82, 83, 84, 85");

impl Mobile {
    pub(crate) fn drawn(draw: &mut Draw) -> Self {
        let mut number = String::with_capacity(12);
        number.push_str("+27");
        number.push_str(draw.word(BLOCKS));
        draw.digits(7, &mut number);
        Self(number)
    }

    /// The number with `+27`, without spaces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Mobile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
