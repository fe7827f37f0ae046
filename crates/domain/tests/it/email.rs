use aloe_domain::email::{EmailAddress, EmailError};
use proptest::prelude::*;

#[test]
fn the_domain_is_lower_case_and_the_mailbox_is_kept() {
    let address = EmailAddress::parse("  Thandi.M+work@Example.ORG ").unwrap();
    assert_eq!(address.as_str(), "Thandi.M+work@example.org");
    assert_eq!(address.canonical(), "thandi.m+work@example.org");
    assert_eq!(format!("{address:?}"), "EmailAddress");
}

#[test]
fn a_wrong_address_is_refused_with_the_reason() {
    let long_mailbox = format!("{}@example.org", "a".repeat(65));
    let long_domain = format!("a@{}.example.org", ["b".repeat(60).as_str(); 4].join("."));
    let cases = [
        (" ", EmailError::Blank),
        ("name", EmailError::At),
        ("a@b@example.org", EmailError::At),
        (&long_mailbox, EmailError::TooLong),
        (&long_domain, EmailError::TooLong),
        ("@example.org", EmailError::Mailbox),
        ("a b@example.org", EmailError::Mailbox),
        (".a@example.org", EmailError::Mailbox),
        ("a\r\nBcc:x@example.org", EmailError::Mailbox),
        ("a@localhost", EmailError::Domain),
        ("a@example..org", EmailError::Domain),
        ("a@-example.org", EmailError::Domain),
        ("a@192.0.2.1", EmailError::Domain),
        ("a@exämple.org", EmailError::Domain),
    ];
    for (text, error) in cases {
        assert_eq!(EmailAddress::parse(text), Err(error), "{text:?}");
    }
}

proptest! {
    #[test]
    fn an_accepted_address_holds_nothing_that_ends_a_header(text in "[\\PC\r\n]{0,10}@[a-z\r\n ]{1,5}\\.org") {
        if let Ok(address) = EmailAddress::parse(&text) {
            prop_assert!(address.as_str().bytes().all(|b| b.is_ascii_graphic()));
            prop_assert_eq!(EmailAddress::parse(address.as_str()).unwrap(), address);
        }
    }
}
