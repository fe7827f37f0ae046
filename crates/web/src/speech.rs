//! The words of public pages and messages, in the person's language. The English sentence is the key; a catalogue gives
//! the same sentence in another language. A sentence that a catalogue lacks is said in English, and a test says so.

use std::collections::HashMap;
use std::sync::LazyLock;

use aloe_domain::language::Language;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock;

type Catalogue = HashMap<&'static str, &'static str>;

static AFRIKAANS: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("../languages/af.txt")));
static ISIZULU: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("../languages/zu.txt")));
static ISIXHOSA: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("../languages/xh.txt")));

/// A catalogue is pairs of lines, English and the other language, with blank lines and `#` remarks between them.
fn read(text: &'static str) -> Catalogue {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    lines
        .chunks_exact(2)
        .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
        .collect()
}

/// The languages that pages and messages can be had in.
pub const SPOKEN: [Language; 4] = [
    Language::English,
    Language::Afrikaans,
    Language::IsiZulu,
    Language::IsiXhosa,
];

/// One language, ready to speak.
#[derive(Clone, Copy)]
pub struct Speech {
    language: Language,
    catalogue: Option<&'static Catalogue>,
}

impl Speech {
    /// Speaks a language, or English where there is no catalogue yet.
    pub fn of(language: Language) -> Self {
        let catalogue: Option<&'static Catalogue> = match language {
            Language::Afrikaans => Some(&AFRIKAANS),
            Language::IsiZulu => Some(&ISIZULU),
            Language::IsiXhosa => Some(&ISIXHOSA),
            _ => None,
        };
        let language = if catalogue.is_some() {
            language
        } else {
            Language::English
        };
        Self { language, catalogue }
    }

    /// The language spoken.
    pub fn language(self) -> Language {
        self.language
    }

    /// The code for `lang` attributes.
    pub fn code(self) -> &'static str {
        self.language.code()
    }

    /// A sentence.
    pub fn t(self, english: &'static str) -> &'static str {
        self.catalogue.and_then(|c| c.get(english)).copied().unwrap_or(english)
    }

    /// A sentence made elsewhere, such as a complaint about a number: in this language when the catalogue has it.
    pub fn translated(self, english: &str) -> String {
        self.catalogue
            .and_then(|c| c.get(english))
            .copied()
            .unwrap_or(english)
            .to_owned()
    }

    /// A sentence with its gaps filled: `{name}` by the value of that name.
    pub fn say(self, english: &'static str, values: &[(&str, &str)]) -> String {
        let mut text = self.t(english).to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// `Tue 24 Nov, 09:20`, in this language.
    pub fn moment(self, at: Timestamp, zone: &TimeZone) -> String {
        let at = at.to_zoned(zone.clone());
        format!("{}, {}", self.short_date(at.date()), clock::hour(&at))
    }

    /// `Tue 24 Nov`, in this language.
    pub fn short_date(self, date: Date) -> String {
        format!("{} {} {}", self.weekday(date), date.day(), self.month(date))
    }

    /// A weekday in short.
    pub fn weekday(self, date: Date) -> String {
        const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        NAMES.get(index).map(|name| self.t(name)).unwrap_or_default().to_owned()
    }

    /// A month in short.
    pub fn month(self, date: Date) -> String {
        const NAMES: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let index = usize::try_from(date.month() - 1).unwrap_or(0);
        NAMES.get(index).map(|name| self.t(name)).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_said_in_its_language_and_its_gaps_are_filled() {
        let af = Speech::of(Language::Afrikaans);
        assert_eq!(af.t("Tue"), "Di");
        assert!(af.say("Kept for you for {n} minutes", &[("n", "5")]).contains('5'));
        assert_eq!(Speech::of(Language::Tshivenda).code(), "en");
    }

    /// Every sentence that the public templates say, read from the templates themselves.
    #[test]
    fn every_sentence_of_the_public_pages_is_in_the_catalogues() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/booking");
        let mut said = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for call in [".l.t(\"", ".l.say(\""] {
                for rest in text.split(call).skip(1) {
                    let sentence = rest.split('"').next().unwrap();
                    assert!(AFRIKAANS.contains_key(sentence), "no Afrikaans for: {sentence}");
                    said += 1;
                }
            }
        }
        assert!(said > 50, "{said}");
    }

    #[test]
    fn every_catalogue_has_the_same_sentences_with_the_same_gaps() {
        let gaps = |text: &str| {
            let mut found: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|p| p.split('}').next())
                .map(str::to_owned)
                .collect();
            found.sort();
            found
        };
        for catalogue in [&*ISIZULU, &*ISIXHOSA] {
            for key in AFRIKAANS.keys() {
                assert!(catalogue.contains_key(key), "missing: {key}");
            }
        }
        for catalogue in [&*AFRIKAANS, &*ISIZULU, &*ISIXHOSA] {
            for (key, value) in catalogue.iter() {
                assert_eq!(gaps(key), gaps(value), "{key}");
            }
        }
    }
}
