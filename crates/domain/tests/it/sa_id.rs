use aloe_domain::identity::{Citizenship, PartsError, SaIdNumber, SaIdNumberError as Error, SexMarker};
use jiff::civil::{Date, date};
use proptest::prelude::*;

const TODAY: Date = date(2026, 3, 2);

fn parse(text: &str) -> Result<SaIdNumber, Error> {
    SaIdNumber::parse(text, TODAY)
}

#[test]
fn the_valid_numbers_are_accepted() {
    let valid = [
        "8001015009087",
        "8501016184086",
        "9907155234088",
        "0002290000088",
        "2501010001183",
        "1206305000285",
    ];
    for number in valid {
        assert_eq!(parse(number).unwrap().expose(), number);
    }
}

#[test]
fn each_mistake_has_its_own_error() {
    let cases = [
        ("8001015009088", Error::BadCheck),
        ("8013015009087", Error::BadDate),
        ("8002305009080", Error::BadDate),
        ("8001015009387", Error::BadCitizenDigit),
        ("800101500908", Error::NotThirteenDigits),
        ("80010150090877", Error::NotThirteenDigits),
        ("80010150090A7", Error::NotThirteenDigits),
        ("８００１０１５００９０８７", Error::NotThirteenDigits),
        ("8001015009087\n", Error::NotThirteenDigits),
        ("", Error::Blank),
        (" - ", Error::Blank),
    ];
    for (text, error) in cases {
        assert_eq!(parse(text).unwrap_err(), error);
    }
}

#[test]
fn spaces_and_hyphens_do_not_matter() {
    assert_eq!(parse(" 800101 5009-08-7 ").unwrap().normalised(), "8001015009087");
}

#[test]
fn a_leap_day_belongs_to_the_only_century_that_has_it() {
    let number = parse("0002290000088").unwrap();
    assert_eq!(number.birth_dates(TODAY).certain(), Some(date(2000, 2, 29)));
    assert!(!number.birth_dates(TODAY).include(date(1900, 3, 1)));
}

#[test]
fn both_centuries_are_candidates_and_neither_is_chosen_silently() {
    let dates = parse("2501010001183").unwrap().birth_dates(TODAY);
    assert_eq!(dates.iter().collect::<Vec<_>>(), [date(1925, 1, 1), date(2025, 1, 1)]);
    assert_eq!(dates.certain(), None);
    assert_eq!(dates.suggested(), Some(date(2025, 1, 1)));
}

#[test]
fn nobody_is_born_in_the_future() {
    let before = SaIdNumber::parse("2501010001183", date(2024, 12, 31)).unwrap();
    assert_eq!(before.birth_dates(date(2024, 12, 31)).certain(), Some(date(1925, 1, 1)));
    assert_eq!(
        SaIdNumber::parse("0002290000088", date(2000, 2, 28)).unwrap_err(),
        Error::BadDate
    );
    assert!(SaIdNumber::parse("0002290000088", date(2000, 2, 29)).is_ok());
}

#[test]
fn the_number_tells_sex_marker_and_citizenship() {
    assert_eq!(parse("8001015009087").unwrap().sex_marker(), SexMarker::Male);
    assert_eq!(parse("2501010001183").unwrap().sex_marker(), SexMarker::Female);
    assert_eq!(parse("8001015009087").unwrap().citizenship(), Citizenship::Citizen);
    assert_eq!(
        parse("2501010001183").unwrap().citizenship(),
        Citizenship::PermanentResident
    );
    assert_eq!(parse("1206305000285").unwrap().citizenship(), Citizenship::Refugee);
}

#[test]
fn neither_debug_nor_an_error_shows_a_digit() {
    let number = parse("8001015009087").unwrap();
    assert_eq!(format!("{number:?}"), "SaIdNumber");
    assert_eq!(format!("{:?}", number.birth_dates(TODAY)), "BirthDates");
    let message = parse("8001015009088").unwrap_err().to_string();
    assert!(!message.contains(|c: char| c.is_ascii_digit()), "{message}");
}

#[test]
fn parts_outside_the_number_are_refused() {
    let build = |birth, sequence| SaIdNumber::from_parts(birth, sequence, Citizenship::Citizen);
    assert_eq!(build(date(1899, 12, 31), 0).unwrap_err(), PartsError::Year);
    assert_eq!(build(date(2100, 1, 1), 0).unwrap_err(), PartsError::Year);
    assert_eq!(build(date(1980, 1, 1), 10_000).unwrap_err(), PartsError::Sequence);
    assert_eq!(build(date(1980, 1, 1), 5009).unwrap().expose(), "8001015009087");
}

prop_compose! {
    fn any_number()(days in 0i64..46_000, sequence in 0u16..10_000, class in 0usize..3) -> (Date, SaIdNumber) {
        let birth = date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let class = [Citizenship::Citizen, Citizenship::PermanentResident, Citizenship::Refugee][class];
        (birth, SaIdNumber::from_parts(birth, sequence, class).unwrap())
    }
}

proptest! {
    #[test]
    fn a_built_number_parses_to_itself((birth, number) in any_number()) {
        let parsed = SaIdNumber::parse(number.expose(), TODAY.max(birth)).unwrap();
        prop_assert!(parsed == number);
        prop_assert!(parsed.birth_dates(TODAY.max(birth)).include(birth));
    }

    #[test]
    fn one_changed_digit_is_always_noticed((_, number) in any_number(), at in 0usize..13, by in 1u8..10) {
        let mut digits = number.expose().as_bytes().to_vec();
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        prop_assert!(SaIdNumber::parse(std::str::from_utf8(&digits).unwrap(), date(2099, 12, 31)).is_err());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,20}") {
        let _ = parse(&text);
    }
}
