//! People who see patients.

use crate::draw::Draw;
use crate::names::{self, Background};
use crate::person::Sex;

/// Someone who sees patients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practitioner {
    /// `Dr`, `Sr`, `Ms` or `Mr`.
    pub title: &'static str,
    /// Given names and surname.
    pub name: String,
    /// Profession.
    pub discipline: Discipline,
    /// Shaped like a council's number: the register's letters and seven digits, or a nurse's
    /// eight digits. Not taken from any register.
    pub registration: String,
    /// Such as `Room 2`.
    pub room: String,
}

/// A health profession.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the profession's own name")]
pub enum Discipline {
    GeneralPractitioner,
    Dentist,
    OralHygienist,
    Physiotherapist,
    Psychologist,
    OccupationalTherapist,
    Dietitian,
    Nurse,
}

use Discipline as D;

impl Discipline {
    /// Letters of the council's register; empty for nurses.
    #[must_use]
    pub const fn register(self) -> &'static str {
        match self {
            D::GeneralPractitioner => "MP",
            D::Dentist => "DP",
            D::OralHygienist => "OH",
            D::Physiotherapist => "PT",
            D::Psychologist => "PS",
            D::OccupationalTherapist => "OT",
            D::Dietitian => "DT",
            D::Nurse => "",
        }
    }

    /// The profession as shown to the public.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            D::GeneralPractitioner => "General practitioner",
            D::Dentist => "Dentist",
            D::OralHygienist => "Oral hygienist",
            D::Physiotherapist => "Physiotherapist",
            D::Psychologist => "Psychologist",
            D::OccupationalTherapist => "Occupational therapist",
            D::Dietitian => "Dietitian",
            D::Nurse => "Professional nurse",
        }
    }

    const fn title(self, sex: Sex) -> &'static str {
        match (self, sex) {
            (D::GeneralPractitioner | D::Dentist, _) => "Dr",
            (D::Nurse, Sex::Female) => "Sr",
            (_, Sex::Female) => "Ms",
            (_, Sex::Male) => "Mr",
        }
    }

    fn registration(self, draw: &mut Draw) -> String {
        let mut number = String::from(self.register());
        if self == D::Nurse {
            draw.digits(8, &mut number);
        } else {
            number.push('0');
            draw.digits(6, &mut number);
        }
        number
    }
}

impl Practitioner {
    pub(super) fn drawn(draw: &mut Draw, discipline: Discipline, room: usize) -> Self {
        let background = Background::drawn(draw);
        let sex = if draw.chance(550) { Sex::Female } else { Sex::Male };
        let given = names::given_names(draw, background, sex);
        let surname = names::surname(draw, background);
        Self {
            title: discipline.title(sex),
            name: [&given, " ", &surname].concat(),
            discipline,
            registration: discipline.registration(draw),
            room: format!("Room {room}"),
        }
    }
}
