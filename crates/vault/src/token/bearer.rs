//! What a program shows with each request: a JSON Web Token of five minutes (RFC 7519, RFC 8725), signed with EdDSA (RFC 8037).
//! It carries the token of a session, which is looked up all the same, so that what is revoked is over at once.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ring::signature::{Ed25519KeyPair, KeyPair};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Token;
use crate::keys::BearerKey;
use crate::secret::SecretText;

/// Seconds that a token is good for.
pub const BEARER_SECONDS: u64 = 300;
/// Seconds after which another key signs.
const KEY_SECONDS: u64 = 86_400;
/// Seconds by which the clocks of two nodes may differ.
const SKEW: u64 = 30;
/// For whom the tokens are.
const AUDIENCE: &str = "aloe-api";
/// Their kind (RFC 9068).
const TYPE: &str = "at+jwt";

/// What precedes the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// It is no token of this installation, or its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no token of this installation, or one whose time is over")]
pub struct NotABearer;

#[derive(serde::Serialize, serde::Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    jti: String,
    iat: u64,
    exp: u64,
}

struct Keys {
    seed: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn signing(&self) -> EncodingKey {
        let document = Zeroizing::new([&PKCS8[..], self.seed.as_slice()].concat());
        EncodingKey::from_ed_der(&document)
    }

    fn verifying(&self) -> Result<DecodingKey, NotABearer> {
        let pair = Ed25519KeyPair::from_seed_unchecked(self.seed.as_slice()).map_err(|_| NotABearer)?;
        let public = BASE64URL_NOPAD.encode(pair.public_key().as_ref());
        DecodingKey::from_ed_components(&public).map_err(|_| NotABearer)
    }
}

impl BearerKey {
    /// The pair of the day in which a moment lies, in seconds since 1970: every node derives the same, and none is stored.
    fn of_day(&self, moment: u64) -> Keys {
        let day = moment / KEY_SECONDS;
        Keys {
            seed: Zeroizing::new(self.0.mac(&[b"bearer of a day", &day.to_be_bytes()])),
        }
    }

    /// The token that carries a session's for the next five minutes. `issuer` is the address of the pages, `subject` the program.
    ///
    /// # Errors
    /// `NotABearer` when the key cannot sign.
    pub fn sign(&self, issuer: &str, subject: Uuid, session: &Token, now: u64) -> Result<SecretText, NotABearer> {
        let claims = Claims {
            iss: issuer.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: subject,
            jti: session.to_text().expose().to_owned(),
            iat: now,
            exp: now + BEARER_SECONDS,
        };
        let header = Header {
            typ: Some(TYPE.to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        let signed = jsonwebtoken::encode(&header, &claims, &self.of_day(now).signing());
        signed.map(SecretText::from_string).map_err(|_| NotABearer)
    }

    /// The session's token in one that was signed here and whose time is not over. Yesterday's key counts as long as a token of
    /// it can live. Nothing that the token says of itself chooses the key or the algorithm.
    ///
    /// # Errors
    /// `NotABearer`.
    pub fn read(&self, issuer: &str, text: &str, now: u64) -> Result<Token, NotABearer> {
        let mut moments = vec![now, now.saturating_sub(BEARER_SECONDS), now + SKEW];
        moments.dedup_by_key(|moment| *moment / KEY_SECONDS);
        let claims = moments
            .into_iter()
            .find_map(|moment| verified(text, issuer, &self.of_day(moment)))
            .ok_or(NotABearer)?;
        let lasts = claims
            .exp
            .checked_sub(claims.iat)
            .is_some_and(|lasts| lasts <= BEARER_SECONDS);
        if !lasts || claims.exp <= now || claims.iat > now + SKEW {
            return Err(NotABearer);
        }
        Token::parse(&claims.jti).map_err(|_| NotABearer)
    }
}

fn verified(text: &str, issuer: &str, keys: &Keys) -> Option<Claims> {
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // The caller's clock decides, not the system's: see `read`.
    rules.validate_exp = false;
    let token = jsonwebtoken::decode::<Claims>(text, &keys.verifying().ok()?, &rules).ok()?;
    (token.header.typ.as_deref() == Some(TYPE)).then_some(token.claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::MacKey;
    use crate::secret::KeyBytes;
    use crate::token::TokenDomain;
    use proptest::prelude::*;

    const HERE: &str = "https://aloe.example";
    const NOON: u64 = 20_000 * KEY_SECONDS + 43_200;

    fn key(byte: u8) -> BearerKey {
        BearerKey(MacKey::of(KeyBytes::from_slice(&[byte; 32]).unwrap()))
    }

    fn hash(token: &Token) -> crate::token::TokenHash {
        token.hash(TokenDomain::SESSION)
    }

    fn signed_at(now: u64) -> (Token, String) {
        let session = Token::random().unwrap();
        let text = key(1).sign(HERE, Uuid::nil(), &session, now).unwrap();
        (session, text.expose().to_owned())
    }

    #[test]
    fn a_token_reads_back_for_five_minutes() {
        let (session, text) = signed_at(NOON);
        for later in [0, 1, 299] {
            assert_eq!(hash(&key(1).read(HERE, &text, NOON + later).unwrap()), hash(&session));
        }
        assert!(key(1).read(HERE, &text, NOON + 300).is_err(), "its time is over");
        assert!(key(1).read(HERE, &text, NOON - 31).is_err(), "it was not made yet");
    }

    #[test]
    fn yesterdays_key_counts_as_long_as_a_token_of_it_lives() {
        let midnight = 20_001 * KEY_SECONDS;
        let (_, text) = signed_at(midnight - 1);
        assert!(key(1).read(HERE, &text, midnight).is_ok());
        assert!(key(1).read(HERE, &text, midnight + 298).is_ok());
        assert!(key(1).read(HERE, &text, midnight + 299).is_err());
        let (_, early) = signed_at(midnight);
        assert!(
            key(1).read(HERE, &early, midnight - 10).is_ok(),
            "another node's clock is a little ahead"
        );
    }

    #[test]
    fn another_key_another_issuer_and_another_audience_are_refused() {
        let (_, text) = signed_at(NOON);
        assert!(key(2).read(HERE, &text, NOON).is_err());
        assert!(key(1).read("https://evil.example", &text, NOON).is_err());
        let claims = Claims {
            iss: HERE.into(),
            aud: "another".into(),
            sub: Uuid::nil(),
            jti: Token::random().unwrap().to_text().expose().to_owned(),
            iat: NOON,
            exp: NOON + 300,
        };
        let header = Header {
            typ: Some(TYPE.into()),
            ..Header::new(Algorithm::EdDSA)
        };
        let other = jsonwebtoken::encode(&header, &claims, &key(1).of_day(NOON).signing()).unwrap();
        assert!(key(1).read(HERE, &other, NOON).is_err());
    }

    #[test]
    fn another_algorithm_another_kind_and_longer_lives_are_refused() {
        let claims = |exp: u64| Claims {
            iss: HERE.into(),
            aud: AUDIENCE.into(),
            sub: Uuid::nil(),
            jti: Token::random().unwrap().to_text().expose().to_owned(),
            iat: NOON,
            exp,
        };
        let keys = key(1).of_day(NOON);
        let kind = |algorithm| Header {
            typ: Some(TYPE.into()),
            ..Header::new(algorithm)
        };
        let public = Ed25519KeyPair::from_seed_unchecked(keys.seed.as_slice()).unwrap();
        // The public key as the secret of a symmetric algorithm, the classic confusion.
        let confused = EncodingKey::from_secret(public.public_key().as_ref());
        let hmac = jsonwebtoken::encode(&kind(Algorithm::HS256), &claims(NOON + 300), &confused).unwrap();
        assert!(key(1).read(HERE, &hmac, NOON).is_err());
        let plain = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims(NOON + 300), &keys.signing()).unwrap();
        assert!(
            key(1).read(HERE, &plain, NOON).is_err(),
            "an identity token is no access token"
        );
        let long = jsonwebtoken::encode(&kind(Algorithm::EdDSA), &claims(NOON + 3_600), &keys.signing()).unwrap();
        assert!(key(1).read(HERE, &long, NOON).is_err());
        let (_, good) = signed_at(NOON);
        let (_, rest) = good.split_once('.').unwrap();
        let none = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"at+jwt"}"#);
        assert!(key(1).read(HERE, &format!("{none}.{rest}"), NOON).is_err());
        let unsigned = good.rsplit_once('.').unwrap().0;
        assert!(key(1).read(HERE, &format!("{unsigned}."), NOON).is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text: String) {
            prop_assert!(key(1).read(HERE, &text, NOON).is_err());
        }

        #[test]
        fn a_changed_sign_is_noticed(at in 0_usize..400, to in "[A-Za-z0-9_-]") {
            let (_, text) = signed_at(NOON);
            let at = at % text.len();
            let mut changed = text.clone();
            changed.replace_range(at..=at, &to);
            // The last sign of a part holds bits that count for nothing.
            let read = key(1).read(HERE, &changed, NOON);
            prop_assert!(changed == text || read.is_err() || changed.len() == text.len() && at + 1 == text.len());
        }
    }
}
