use aloe_vault::{Pin, Token, TokenDomain};

use crate::{ONE, TWO, Vault, version};

#[test]
fn an_installation_key_keeps_its_passwords_pins_and_form_tokens() {
    let vault = Vault::make();
    let (key, wrapped) = vault.masters.make_installation_key(ONE, version(1)).unwrap();
    let opened = vault.masters.open_installation_key(ONE, version(1), &wrapped).unwrap();
    assert_eq!(
        key.login_password("aloe_jobs").expose(),
        opened.login_password("aloe_jobs").expose()
    );
    let pin = Pin::random().unwrap();
    let stored = key.pins().pin_mac(TWO, "+27000000000", &pin);
    assert!(opened.pins().verify_pin(TWO, "+27000000000", &pin, &stored));
    let session = Token::random().unwrap().hash(TokenDomain::SESSION);
    let form = key.csrf().render(&session).unwrap();
    assert!(opened.csrf().verify(&session, &form));
    assert_eq!(opened.version(), version(1));
}

#[test]
fn the_key_of_another_installation_does_not_open() {
    let vault = Vault::make();
    let (_, wrapped) = vault.masters.make_installation_key(ONE, version(1)).unwrap();
    assert!(vault.masters.open_installation_key(TWO, version(1), &wrapped).is_err());
    assert!(vault.masters.open_organisation_key(ONE, version(1), &wrapped).is_err());
}
