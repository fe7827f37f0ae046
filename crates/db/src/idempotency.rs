//! A request that is sent twice is done once: the key and the answer stand in the transaction of the act.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::bookings::BookingError;
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;

/// A key that the client chose for one act. Kept hashed.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(Vec<u8>);

/// What the act was, to catch a key that is used for another one.
#[derive(Clone, Debug)]
pub struct Fingerprint(Vec<u8>);

impl IdempotencyKey {
    /// The key of a request: 8 to 100 visible characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (8..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(Sha256::digest(text).to_vec()))
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> &[u8] {
        &self.0
    }

    /// The answer of the first request with this key, if there was one.
    ///
    /// # Errors
    /// `KeyReused` for a key of another act.
    pub async fn answer<N>(&self, tx: &mut Tx<N>, of: &Fingerprint) -> Result<Option<Uuid>, BookingError> {
        let Some(row) = tx.find(sql!("idempotency/find"), &[&self.0]).await? else {
            return Ok(None);
        };
        if of.is(row.get("fingerprint")) {
            Ok(Some(row.get("answer")))
        } else {
            Err(BookingError::KeyReused)
        }
    }

    /// Claims the key for an act that has no answer to repeat: whether this is the first request with it. Of two at once the
    /// second waits for the first to end.
    ///
    /// # Errors
    /// `KeyReused` for a key of another act.
    pub async fn claim<N>(&self, tx: &mut Tx<N>, of: &Fingerprint) -> Result<bool, BookingError> {
        if tx
            .run(sql!("idempotency/claim"), &[&self.0, &of.0, &Uuid::nil()])
            .await?
            == 1
        {
            return Ok(true);
        }
        self.answer(tx, of).await.map(|_| false)
    }

    /// Keeps the answer.
    ///
    /// # Errors
    /// `Conflict` when another request with this key was faster.
    pub async fn keep<N>(&self, tx: &mut Tx<N>, of: &Fingerprint, answer: Uuid) -> Result<(), DbError> {
        tx.run_one(sql!("idempotency/add"), &[&self.0, &of.0, &answer]).await
    }
}

impl Fingerprint {
    /// Of the parts that make two acts the same.
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().to_vec())
    }

    /// Whether this is the fingerprint that was kept.
    pub(crate) fn is(&self, kept: &[u8]) -> bool {
        self.0 == kept
    }

    /// What is kept of it.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_tell_parts_apart() {
        assert_ne!(Fingerprint::of(&["ab", "c"]).0, Fingerprint::of(&["a", "bc"]).0);
    }

    #[test]
    fn a_key_is_short_and_visible() {
        assert!(IdempotencyKey::parse("0123456789abcdef").is_some());
        assert!(IdempotencyKey::parse("short").is_none());
        assert!(IdempotencyKey::parse("with space in it").is_none());
    }
}
