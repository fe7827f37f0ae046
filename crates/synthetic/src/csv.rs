//! Patients as lines of a CSV file (RFC 4180, UTF-8, `\r\n`), some broken on purpose if asked.

mod damage;
mod line;

pub use damage::Damage;
pub use line::Line;

use crate::draw::{Draw, Purpose};
use crate::person::Person;

/// The header, without an end of line.
pub const HEADER: &str = "given_names,surname,birth_date,sex,id_type,id_country,id_number,phone,\
email,scheme,member_number,dependant_code,language";

/// Columns of the file.
pub const COLUMNS: usize = 13;

/// One line in each block of this many is broken: 2 in 100, exactly.
pub const BLOCK: u64 = 50;

/// One good line for each person, in order; the header is not among them.
pub fn lines(people: impl IntoIterator<Item = Person>) -> impl Iterator<Item = Line> {
    people.into_iter().map(|person| Line::good(&person))
}

/// As [`lines`], with exactly one line in every [`BLOCK`] broken; each line tells its damage.
///
/// All kinds of damage come in turn, starting at one that depends on `seed`. Damage to an identity
/// number is left out for people without one, whose surname goes missing instead.
pub fn damaged_lines(seed: u64, people: impl IntoIterator<Item = Person>) -> impl Iterator<Item = Line> {
    people.into_iter().zip(0_u64..).map(move |(person, number)| {
        let block = number / BLOCK;
        let mut draw = Draw::new(seed, Purpose::Damage, block);
        if u64::from(draw.below(50)) != number % BLOCK {
            return Line::good(&person);
        }
        let turn = block.wrapping_add(seed);
        Line::broken(&mut draw, &person, Damage::in_turn(turn))
    })
}
