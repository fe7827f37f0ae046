//! Ways in which lines of real files are broken.

use crate::draw::Draw;
use crate::person::Person;

/// The fields of a line before they are joined; bytes, because one damage is not UTF-8.
pub(super) type Fields = Vec<Vec<u8>>;

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Damage {
    /// The last digit of the identity number is wrong.
    BadCheckDigit,
    /// The birth date does not exist, such as 30 February.
    ImpossibleDate,
    /// The phone number has nine digits in national form.
    ShortPhone,
    /// The surname is empty.
    MissingSurname,
    /// A quote opens at the start of the line and never closes.
    UnbalancedQuote,
    /// A column is missing or there is one too many.
    WrongColumnCount,
    /// A given name has a letter encoded in Latin-1, so the line is not UTF-8.
    Latin1,
    /// The surname is a spreadsheet formula.
    FormulaCell,
    /// A given name holds an emoji.
    EmojiInName,
}

const GIVEN_NAMES: usize = 0;
const SURNAME: usize = 1;
const BIRTH_DATE: usize = 2;
const ID_NUMBER: usize = 6;
const PHONE: usize = 7;

impl Damage {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::BadCheckDigit,
        Self::ImpossibleDate,
        Self::ShortPhone,
        Self::MissingSurname,
        Self::UnbalancedQuote,
        Self::WrongColumnCount,
        Self::Latin1,
        Self::FormulaCell,
        Self::EmojiInName,
    ];

    pub(super) fn in_turn(turn: u64) -> Self {
        let place = usize::try_from(turn % Self::ALL.len() as u64).unwrap_or(0);
        Self::ALL.get(place).copied().unwrap_or(Self::MissingSurname)
    }

    /// This damage, or another where the person has nothing it could break.
    pub(super) const fn possible_for(self, person: &Person) -> Self {
        match self {
            Self::BadCheckDigit if person.sa_id().is_none() => Self::MissingSurname,
            other => other,
        }
    }

    pub(super) fn apply(self, draw: &mut Draw, fields: &mut Fields) {
        match self {
            Self::BadCheckDigit => wrong_check_digit(draw, fields),
            Self::ImpossibleDate => set(fields, BIRTH_DATE, impossible_date(draw)),
            Self::ShortPhone => set(fields, PHONE, short_phone(draw)),
            Self::MissingSurname => set(fields, SURNAME, Vec::new()),
            Self::UnbalancedQuote => {}
            Self::WrongColumnCount => wrong_column_count(draw, fields),
            Self::Latin1 => append(fields, b" Ren\xe9"),
            Self::FormulaCell => set(fields, SURNAME, formula(draw)),
            Self::EmojiInName => append(fields, " \u{1f600}".as_bytes()),
        }
    }
}

fn set(fields: &mut Fields, place: usize, value: Vec<u8>) {
    if let Some(field) = fields.get_mut(place) {
        *field = value;
    }
}

fn append(fields: &mut Fields, ending: &[u8]) {
    if let Some(field) = fields.get_mut(GIVEN_NAMES) {
        field.extend_from_slice(ending);
    }
}

fn wrong_check_digit(draw: &mut Draw, fields: &mut Fields) {
    if let Some(last) = fields.get_mut(ID_NUMBER).and_then(|field| field.last_mut()) {
        let shift = u8::try_from(draw.between(1, 9)).unwrap_or(1);
        *last = b'0' + (last.saturating_sub(b'0') + shift) % 10;
    }
}

fn impossible_date(draw: &mut Draw) -> Vec<u8> {
    draw.word(&["1987-02-30", "2001-13-04", "1979-04-31", "1900-02-29", "0000-00-00"])
        .into()
}

fn short_phone(draw: &mut Draw) -> Vec<u8> {
    let mut phone = String::from("08");
    draw.digits(7, &mut phone);
    phone.into_bytes()
}

fn formula(draw: &mut Draw) -> Vec<u8> {
    draw.word(&["=1+1", "@SUM(A1:A9)", "=HYPERLINK(\"#A1\",\"open\")", "+2+3", "-4+5"])
        .into()
}

fn wrong_column_count(draw: &mut Draw, fields: &mut Fields) {
    if draw.chance(500) {
        fields.pop();
    } else {
        fields.push(Vec::new());
    }
}
