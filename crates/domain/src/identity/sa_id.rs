//! The SA identity number: `YYMMDD SSSS C A Z` (Identification Act 68 of 1997).

use jiff::civil::Date;

/// Why a text is not an SA identity number. No message repeats what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaIdNumberError {
    /// Nothing was typed.
    #[error("Type the 13-digit number from the ID card or book, or choose another document.")]
    Blank,
    /// Not 13 digits from 0 to 9, once spaces and hyphens are gone.
    #[error("An SA ID number has 13 digits. Count them on the card or book and type them again.")]
    NotThirteenDigits,
    /// The first six digits are no date on which a living person was born.
    #[error("The first six digits are not a date of birth (year, month, day). Check them against the card or book.")]
    BadDate,
    /// The eleventh digit is not 0, 1 or 2.
    #[error("The eleventh digit of an SA ID number is 0, 1 or 2. Check it against the card or book.")]
    BadCitizenDigit,
    /// The last digit does not follow from the others.
    #[error("The digits do not fit together, so one is mistyped. Compare them one by one with the card or book.")]
    BadCheck,
}

/// Why parts do not make an SA identity number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartsError {
    /// The number has two digits for the year, of which only two centuries make sense.
    #[error("The date of birth must lie between 1900 and 2099.")]
    Year,
    /// Four digits hold no more.
    #[error("The sequence must lie between 0 and 9999.")]
    Sequence,
}

/// The marker in digits 7 to 10. It may differ from a person's recorded gender and must never block anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SexMarker {
    /// 0000 to 4999.
    Female,
    /// 5000 to 9999.
    Male,
}

/// The eleventh digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Citizenship {
    /// 0: South African citizen.
    Citizen,
    /// 1: permanent resident.
    PermanentResident,
    /// 2: refugee.
    Refugee,
}

impl Citizenship {
    const fn digit(self) -> u8 {
        match self {
            Self::Citizen => b'0',
            Self::PermanentResident => b'1',
            Self::Refugee => b'2',
        }
    }
}

/// The dates that the first six digits can mean, since no digit holds the century.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BirthDates {
    nineteen_hundreds: Option<Date>,
    two_thousands: Option<Date>,
}

redacted_debug!(BirthDates, SaIdNumber);

impl BirthDates {
    fn of(year: i16, month: i8, day: i8, today: Date) -> Self {
        let real = |century: i16| Date::new(century + year, month, day).ok().filter(|date| *date <= today);
        Self {
            nineteen_hundreds: real(1900),
            two_thousands: real(2000),
        }
    }

    /// The candidates, earlier first: one or two.
    pub fn iter(self) -> impl Iterator<Item = Date> {
        self.nineteen_hundreds.into_iter().chain(self.two_thousands)
    }

    /// The date, where only one century is possible. Where two are, ask the person.
    pub fn certain(self) -> Option<Date> {
        match (self.nineteen_hundreds, self.two_thousands) {
            (Some(date), None) | (None, Some(date)) => Some(date),
            _ => None,
        }
    }

    /// The later candidate: a suggestion to confirm, since a person of over a hundred years is rare but real.
    pub fn suggested(self) -> Option<Date> {
        self.two_thousands.or(self.nineteen_hundreds)
    }

    /// Whether a date of birth that was captured separately fits the number.
    pub fn include(self, date: Date) -> bool {
        self.iter().any(|candidate| candidate == date)
    }
}

/// A valid SA identity number. It tells the date of birth, sex marker and citizenship of its holder: show the last
/// four digits at most.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SaIdNumber(String);

impl SaIdNumber {
    /// Reads a number; spaces and hyphens are ignored, anything else but 13 digits is refused. `today` rules out
    /// births in the future.
    pub fn parse(text: &str, today: Date) -> Result<Self, SaIdNumberError> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if digits.is_empty() {
            return Err(SaIdNumberError::Blank);
        }
        if digits.len() != 13 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SaIdNumberError::NotThirteenDigits);
        }
        let number = Self(digits);
        if number.birth_dates(today).suggested().is_none() {
            return Err(SaIdNumberError::BadDate);
        }
        if !matches!(number.digit(10), b'0'..=b'2') {
            return Err(SaIdNumberError::BadCitizenDigit);
        }
        if !luhn_sum(&number.0).is_multiple_of(10) {
            return Err(SaIdNumberError::BadCheck);
        }
        Ok(number)
    }

    /// Builds the number of a made-up person; `sequence` is 0 to 4999 for a female marker, 5000 to 9999 for a male.
    pub fn from_parts(birth: Date, sequence: u16, citizenship: Citizenship) -> Result<Self, PartsError> {
        if !(1900..=2099).contains(&birth.year()) {
            return Err(PartsError::Year);
        }
        if sequence > 9999 {
            return Err(PartsError::Sequence);
        }
        let (year, month, day) = (birth.year() % 100, birth.month(), birth.day());
        let citizen = char::from(citizenship.digit());
        let mut digits = format!("{year:02}{month:02}{day:02}{sequence:04}{citizen}8");
        let check = (10 - luhn_sum(&format!("{digits}0")) % 10) % 10;
        digits.push_str(&check.to_string());
        Ok(Self(digits))
    }

    /// The dates of birth that the number can mean, none after `today`.
    pub fn birth_dates(&self, today: Date) -> BirthDates {
        BirthDates::of(self.pair(0).into(), self.pair(2), self.pair(4), today)
    }

    /// The sex marker of the number.
    pub fn sex_marker(&self) -> SexMarker {
        if self.digit(6) < b'5' {
            SexMarker::Female
        } else {
            SexMarker::Male
        }
    }

    /// The class of citizenship in the number.
    pub fn citizenship(&self) -> Citizenship {
        match self.digit(10) {
            b'1' => Citizenship::PermanentResident,
            b'2' => Citizenship::Refugee,
            _ => Citizenship::Citizen,
        }
    }

    /// The 13 digits in clear, for sealing and for a recorded reveal.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four digits: the most that a page may show.
    pub fn last_four(&self) -> &str {
        self.0.get(9..).unwrap_or_default()
    }

    /// The form that a blind index is computed over: 13 ASCII digits.
    pub fn normalised(&self) -> &str {
        &self.0
    }

    fn digit(&self, position: usize) -> u8 {
        self.0.as_bytes().get(position).copied().unwrap_or(b'0')
    }

    fn pair(&self, position: usize) -> i8 {
        let value = |at| (self.digit(at) - b'0').cast_signed();
        value(position) * 10 + value(position + 1)
    }
}

/// The sum of the Luhn algorithm (ISO/IEC 7812-1, annex B): from the right, every second digit is doubled.
fn luhn_sum(digits: &str) -> u32 {
    let weigh = |(position, byte): (usize, u8)| {
        let digit = u32::from(byte - b'0');
        match (position % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        }
    };
    digits.bytes().rev().enumerate().map(weigh).sum()
}
