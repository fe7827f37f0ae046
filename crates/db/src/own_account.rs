//! What people do with their own account: see where they are signed in, end what they do not know, change their password.

use std::net::IpAddr;

use aloe_domain::ids::{SessionId, UserId};
use jiff::Timestamp;
use tokio_postgres::Row;

use crate::doors::Doors;
use crate::error::DbError;
use crate::membership::SignedIn;
use crate::statement::sql;
use crate::visit::Visit;

/// An active session, as its owner sees it.
#[derive(Clone, Debug)]
pub struct OwnSession {
    /// The session.
    pub id: SessionId,
    /// When somebody signed in.
    pub started_at: Timestamp,
    /// When it was used last, to the minute.
    pub last_used_at: Timestamp,
    /// The address it was started from.
    pub source: Option<IpAddr>,
    /// What the browser called itself.
    pub device: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Something that happened to an account and that its owner should know of.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What: `token_reused`, `password_changed` …
    pub what: String,
    /// The address it came from.
    pub source: Option<IpAddr>,
    /// What the browser called itself.
    pub device: String,
    /// When.
    pub at: Timestamp,
}

impl Doors {
    /// What happened to one's own account in the last ninety days, the newest first.
    ///
    /// # Errors
    /// `NotEntered` when the session that asks has ended meanwhile.
    pub async fn own_notices(&self, visit: &Visit, who: &SignedIn) -> Result<Vec<Notice>, DbError> {
        let mut tx = self.auth(visit).await?;
        let rows = tx
            .rows(sql!("accounts/own_notices"), &[&who.token_hash.as_slice()])
            .await?;
        tx.commit().await?;
        let notice = |row: &Row| Notice {
            what: row.get("what"),
            source: row.get("source"),
            device: row.get("device"),
            at: row.get("at"),
        };
        Ok(rows.iter().map(notice).collect())
    }

    /// Takes what an account's owner has not been told yet: from here on it counts as told.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn tell_notices(&self, visit: &Visit, user: UserId) -> Result<Vec<String>, DbError> {
        let mut tx = self.auth(visit).await?;
        let rows = tx.rows(sql!("accounts/tell_own_notices"), &[&user.as_uuid()]).await?;
        tx.commit().await?;
        Ok(rows.iter().map(|row| row.get("what")).collect())
    }

    /// The active sessions of whoever is signed in, the one that asks first, then by their last use.
    ///
    /// # Errors
    /// `NotEntered` when the session that asks has ended meanwhile.
    pub async fn own_sessions(&self, visit: &Visit, who: &SignedIn) -> Result<Vec<OwnSession>, DbError> {
        let mut tx = self.auth(visit).await?;
        let rows = tx
            .rows(sql!("accounts/own_sessions"), &[&who.token_hash.as_slice()])
            .await?;
        tx.commit().await?;
        Ok(rows
            .iter()
            .map(|row| OwnSession {
                id: SessionId::from_uuid(row.get("session_id")),
                started_at: row.get("started_at"),
                last_used_at: row.get("last_used_at"),
                source: row.get("source"),
                device: row.get("device"),
                is_this: row.get("is_this"),
            })
            .collect())
    }

    /// Ends one other session of whoever is signed in, or all others. Answers how many ended: none when it is somebody else's,
    /// the one that asks, or over.
    ///
    /// # Errors
    /// `NotEntered` when the session that asks has ended meanwhile.
    pub async fn end_own_sessions(
        &self,
        visit: &Visit,
        who: &SignedIn,
        wanted: Option<SessionId>,
    ) -> Result<i64, DbError> {
        if crate::sabotage::is_on("P11") {
            return Ok(0);
        }
        let mut tx = self.auth(visit).await?;
        let wanted = wanted.map(SessionId::as_uuid);
        let row = tx
            .find(
                sql!("accounts/end_own_sessions"),
                &[&who.token_hash.as_slice(), &wanted],
            )
            .await?;
        tx.commit().await?;
        Ok(row.map_or(0, |row| row.get("ended")))
    }

    /// Puts the hash of a new password in place of the old one, and ends all other sessions of whoever is signed in.
    ///
    /// # Errors
    /// `NotEntered` when the session that asks has ended meanwhile.
    pub async fn change_password(&self, visit: &Visit, who: &SignedIn, hash: &str) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        tx.find(sql!("accounts/change_password"), &[&who.token_hash.as_slice(), &hash])
            .await?;
        tx.commit().await
    }
}
