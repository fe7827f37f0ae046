use aloe_vault::{KeyStoreError, Place, SubjectKey, WrapContext, Wrapped, open, seal};

use crate::{ONE, TWO, Vault, version};

const NUMBER: &[u8] = b"0001010000000";

#[test]
fn a_wrapped_organisation_key_opens_as_the_same_key() {
    let vault = Vault::make();
    let (key, wrapped) = vault.organisation(ONE, 1);
    let stored = Wrapped::parse(wrapped.as_bytes().to_vec()).unwrap();
    let opened = vault.masters.open_organisation_key(ONE, version(1), &stored).unwrap();
    assert_eq!(opened.blind_index("id", NUMBER), key.blind_index("id", NUMBER));
    assert_eq!((opened.organisation(), opened.version()), (ONE, version(1)));
    assert_eq!(format!("{opened:?}"), "OrganisationKey");
}

#[test]
fn a_wrapped_key_opens_for_no_other_organisation_version_or_purpose() {
    let vault = Vault::make();
    let (_, wrapped) = vault.organisation(ONE, 1);
    let masters = &vault.masters;
    let other = masters.open_organisation_key(TWO, version(1), &wrapped).unwrap_err();
    assert!(matches!(other, KeyStoreError::CannotUnwrap { .. }));
    assert!(masters.open_organisation_key(ONE, version(2), &wrapped).is_err());
    assert!(masters.open_installation_key(ONE, version(1), &wrapped).is_err());
}

#[test]
fn every_damaged_byte_of_a_wrapped_key_is_refused() {
    let vault = Vault::make();
    let (_, wrapped) = vault.organisation(ONE, 1);
    for at in 0..wrapped.as_bytes().len() {
        let mut bytes = wrapped.as_bytes().to_vec();
        bytes[at] ^= 1;
        let opened =
            Wrapped::parse(bytes).and_then(|wrapped| vault.masters.open_organisation_key(ONE, version(1), &wrapped));
        assert!(opened.is_err(), "byte {at}");
    }
}

#[test]
fn equal_values_have_unequal_indexes_across_organisations_fields_and_versions() {
    let vault = Vault::make();
    let (key, _) = vault.organisation(ONE, 1);
    let (other, _) = vault.organisation(TWO, 1);
    let (next, _) = vault.organisation(ONE, 2);
    let index = key.blind_index("id number", NUMBER);
    assert_eq!(index, key.blind_index("id number", NUMBER));
    assert_ne!(index, key.blind_index("id number", b"0001010000001"));
    assert_ne!(index, key.blind_index("id numbe", b"r0001010000000"));
    assert_ne!(index, other.blind_index("id number", NUMBER));
    assert_ne!(index, next.blind_index("id number", NUMBER));
}

#[test]
fn ten_thousand_values_of_two_organisations_share_no_index() {
    let vault = Vault::make();
    let (one, _) = vault.organisation(ONE, 1);
    let (two, _) = vault.organisation(TWO, 1);
    let indexes: std::collections::HashSet<_> = (0..10_000_u32)
        .flat_map(|number| {
            let value = number.to_be_bytes();
            [one.blind_index("id", &value), two.blind_index("id", &value)]
        })
        .collect();
    assert_eq!(indexes.len(), 20_000);
}

#[test]
fn each_purpose_has_its_own_key() {
    let vault = Vault::make();
    let (key, _) = vault.organisation(ONE, 1);
    let place = Place::of(ONE, "patients", "identifier", ONE);
    let sealed = seal(&key.identifiers(), &place, NUMBER).unwrap();
    assert!(open(&key.identifiers(), &place, &sealed).is_ok());
    assert!(open(&key.objects(), &place, &sealed).is_err());
    let blinded = key.ledger_blinding().mac(&[b"id", NUMBER]);
    assert_ne!(blinded, key.blind_index("id", NUMBER));
}

#[test]
fn a_subject_key_opens_for_its_subject_and_organisation_only() {
    let vault = Vault::make();
    let (key, _) = vault.organisation(ONE, 1);
    let (other, _) = vault.organisation(TWO, 1);
    let subject = SubjectKey::random(TWO).unwrap();
    let wrapped = key.wrap_subject(&subject).unwrap();
    assert_eq!(key.unwrap_subject(TWO, &wrapped).unwrap().subject(), TWO);
    assert!(key.unwrap_subject(ONE, &wrapped).is_err());
    assert!(other.unwrap_subject(TWO, &wrapped).is_err());
}

#[test]
fn rewrapping_a_subject_key_leaves_what_it_sealed_readable() {
    let vault = Vault::make();
    let (old, _) = vault.organisation(ONE, 1);
    let (new, _) = vault.organisation(ONE, 2);
    let place = Place::of(ONE, "encounters", "note", ONE);
    let subject = SubjectKey::random(ONE).unwrap();
    let note = seal(&subject.fields(), &place, b"note").unwrap();
    let before = old.wrap_subject(&subject).unwrap();
    let after = new.wrap_subject(&old.unwrap_subject(ONE, &before).unwrap()).unwrap();
    let again = new.unwrap_subject(ONE, &after).unwrap();
    assert_eq!(open(&again.fields(), &place, &note).unwrap().as_bytes(), b"note");
    assert!(new.unwrap_subject(ONE, &before).is_err());
}

#[test]
fn rotating_the_master_rewraps_and_the_old_form_still_opens() {
    let vault = Vault::make();
    let (key, before) = vault.organisation(ONE, 1);
    let context = WrapContext::organisation(ONE, version(1));
    assert!(vault.masters.rewrap(&context, &before).unwrap().is_none());
    assert_eq!(vault.masters.rotate().unwrap(), version(2));
    let after = vault.masters.rewrap(&context, &before).unwrap().unwrap();
    assert_eq!(
        (before.master_version(), after.master_version()),
        (version(1), version(2))
    );
    for wrapped in [&before, &after] {
        let opened = vault.masters.open_organisation_key(ONE, version(1), wrapped).unwrap();
        assert_eq!(opened.blind_index("id", NUMBER), key.blind_index("id", NUMBER));
    }
}

#[test]
fn a_wrapped_key_is_not_rewrapped_for_another_context() {
    let vault = Vault::make();
    let (_, wrapped) = vault.organisation(ONE, 1);
    vault.masters.rotate().unwrap();
    let stolen = WrapContext::organisation(TWO, version(1));
    assert!(vault.masters.rewrap(&stolen, &wrapped).is_err());
}
