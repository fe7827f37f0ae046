//! The place of a value, which its ciphertext is bound to.

use uuid::Uuid;

use super::FORMAT;
use crate::framing::framed;
use crate::version::KeyVersion;

/// Where a sealed value lives. A ciphertext that is moved to another place does not open there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    organisation: Uuid,
    table: &'a str,
    column: &'a str,
    row: Uuid,
}

impl<'a> Place<'a> {
    /// Names a place: `column` of `row` in `table`, of one organisation.
    pub fn of(organisation: Uuid, table: &'a str, column: &'a str, row: Uuid) -> Self {
        Self {
            organisation,
            table,
            column,
            row,
        }
    }

    /// The associated data: format version, organisation, table, column, row and key version, each
    /// behind its length.
    pub(crate) fn associated_data(&self, version: KeyVersion) -> Vec<u8> {
        framed(&[
            &[FORMAT],
            self.organisation.as_bytes(),
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row.as_bytes(),
            &version.number().to_be_bytes(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_cannot_move_between_table_and_column() {
        let left = Place::of(Uuid::nil(), "notes", "text", Uuid::nil());
        let right = Place::of(Uuid::nil(), "note", "stext", Uuid::nil());
        let version = KeyVersion::FIRST;
        assert_ne!(left.associated_data(version), right.associated_data(version));
    }

    #[test]
    fn every_part_of_a_place_is_in_the_associated_data() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let all = [
            Place::of(one, "notes", "text", one),
            Place::of(two, "notes", "text", one),
            Place::of(one, "files", "text", one),
            Place::of(one, "notes", "name", one),
            Place::of(one, "notes", "text", two),
        ];
        let data: std::collections::BTreeSet<_> = all
            .iter()
            .map(|place| place.associated_data(KeyVersion::FIRST))
            .collect();
        assert_eq!(data.len(), all.len());
    }

    #[test]
    fn the_key_version_is_in_the_associated_data() {
        let place = Place::of(Uuid::nil(), "notes", "text", Uuid::nil());
        let second = KeyVersion::from_number(2).unwrap();
        assert_ne!(place.associated_data(KeyVersion::FIRST), place.associated_data(second));
    }
}
