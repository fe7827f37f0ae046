//! One line of the file.

use super::damage::{Damage, Fields};
use crate::draw::Draw;
use crate::person::Person;

/// A line with its end (`\r\n`) and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    bytes: Vec<u8>,
    damage: Option<Damage>,
}

impl Line {
    /// The bytes; UTF-8 unless the damage is [`Damage::Latin1`].
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was broken on purpose; none in a good line.
    #[must_use]
    pub const fn damage(&self) -> Option<Damage> {
        self.damage
    }

    pub(super) fn good(person: &Person) -> Self {
        Self {
            bytes: joined(&fields(person)),
            damage: None,
        }
    }

    pub(super) fn broken(draw: &mut Draw, person: &Person, wanted: Damage) -> Self {
        let damage = wanted.possible_for(person);
        let mut fields = fields(person);
        damage.apply(draw, &mut fields);
        let mut bytes = joined(&fields);
        if damage == Damage::UnbalancedQuote {
            bytes.insert(0, b'"');
        }
        Self {
            bytes,
            damage: Some(damage),
        }
    }
}

fn fields(person: &Person) -> Fields {
    let document = &person.document;
    let aid = person.medical_aid.as_ref();
    let text = |value: Option<&str>| value.unwrap_or_default().as_bytes().to_vec();
    vec![
        person.given_names.as_bytes().to_vec(),
        person.surname.as_bytes().to_vec(),
        person.birth_date.to_string().into_bytes(),
        person.sex.letter().to_string().into_bytes(),
        text(Some(document.kind())),
        text(document.country()),
        text(document.number()),
        text(person.phone.as_ref().map(|phone| phone.as_str())),
        text(person.email.as_deref()),
        text(aid.map(|aid| aid.scheme)),
        text(aid.map(|aid| aid.member_number.as_str())),
        text(aid.map(|aid| aid.dependant_code.as_str())),
        text(Some(person.language.code())),
    ]
}

fn joined(fields: &[Vec<u8>]) -> Vec<u8> {
    let mut line = Vec::with_capacity(160);
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            line.push(b',');
        }
        push_field(&mut line, field);
    }
    line.extend_from_slice(b"\r\n");
    line
}

fn push_field(line: &mut Vec<u8>, field: &[u8]) {
    if !field.iter().any(|byte| b",\"\r\n".contains(byte)) {
        line.extend_from_slice(field);
        return;
    }
    line.push(b'"');
    for byte in field {
        line.extend(std::iter::repeat_n(*byte, if *byte == b'"' { 2 } else { 1 }));
    }
    line.push(b'"');
}
