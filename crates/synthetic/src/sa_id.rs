//! South African identity numbers: `YYMMDD SSSS C A Z`.

use crate::draw::Draw;
use crate::person::Sex;
use jiff::civil::Date;
use std::fmt;

/// Thirteen digits that pass the Luhn check, consistent with a birth date and a sex.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SaId(String);

impl SaId {
    /// Builds the number; `sequence` is taken modulo 5000 into the half of the range that marks
    /// `sex`, and the citizenship digit is 1 for a permanent resident, otherwise 0.
    #[must_use]
    pub fn assemble(birth: Date, sex: Sex, sequence: u16, permanent_resident: bool) -> Self {
        let serial = sequence % 5000 + if sex == Sex::Male { 5000 } else { 0 };
        let (year, month, day) = (birth.year().rem_euclid(100), birth.month(), birth.day());
        let class = u8::from(permanent_resident);
        let mut digits = String::with_capacity(13);
        push_number(&mut digits, year.unsigned_abs(), 2);
        push_number(&mut digits, u16::from(month.unsigned_abs()), 2);
        push_number(&mut digits, u16::from(day.unsigned_abs()), 2);
        push_number(&mut digits, serial, 4);
        push_number(&mut digits, u16::from(class), 1);
        digits.push('8');
        let check = luhn_check_digit(&digits);
        digits.push(check);
        Self(digits)
    }

    /// The thirteen digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SaId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Appends `value` with exactly `width` decimal digits; formatting machinery is too slow here.
fn push_number(text: &mut String, value: u16, width: u32) {
    for place in (0..width).rev() {
        let digit = u32::from(value) / 10_u32.pow(place) % 10;
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// The digit that makes `digits` followed by it pass the Luhn check (ISO/IEC 7812-1, annex B).
pub(crate) fn luhn_check_digit(digits: &str) -> char {
    let values = digits.bytes().rev().map(|byte| u32::from(byte.saturating_sub(b'0')));
    let sum: u32 = values
        .enumerate()
        .map(|(place, value)| if place % 2 == 0 { doubled(value) } else { value })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

const fn doubled(digit: u32) -> u32 {
    let twice = digit * 2;
    if twice > 9 { twice - 9 } else { twice }
}

/// Serial numbers given out per six-digit date and sex, so that no two people share a number.
#[derive(Clone, Debug)]
pub(crate) struct Serials(Vec<u16>);

const DATES: usize = 100 * 12 * 31;

impl Serials {
    /// Starts every date and sex at a place of its own, so that numbers look unordered.
    pub(crate) fn new(draw: &mut Draw) -> Self {
        let starts = (0..DATES * 2).map(|_| u16::try_from(draw.below(5000)).unwrap_or(0));
        Self(starts.collect())
    }

    /// The next serial for `birth` and `sex`; they repeat after 5000 people of one day and sex.
    pub(crate) fn next(&mut self, birth: Date, sex: Sex) -> u16 {
        let year = usize::from(birth.year().rem_euclid(100).unsigned_abs());
        let month = usize::from(birth.month().unsigned_abs()).saturating_sub(1);
        let day = usize::from(birth.day().unsigned_abs()).saturating_sub(1);
        let place = ((year * 12 + month) * 31 + day) * 2 + usize::from(sex == Sex::Male);
        let Some(counter) = self.0.get_mut(place) else {
            return 0;
        };
        *counter = (*counter + 1) % 5000;
        *counter
    }
}

#[cfg(test)]
mod tests {
    use super::{SaId, luhn_check_digit};
    use crate::person::Sex;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn published_examples_have_the_right_check_digit() {
        for number in ["8001015009087", "8501016184086", "9907155234088", "0002290000088"] {
            let (body, check) = number.split_at(12);
            assert_eq!(luhn_check_digit(body).to_string(), check);
        }
    }

    #[test]
    fn a_man_born_on_new_years_day_1980_gets_the_known_number() {
        let id = SaId::assemble(date(1980, 1, 1), Sex::Male, 9, false);
        assert_eq!(id.as_str(), "8001015009087");
    }

    #[test]
    fn a_permanent_resident_has_class_one() {
        let id = SaId::assemble(date(2025, 1, 1), Sex::Female, 1, true);
        assert_eq!(id.as_str(), "2501010001183");
    }

    proptest! {
        #[test]
        fn one_changed_digit_always_breaks_the_check(serial in 0u16..5000, at in 0usize..12, add in 1u8..10) {
            let id = SaId::assemble(date(1991, 12, 31), Sex::Female, serial, false);
            let mut digits = id.as_str().as_bytes()[..12].to_vec();
            digits[at] = (digits[at] - b'0' + add) % 10 + b'0';
            let changed = String::from_utf8(digits).unwrap();
            prop_assert_ne!(luhn_check_digit(&changed).to_string(), &id.as_str()[12..]);
        }
    }
}
