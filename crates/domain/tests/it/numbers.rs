use aloe_domain::medical_aid::{DependantCode, MedicalAidError, MemberNumber};
use aloe_domain::postal_code::PostalCode;
use aloe_domain::practice_number::PracticeNumber;
use aloe_domain::registration_number::RegistrationNumber;

#[test]
fn a_membership_number_keeps_its_zeros_and_loses_its_spaces() {
    let number = MemberNumber::parse(" 00 ab 1234 ").unwrap();
    assert_eq!((number.expose(), number.normalised()), ("00AB1234", "00AB1234"));
    assert_eq!(number.masked(), "•••••234");
    assert_eq!(MemberNumber::parse("12345").unwrap().masked(), "•••••");
    assert_eq!(format!("{number:?}"), "MemberNumber");
}

#[test]
fn a_membership_number_has_4_to_20_letters_and_digits() {
    assert!(MemberNumber::parse("1234").is_ok() && MemberNumber::parse(&"9".repeat(20)).is_ok());
    for wrong in ["", "123", "12-345", "１２３４", &"9".repeat(21)] {
        assert_eq!(
            MemberNumber::parse(wrong).err(),
            Some(MedicalAidError::MemberNumber),
            "{wrong}"
        );
    }
}

#[test]
fn a_dependant_code_has_two_digits() {
    assert_eq!(DependantCode::parse(" 07 ").unwrap().to_string(), "07");
    for wrong in ["", "7", "007", "a1"] {
        assert_eq!(DependantCode::parse(wrong), Err(MedicalAidError::DependantCode));
    }
}

#[test]
fn a_practice_number_has_7_or_13_digits_and_a_short_form() {
    assert_eq!(PracticeNumber::parse("014 000 0123456").unwrap().short(), "0123456");
    assert_eq!(PracticeNumber::parse("0123456").unwrap().short(), "0123456");
    for wrong in ["", "123456", "12345678", "012345a"] {
        assert!(PracticeNumber::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_registration_number_is_letters_then_digits() {
    let number = RegistrationNumber::parse(" mp 0123456 ").unwrap();
    assert_eq!((number.as_str(), number.register()), ("MP0123456", "MP"));
    assert_eq!(RegistrationNumber::parse("PARA012345").unwrap().as_str(), "PARA012345");
    for wrong in [
        "",
        "MP",
        "0123456",
        "M0123456",
        "ABCDE012345",
        "MP  0123456",
        "MP01234",
        "MP01234567",
        "MPé123456",
    ] {
        assert!(RegistrationNumber::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_postal_code_has_four_digits() {
    assert_eq!(PostalCode::parse(" 0001 ").unwrap().as_str(), "0001");
    for wrong in ["", "001", "00011", "000a", "١٢٣٤"] {
        assert!(PostalCode::parse(wrong).is_err(), "{wrong}");
    }
    assert_eq!(serde_json::from_str::<PostalCode>("\"0001\"").unwrap().as_str(), "0001");
}
