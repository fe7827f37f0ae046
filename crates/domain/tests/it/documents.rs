use aloe_domain::identity::{Country, CountryError, IdentityDocument, IdentityError, IdentityType, SaIdNumberError};
use jiff::civil::date;

fn parse(kind: IdentityType, country: &str, value: &str) -> Result<IdentityDocument, IdentityError> {
    IdentityDocument::parse(kind, country, value, date(2026, 3, 2))
}

fn refused(kind: IdentityType, country: &str, value: &str) -> IdentityError {
    parse(kind, country, value).err().unwrap()
}

#[test]
fn every_type_has_a_stable_code() {
    let codes: Vec<_> = IdentityType::ALL.iter().map(|kind| kind.code()).collect();
    let expected = [
        "sa_id",
        "passport",
        "asylum_permit",
        "refugee_permit",
        "none_newborn",
        "none_unknown",
    ];
    assert_eq!(codes, expected);
    assert!(
        IdentityType::ALL
            .iter()
            .all(|kind| IdentityType::from_code(kind.code()) == Some(*kind))
    );
    assert_eq!(IdentityType::from_code("SA_ID"), None);
}

#[test]
fn a_mask_shows_the_last_four_of_a_long_number_only() {
    let masked = |kind, country, value| parse(kind, country, value).unwrap().masked();
    assert_eq!(masked(IdentityType::SaId, "", "8001015009087"), "••••••••••087");
    assert_eq!(masked(IdentityType::Passport, "ZWE", "AB1234567"), "•••••4567");
    assert_eq!(masked(IdentityType::Passport, "ZWE", "AB12345"), "•••••••");
    assert_eq!(masked(IdentityType::NoneNewborn, "", ""), "");
}

#[test]
fn the_blind_index_sees_one_form_of_one_document() {
    let bytes = |kind, country, value| parse(kind, country, value).unwrap().canonical_bytes();
    let passport = bytes(IdentityType::Passport, "zwe", "ab 123456").unwrap();
    assert_eq!(passport, b"passport|ZWE|AB123456");
    assert_eq!(bytes(IdentityType::Passport, "ZWE", "AB-123456").unwrap(), passport);
    assert_ne!(bytes(IdentityType::Passport, "MOZ", "AB123456").unwrap(), passport);
    assert_eq!(
        bytes(IdentityType::SaId, "ZAF", "800101 5009 087").unwrap(),
        b"sa_id|ZAF|8001015009087"
    );
    assert_eq!(
        bytes(IdentityType::AsylumPermit, "", "ctr/012345/19").unwrap(),
        b"asylum_permit|ZAF|CTR01234519"
    );
    assert_eq!(bytes(IdentityType::NoneUnknown, "", ""), None);
}

#[test]
fn a_document_that_does_not_fit_its_type_is_refused() {
    assert_eq!(
        refused(IdentityType::SaId, "", "1"),
        IdentityError::SaId(SaIdNumberError::NotThirteenDigits)
    );
    assert_eq!(
        refused(IdentityType::SaId, "ZWE", "8001015009087"),
        IdentityError::NotSouthAfrican
    );
    assert_eq!(
        refused(IdentityType::Passport, "", "AB123456"),
        IdentityError::Country(CountryError)
    );
    assert_eq!(
        refused(IdentityType::Passport, "ZWE", "AB123"),
        IdentityError::PassportNumber
    );
    assert_eq!(
        refused(IdentityType::Passport, "ZWE", "AB12345é"),
        IdentityError::PassportNumber
    );
    assert_eq!(
        refused(IdentityType::RefugeePermit, "", "A|B|C|D|E"),
        IdentityError::PermitReference
    );
    assert_eq!(
        refused(IdentityType::NoneUnknown, "", "123"),
        IdentityError::UnexpectedNumber
    );
}

#[test]
fn a_document_gives_back_its_parts_and_prints_none() {
    let document = parse(IdentityType::RefugeePermit, "ZAF", "rsa-000123").unwrap();
    assert_eq!(document.kind(), IdentityType::RefugeePermit);
    assert_eq!(document.country(), Some(Country::SOUTH_AFRICA));
    assert_eq!(document.expose(), Some("RSA000123"));
    assert_eq!(format!("{document:?}"), "IdentityDocument");
    assert_eq!(parse(IdentityType::NoneNewborn, "", " ").unwrap().country(), None);
}

#[test]
fn the_countries_are_those_of_the_standard_and_of_passports() {
    let all: std::collections::BTreeSet<_> = Country::all().map(Country::code).collect();
    assert_eq!(all.len(), 249);
    assert!(all.iter().all(|code| code.len() == 3 && Country::parse(code).is_ok()));
    assert_eq!(Country::parse("xxb").unwrap().code(), "XXB");
    assert!(!all.contains("XXB"));
    for wrong in ["", ".", "ZA", "ZAFX", "QQQ"] {
        assert_eq!(Country::parse(wrong), Err(CountryError));
    }
}
