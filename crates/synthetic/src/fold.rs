//! Folding of names to plain ASCII.

/// `text` in lower-case ASCII letters and digits; accents are taken off, clicks and marks dropped.
#[must_use]
pub fn ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// `text` as a slug: folded words joined with single hyphens.
#[must_use]
pub fn slug(text: &str) -> String {
    let words = text.split([' ', '-', '/', ',']).map(ascii);
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// Appends what [`ascii`] gives.
pub(crate) fn fold_into(text: &str, folded: &mut String) {
    for letter in text.chars() {
        if letter.is_ascii() {
            if letter.is_ascii_alphanumeric() {
                folded.push(letter.to_ascii_lowercase());
            }
        } else if let Some(base) = base_letter(letter) {
            folded.push(base);
        }
    }
}

const fn base_letter(letter: char) -> Option<char> {
    Some(match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'ā' | 'Á' | 'Â' | 'Ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'Ê' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ĩ' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ō' | 'Ó' | 'Ō' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'ū' => 'u',
        'ç' | 'Ç' => 'c',
        'ñ' | 'ṋ' | 'ṅ' | 'Ṋ' => 'n',
        'š' | 'Š' => 's',
        'ṱ' | 'Ṱ' => 't',
        'ḓ' | 'Ḓ' => 'd',
        'ḽ' | 'Ḽ' => 'l',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{ascii, slug};
    use crate::Background;

    #[test]
    fn accents_come_off_and_clicks_are_dropped() {
        assert_eq!(ascii("Tšhegofatšo"), "tshegofatso");
        assert_eq!(ascii("Ṱhifhelimbilu"), "thifhelimbilu");
        assert_eq!(ascii("ǃXóõ"), "xoo");
        assert_eq!(ascii("O'Brien"), "obrien");
    }

    #[test]
    fn a_slug_joins_words_with_single_hyphens() {
        assert_eq!(
            slug("Kliprand  Family-Practice, Malmö"),
            "kliprand-family-practice-malmo"
        );
    }

    #[test]
    fn no_accented_letter_of_any_name_is_lost() {
        for background in Background::ALL {
            let set = background.names();
            for name in set.female.iter().chain(set.male).chain(set.surnames) {
                let letters = name.chars().filter(|c| c.is_alphabetic());
                let kept = letters.filter(|c| !"ǀǁǂǃʼ".contains(*c)).count();
                assert_eq!(ascii(name).len(), kept, "{name}");
            }
        }
    }
}
