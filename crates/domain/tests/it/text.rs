use aloe_domain::text::{LongText, OneLine, TextError};
use proptest::prelude::*;

type Line = OneLine<10>;
type Long = LongText<10>;

#[test]
fn a_line_is_trimmed_and_counted_in_characters() {
    assert_eq!(Line::parse("  éééééééééé ").unwrap().as_str(), "éééééééééé");
    assert_eq!(Line::parse("éééééééééé1"), Err(TextError::TooLong { max: 10 }));
    assert_eq!(Line::parse(" \n "), Err(TextError::Blank));
}

#[test]
fn a_line_has_no_breaks_and_no_shapeless_characters() {
    for text in ["a\nb", "a\rb", "a\tb", "a\u{2028}b"] {
        assert_eq!(Line::parse(text), Err(TextError::ManyLines), "{text:?}");
    }
    for text in ["a\0b", "a\u{1b}b", "a\u{7f}b", "a\u{202e}b"] {
        assert_eq!(Line::parse(text), Err(TextError::Invisible), "{text:?}");
        assert_eq!(Long::parse(text), Err(TextError::Invisible), "{text:?}");
    }
}

#[test]
fn a_long_text_keeps_its_lines_with_one_kind_of_line_end() {
    assert_eq!(Long::parse("a\r\nb\rc\n\td\n").unwrap().as_str(), "a\nb\nc\n\td");
}

#[test]
fn a_text_is_not_printed_and_its_error_names_the_limit() {
    assert_eq!(format!("{:?}", Line::parse("secret").unwrap()), "OneLine");
    assert_eq!(
        TextError::TooLong { max: 10 }.to_string(),
        "This is too long: at most 10 characters. Shorten it."
    );
    assert!(serde_json::from_str::<Line>("\"a\\u0000\"").is_err());
}

proptest! {
    #[test]
    fn an_accepted_text_is_accepted_again_unchanged(text in "[\\PC\n\r\t]{0,14}") {
        if let Ok(parsed) = Long::parse(&text) {
            prop_assert_eq!(Long::parse(parsed.as_str()).unwrap(), parsed);
        }
    }
}
