//! HKDF-SHA-256 (RFC 5869), HMAC-SHA-256 (RFC 2104) and SHA-256, each behind one function.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::secret::KeyBytes;

/// Fills `output` (at most 8,160 bytes) with HKDF-SHA-256 of `material`.
fn expand(salt: &[u8], material: &[u8], info: &[u8], output: &mut [u8]) {
    let expanded = Hkdf::<Sha256>::new(Some(salt), material).expand(info, output);
    if expanded.is_err() {
        unreachable!("an output of at most 255 hash lengths expands (RFC 5869, section 2.3)");
    }
}

/// Derives one key from `key` under the label `info`.
pub(crate) fn derive_key(salt: &[u8], key: &KeyBytes, info: &str) -> KeyBytes {
    let mut derived = KeyBytes::blank();
    expand(salt, key.expose(), info.as_bytes(), derived.bytes_mut());
    derived
}

/// HMAC-SHA-256 over the parts as if they were written one after another. Callers frame the parts
/// where their lengths vary.
pub(crate) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes a key of any length (RFC 2104, section 2)");
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// SHA-256 over the parts as if they were written one after another.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    fn bytes(hex: &str) -> Vec<u8> {
        HEXLOWER.decode(hex.as_bytes()).unwrap()
    }

    fn mac_is(key: &[u8], message: &[u8], expected: &str) {
        assert_eq!(HEXLOWER.encode(&hmac_sha256(key, &[message])), expected);
    }

    fn hkdf_is(salt: &[u8], material: &[u8], info: &[u8], expected: &str) {
        let expected = bytes(expected);
        let mut output = vec![0; expected.len()];
        expand(salt, material, info, &mut output);
        assert_eq!(output, expected);
    }

    #[test]
    fn hkdf_gives_test_case_1_of_rfc_5869() {
        hkdf_is(
            &bytes("000102030405060708090a0b0c"),
            &[0x0b; 22],
            &bytes("f0f1f2f3f4f5f6f7f8f9"),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        );
    }

    #[test]
    fn hkdf_gives_test_case_2_of_rfc_5869() {
        let run = |from: u8, to: u8| (from..=to).collect::<Vec<u8>>();
        hkdf_is(
            &run(0x60, 0xaf),
            &run(0x00, 0x4f),
            &run(0xb0, 0xff),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c\
             59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71\
             cc30c58179ec3e87c14c01d5c1f3434f1d87",
        );
    }

    #[test]
    fn hkdf_gives_test_case_3_of_rfc_5869() {
        hkdf_is(
            &[],
            &[0x0b; 22],
            &[],
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        );
    }

    #[test]
    fn hmac_gives_test_cases_1_to_4_of_rfc_4231() {
        mac_is(
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        );
        mac_is(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        mac_is(
            &[0xaa; 20],
            &[0xdd; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        );
        mac_is(
            &(1..=25).collect::<Vec<u8>>(),
            &[0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        );
    }

    #[test]
    fn hmac_gives_test_cases_6_and_7_of_rfc_4231_with_keys_longer_than_a_block() {
        mac_is(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
        mac_is(
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. \
              The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        );
    }

    #[test]
    fn parts_are_hashed_as_one_message() {
        assert_eq!(hmac_sha256(b"key", &[b"a", b"bc"]), hmac_sha256(b"key", &[b"abc"]));
        assert_eq!(sha256(&[b"ab", b"c"]), sha256(&[b"abc"]));
    }

    #[test]
    fn labels_separate_keys() {
        let key = KeyBytes::from_slice(&[9; 32]).unwrap();
        let one = derive_key(&[], &key, "one");
        assert!(one.same_as(&derive_key(&[], &key, "one")));
        assert!(!one.same_as(&derive_key(&[], &key, "two")));
        assert!(!one.same_as(&derive_key(b"salt", &key, "one")));
    }
}
