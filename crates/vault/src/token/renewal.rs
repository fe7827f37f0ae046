//! The tokens after a renewal.

use super::Token;
use crate::keys::RenewalKey;
use crate::secret::KeyBytes;

impl RenewalKey {
    /// The access and the refresh token that follow from a spent refresh token: HMAC-SHA-256 over it, under a key that never
    /// leaves the installation. Whoever renews with the same token twice, in two tabs or after a lost answer, gets the same
    /// pair, so that a session has one living end; whoever stole the database cannot derive either of them.
    pub fn after(&self, spent: &Token) -> (Token, Token) {
        let follow = |what: &[u8]| Token::of(KeyBytes::from_array(self.0.mac(&[what, spent.bytes()])));
        (follow(b"access"), follow(b"refresh"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::MacKey;
    use crate::token::TokenDomain;

    fn key(byte: u8) -> RenewalKey {
        RenewalKey(MacKey::of(KeyBytes::from_slice(&[byte; 32]).unwrap()))
    }

    #[test]
    fn the_same_token_leads_to_the_same_pair_and_another_to_another() {
        let hash = |token: &Token| token.hash(TokenDomain::SESSION);
        let (one, two) = (Token::random().unwrap(), Token::random().unwrap());
        let (access, refresh) = key(1).after(&one);
        let again = key(1).after(&one);
        assert_eq!((hash(&access), hash(&refresh)), (hash(&again.0), hash(&again.1)));
        let mut all = vec![hash(&one), hash(&access), hash(&refresh)];
        for other in [key(1).after(&two), key(2).after(&one), key(1).after(&refresh)] {
            all.extend([hash(&other.0), hash(&other.1)]);
        }
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
