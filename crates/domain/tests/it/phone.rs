use aloe_domain::phone::{PhoneError, PhoneNumber};
use proptest::prelude::*;

fn e164(text: &str) -> String {
    PhoneNumber::parse(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .e164()
        .to_owned()
}

#[test]
fn every_way_of_writing_one_number_is_that_number() {
    let ways = [
        "0821234567",
        "27821234567",
        "+27821234567",
        "0027821234567",
        "082 123 4567",
        "(082) 123-4567",
        "082.123.4567",
        "+27 82 123 4567",
        "+27 (0)82 123 4567",
        "0027 (0) 82 123 4567",
        "082\u{a0}123\u{202f}4567",
        "\u{202a}+27 82 123 4567\u{202c}",
        "  082–123–4567 ",
        "27 82 123 4567",
    ];
    for way in ways {
        assert_eq!(e164(way), "+27821234567");
    }
}

#[test]
fn a_number_that_cannot_be_dialled_is_refused_with_the_reason() {
    let cases = [
        ("", PhoneError::Blank),
        (" - ", PhoneError::Blank),
        ("821234567", PhoneError::NoPrefix),
        ("271234567", PhoneError::NoPrefix),
        ("082123456", PhoneError::Length),
        ("08212345678", PhoneError::Length),
        ("+2782123456", PhoneError::Length),
        ("0901234567", PhoneError::Range),
        ("082 CALL ME", PhoneError::Characters),
        ("082+1234567", PhoneError::Characters),
        ("０８２１２３４５６７", PhoneError::Characters),
        ("+44 12", PhoneError::Foreign),
        ("+0821234567", PhoneError::Foreign),
        ("+1234567890123456", PhoneError::Foreign),
        ("+", PhoneError::Foreign),
    ];
    for (text, error) in cases {
        assert_eq!(PhoneNumber::parse(text), Err(error), "{text}");
    }
}

#[test]
fn pins_go_to_south_african_mobiles_only() {
    let may = |text| PhoneNumber::parse(text).unwrap().can_receive_pin();
    for mobile in ["0601234567", "0711234567", "0811234567", "0821234567", "0851234567"] {
        assert!(may(mobile), "{mobile}");
    }
    for other in [
        "0215551234",
        "0801234567",
        "0861234567",
        "0871234567",
        "0891234567",
        "+447700900123",
    ] {
        assert!(!may(other), "{other}");
    }
}

#[test]
fn a_number_is_shown_as_people_read_it_or_masked() {
    let phone = PhoneNumber::parse("+27825550142").unwrap();
    assert_eq!(phone.national(), "082 555 0142");
    assert_eq!(phone.masked(), "•••••••142");
    assert_eq!(format!("{phone:?}"), "PhoneNumber");
    let foreign = PhoneNumber::parse("00447700900123").unwrap();
    assert_eq!(
        (foreign.national().as_str(), foreign.is_south_african()),
        ("+447700900123", false)
    );
}

#[test]
fn a_number_travels_through_json_by_its_parser() {
    let phone: PhoneNumber = serde_json::from_str("\"082 555 0142\"").unwrap();
    assert_eq!(serde_json::to_string(&phone).unwrap(), "\"+27825550142\"");
    assert!(
        serde_json::from_str::<PhoneNumber>("\"555\"")
            .unwrap_err()
            .to_string()
            .starts_with("Begin the number")
    );
}

proptest! {
    #[test]
    fn what_was_parsed_parses_again(subscriber in "[1-8][0-9]{8}") {
        let phone = PhoneNumber::parse(&format!("0{subscriber}")).unwrap();
        prop_assert_eq!(PhoneNumber::parse(phone.e164()).unwrap(), phone.clone());
        prop_assert_eq!(PhoneNumber::parse(&phone.national()).unwrap(), phone);
    }

    #[test]
    fn whatever_is_accepted_is_e164(text in "[+0-9 ()-]{0,20}") {
        if let Ok(phone) = PhoneNumber::parse(&text) {
            let digits = phone.e164().strip_prefix('+').unwrap();
            prop_assert!((8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
        }
    }
}
