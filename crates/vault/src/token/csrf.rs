//! Tokens against cross-site request forgery.

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use super::TokenHash;
use crate::entropy::{self, NoRandomness};
use crate::keys::CsrfKey;

const LENGTH: usize = 32;

fn xor(left: &[u8; LENGTH], right: &[u8; LENGTH]) -> [u8; LENGTH] {
    let mut result = *left;
    for (byte, other) in result.iter_mut().zip(right) {
        *byte ^= other;
    }
    result
}

impl CsrfKey {
    fn mac_of(&self, session: &TokenHash) -> [u8; LENGTH] {
        self.0.mac(&[b"csrf", session.as_bytes()])
    }

    /// A token for one rendering of a form: 86 characters of base64url. The HMAC of the session is
    /// masked with fresh random bytes, so that a compressed page never holds the same secret twice
    /// (the BREACH attack).
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system gives no random bytes.
    pub fn render(&self, session: &TokenHash) -> Result<String, NoRandomness> {
        Ok(self.render_with(session, entropy::random()?))
    }

    fn render_with(&self, session: &TokenHash, pad: [u8; LENGTH]) -> String {
        let masked = xor(&self.mac_of(session), &pad);
        BASE64URL_NOPAD.encode(&[pad, masked].concat())
    }

    /// Whether `received` was rendered for this session, in constant time.
    pub fn verify(&self, session: &TokenHash, received: &str) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(received.as_bytes()) else {
            return false;
        };
        let Some((pad, masked)) = bytes.split_first_chunk::<LENGTH>() else {
            return false;
        };
        let Ok(masked) = <&[u8; LENGTH]>::try_from(masked) else {
            return false;
        };
        self.mac_of(session).ct_eq(&xor(pad, masked)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::MacKey;
    use crate::secret::KeyBytes;
    use proptest::prelude::*;

    fn key(byte: u8) -> CsrfKey {
        CsrfKey(MacKey::of(KeyBytes::from_slice(&[byte; 32]).unwrap()))
    }

    fn session(byte: u8) -> TokenHash {
        TokenHash::from_bytes([byte; 32])
    }

    #[test]
    fn a_rendered_token_verifies_for_its_session_and_key_only() {
        let token = key(1).render(&session(1)).unwrap();
        assert_eq!(token.len(), 86);
        assert!(key(1).verify(&session(1), &token));
        assert!(!key(1).verify(&session(2), &token));
        assert!(!key(2).verify(&session(1), &token));
    }

    #[test]
    fn two_renderings_share_no_part_and_both_verify() {
        let one = key(1).render(&session(1)).unwrap();
        let two = key(1).render(&session(1)).unwrap();
        assert_ne!(one[..43], two[..43]);
        assert_ne!(one[43..], two[43..]);
        assert!(key(1).verify(&session(1), &one) && key(1).verify(&session(1), &two));
    }

    #[test]
    fn a_changed_bit_anywhere_is_refused() {
        let token = key(1).render_with(&session(1), [9; 32]);
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!key(1).verify(&session(1), &BASE64URL_NOPAD.encode(&changed)));
        }
    }

    #[test]
    fn a_cut_or_lengthened_token_is_refused() {
        let token = key(1).render(&session(1)).unwrap();
        assert!(!key(1).verify(&session(1), ""));
        assert!(!key(1).verify(&session(1), &token[..43]));
        assert!(!key(1).verify(&session(1), &format!("{token}AAAA")));
    }

    proptest! {
        #[test]
        fn verifying_never_panics(received: String) {
            prop_assert!(!key(1).verify(&session(1), &received));
        }
    }
}
