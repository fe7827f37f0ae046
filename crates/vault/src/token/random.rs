//! Random tokens of 256 bits.

use std::fmt;
use std::hash::{Hash, Hasher};

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::TokenError;
use crate::derivation::sha256;
use crate::entropy::NoRandomness;
use crate::secret::{KeyBytes, SecretText, silent_debug, write_hex};

/// What a token is for. A hash made for one domain matches in no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenDomain(&'static str);

impl TokenDomain {
    /// The session cookie.
    pub const SESSION: Self = Self("aloe/1/token/session");
    /// The link by which a person manages a booking.
    pub const MANAGE_LINK: Self = Self("aloe/1/token/manage link");
    /// A key that makes a repeated request count once.
    pub const IDEMPOTENCY: Self = Self("aloe/1/token/idempotency");
    /// The cookie of a sign-in or PIN ceremony.
    pub const CEREMONY: Self = Self("aloe/1/token/ceremony");
    /// An invitation to an organisation.
    pub const INVITATION: Self = Self("aloe/1/token/invitation");
    /// The link by which a forgotten password is replaced.
    pub const RESET: Self = Self("aloe/1/token/reset");
    /// The cookie by which a browser is known again that somebody signed in with.
    pub const DEVICE: Self = Self("aloe/1/token/device");
    /// The credential of a program.
    pub const PROGRAM: Self = Self("aloe/1/token/program");
    /// The secret by which a job is claimed.
    pub const JOB_CLAIM: Self = Self("aloe/1/token/job claim");

    /// The label that is hashed before the token, for code that hashes inside the database.
    pub fn label(self) -> &'static str {
        self.0
    }
}

/// A random token of 256 bits. Only its hash is stored.
pub struct Token(KeyBytes);

silent_debug!(Token);

impl Token {
    /// Draws a token.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system gives no random bytes.
    pub fn random() -> Result<Self, NoRandomness> {
        KeyBytes::random().map(Self)
    }

    pub(super) fn of(bytes: KeyBytes) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.expose()
    }

    /// Reads a token from a cookie or a link. One token has exactly one text.
    ///
    /// # Errors
    /// [`TokenError::NotAToken`] unless it is 43 characters of base64url.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let bytes = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map(Zeroizing::new)
            .map_err(|_| TokenError::NotAToken)?;
        KeyBytes::from_slice(&bytes).map(Self).ok_or(TokenError::NotAToken)
    }

    /// The text for a cookie or a link: 43 characters of base64url.
    pub fn to_text(&self) -> SecretText {
        SecretText::from_string(BASE64URL_NOPAD.encode(self.0.expose()))
    }

    /// What is stored: SHA-256 over the domain's label and the 32 bytes of the token. A plain hash
    /// is enough, since 256 random bits cannot be guessed.
    pub fn hash(&self, domain: TokenDomain) -> TokenHash {
        TokenHash(sha256(&[domain.0.as_bytes(), self.0.expose()]))
    }
}

/// The hash of a token. Compared in constant time.
#[derive(Clone, Copy, Eq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Takes a hash from the database.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash, to be stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Hash for TokenHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not secret, and a line in a log needs something to tell two of them apart.
        let (start, _) = self.0.split_at(4);
        formatter.write_str("TokenHash(")?;
        write_hex(formatter, start)?;
        formatter.write_str("…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_forty_three_characters_and_reads_back() {
        let token = Token::random().unwrap();
        let text = token.to_text();
        assert_eq!(text.expose().len(), 43);
        let read = Token::parse(text.expose()).unwrap();
        assert_eq!(read.hash(TokenDomain::SESSION), token.hash(TokenDomain::SESSION));
    }

    #[test]
    fn a_token_has_one_text_only() {
        let zeros = "A".repeat(43);
        assert!(Token::parse(&zeros).is_ok());
        let stray_bits = format!("{}B", "A".repeat(42));
        for text in [stray_bits, format!("{zeros}="), format!(" {zeros}"), "A".repeat(44)] {
            assert_eq!(Token::parse(&text).unwrap_err(), TokenError::NotAToken);
        }
        assert!(Token::parse("").is_err());
    }

    #[test]
    fn a_hash_of_one_domain_matches_in_no_other() {
        let token = Token::random().unwrap();
        let session = token.hash(TokenDomain::SESSION);
        assert_ne!(session, token.hash(TokenDomain::MANAGE_LINK));
        assert_eq!(session, TokenHash::from_bytes(*session.as_bytes()));
    }

    #[test]
    fn the_hash_is_plain_sha_256_so_that_the_database_can_make_it() {
        let token = Token::parse(&"A".repeat(43)).unwrap();
        let by_hand = sha256(&[b"aloe/1/token/session", &[0; 32]]);
        assert_eq!(token.hash(TokenDomain::SESSION).as_bytes(), &by_hand);
    }

    #[test]
    fn debug_prints_no_token() {
        let token = Token::parse(&"A".repeat(43)).unwrap();
        assert_eq!(format!("{token:?}"), "Token");
    }
}
