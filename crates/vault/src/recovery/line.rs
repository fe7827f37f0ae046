//! One line of a recovery kit: eight bytes and a checksum as fifteen symbols.

use zeroize::Zeroizing;

use crate::derivation::sha256;

/// Crockford's base 32, which leaves out I, L, O and U.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Eight bytes take thirteen symbols (65 bits), the checksum two (10 bits).
const LENGTH: usize = 15;

/// Ten bits over the line's number and bytes: a mistyped line passes once in 1,024.
fn checksum(number: usize, bytes: &[u8; 8]) -> u128 {
    let number = (number as u64).to_be_bytes();
    let [high, low, ..] = sha256(&[b"aloe/1/recovery line", &number, bytes]);
    u128::from(u16::from_be_bytes([high, low]) >> 6)
}

fn symbol(value: u128) -> char {
    let index = usize::try_from(value & 31).unwrap_or_default();
    SYMBOLS.get(index).copied().map_or('0', char::from)
}

fn value(character: char) -> Option<u128> {
    let symbol = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let position = SYMBOLS.iter().position(|known| char::from(*known) == symbol)?;
    u128::try_from(position).ok()
}

/// The line as printed: `2: ABCDE-FGHJK-MNPQR`.
pub(super) fn write(number: usize, bytes: &[u8; 8]) -> String {
    let bits = u128::from(u64::from_be_bytes(*bytes)) << 10 | checksum(number, bytes);
    let mut line = String::with_capacity(24);
    line.push_str(&format!("{number}: "));
    for position in 0..LENGTH {
        if position > 0 && position % 5 == 0 {
            line.push('-');
        }
        line.push(symbol(bits >> (5 * (LENGTH - 1 - position))));
    }
    line.push('\n');
    line
}

/// Whether a typed line is one of the five: neither blank nor the heading.
pub(super) fn counts(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim().to_ascii_lowercase().starts_with("aloe recovery kit")
}

/// Reads a typed line; `None` when it is mistyped.
pub(super) fn read(number: usize, line: &str) -> Option<Zeroizing<[u8; 8]>> {
    let groups = line.split_once(':').map_or(line, |(_, groups)| groups);
    let mut bits = 0_u128;
    let mut symbols = 0;
    for character in groups.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        symbols += 1;
        if symbols > LENGTH {
            return None;
        }
        bits = bits << 5 | value(character)?;
    }
    let bytes = Zeroizing::new(u64::try_from(bits >> 10).ok()?.to_be_bytes());
    (symbols == LENGTH && bits & 0x3ff == checksum(number, &bytes)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_three_groups_of_five_behind_its_number() {
        let line = write(2, &[0xff; 8]);
        assert!(line.starts_with("2: FZZZZ-ZZZZZ-ZZZ"), "{line}");
        assert_eq!(line.len(), "2: ABCDE-FGHJK-MNPQR\n".len());
    }

    #[test]
    fn look_alike_letters_and_lower_case_are_read_as_meant() {
        for (typed, meant) in [('o', 0), ('O', 0), ('i', 1), ('L', 1), ('z', 31), ('a', 10)] {
            assert_eq!(value(typed), Some(meant));
        }
        assert_eq!(value('U'), None);
        assert_eq!(value('é'), None);
    }

    #[test]
    fn a_line_under_another_number_is_refused() {
        let line = write(1, &[7; 8]);
        assert!(read(1, &line).is_some());
        assert!(read(2, &line).is_none());
    }

    proptest! {
        #[test]
        fn every_line_reads_back(bytes: [u8; 8], number in 1_usize..6) {
            let read = read(number, &write(number, &bytes)).unwrap();
            prop_assert_eq!(*read, bytes);
        }

        #[test]
        fn reading_never_panics(line: String) {
            let _ = read(1, &line);
        }
    }
}
