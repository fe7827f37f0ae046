use aloe_domain::name::{NameError, PersonName, fold, prefix_range, query_tokens, search_tokens};
use proptest::prelude::*;

#[test]
fn names_of_many_scripts_and_spellings_are_accepted_as_written() {
    let names = [
        "Nomvula",
        "O'Brien",
        "O’Brien",
        "N‘dela",
        "d`Arc",
        "van der Merwe",
        "Smith-Jones",
        "J. P.",
        "Zoë",
        "ǃXóõ",
        "ǀXam",
        "!Nara",
        "Ὀδυσσεύς",
        "李小龍",
        "محمد",
        "देवी",
        "Tshivenḓa",
        "Ŋ",
    ];
    for name in names {
        assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
    }
}

#[test]
fn spaces_collapse_and_accents_compose() {
    assert_eq!(
        PersonName::parse("  Anna \u{a0} Maria ").unwrap().as_str(),
        "Anna Maria"
    );
    assert_eq!(
        PersonName::parse("Zoe\u{308}").unwrap(),
        PersonName::parse("Zoë").unwrap()
    );
}

#[test]
fn what_is_no_name_is_refused_with_the_reason() {
    let cases = [
        ("", NameError::Blank),
        ("\u{a0} ", NameError::Blank),
        ("- '", NameError::NoLetter),
        ("John2", NameError::Digit),
        ("Ann 😀", NameError::Emoji),
        ("Ann ❤\u{fe0f}", NameError::Emoji),
        ("🅰nn", NameError::Emoji),
        ("Ann\u{0}", NameError::Invisible),
        ("Ann\tLee", NameError::Invisible),
        ("Ann\u{200b}", NameError::Invisible),
        ("Ann\u{3164}", NameError::Invisible),
        ("Ann\u{202e}eel", NameError::Direction),
        ("<b>Ann", NameError::Sign),
        ("Ann@home", NameError::Sign),
        ("x\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", NameError::Marks),
    ];
    for (text, error) in cases {
        assert_eq!(PersonName::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn a_name_has_at_most_120_characters_not_bytes() {
    assert!(PersonName::parse(&"é".repeat(120)).is_ok());
    assert_eq!(PersonName::parse(&"é".repeat(121)), Err(NameError::TooLong));
}

#[test]
fn folding_takes_accents_case_and_clicks_away() {
    let cases = [
        ("Zoë", "zoe"),
        ("Tshivenḓa", "tshivenda"),
        ("Łøß", "loss"),
        ("ǃNara", "nara"),
        ("ＡＢ", "ab"),
        ("İ", "i"),
    ];
    for (name, folded) in cases {
        assert_eq!(fold(name), folded);
    }
}

#[test]
fn a_name_is_kept_under_each_of_its_parts_and_joined() {
    assert_eq!(search_tokens("Seán O'Brien"), ["brien", "o", "obrien", "sean"]);
    assert_eq!(search_tokens("van der Merwe"), ["der", "merwe", "van", "vandermerwe"]);
    assert_eq!(search_tokens("Smith-Jones"), ["jones", "smith", "smithjones"]);
    assert_eq!(search_tokens("Anna Anna"), ["anna"]);
    assert_eq!(search_tokens("Lee-O'Dea"), ["dea", "lee", "leeodea", "o", "odea"]);
    assert!(search_tokens(" - ").is_empty());
}

fn finds(typed: &str, name: &str) -> bool {
    let tokens = search_tokens(name);
    let matches = |(from, to): (String, String)| tokens.iter().any(|token| *token >= from && *token < to);
    query_tokens(typed).iter().all(|token| matches(prefix_range(token)))
}

#[test]
fn a_name_is_found_however_it_is_typed() {
    for typed in ["O'Brien", "obrien", "OBR", "o brien", "brien", "o’brien"] {
        assert!(finds(typed, "Seán O'Brien"), "{typed}");
    }
    assert!(finds("O'Brien", "Obrien"));
    assert!(finds("merwe anna", "Anna van der Merwe") && finds("vandermerwe", "Anna van der Merwe"));
    assert!(finds("smith-jones", "Smith Jones") && finds("!nara", "ǃNara"));
    assert!(!finds("brown", "Seán O'Brien") && !finds("anna brown", "Anna Smith"));
}

#[test]
fn a_range_ends_just_after_its_prefix() {
    assert_eq!(prefix_range("mer"), ("mer".to_owned(), "mes".to_owned()));
    assert_eq!(prefix_range("a\u{d7ff}").1, "a\u{e000}");
    assert_eq!(prefix_range("a\u{10ffff}").1, "b");
    assert_eq!(prefix_range("").1, "\u{10ffff}");
}

proptest! {
    #[test]
    fn a_range_holds_exactly_the_texts_with_the_prefix(prefix in "[a-cж\u{d7ff}]{1,3}", text in "[a-dж-з\u{d7ff}\u{e000}]{0,5}") {
        let (from, to) = prefix_range(&prefix);
        prop_assert_eq!(text.as_bytes() >= from.as_bytes() && text.as_bytes() < to.as_bytes(), text.starts_with(&prefix));
    }

    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn a_person_is_found_by_the_name_that_was_kept(name in "\\p{L}[\\p{L}' .-]{0,20}") {
        if let Ok(name) = PersonName::parse(&name) {
            prop_assert!(finds(name.as_str(), name.as_str()));
        }
    }
}
