//! Forgotten passwords: asked for at the door, answered by mail, spent once.

use aloe_domain::email::EmailAddress;
use aloe_domain::ids::UserId;
use aloe_vault::{SealingKey, TokenHash};
use uuid::Uuid;

use crate::account_mail::{self, AccountMail};
use crate::doors::Doors;
use crate::error::DbError;
use crate::statement::sql;
use crate::visit::Visit;

/// Seconds that a link for a new password works.
pub const RESET_SECONDS: f64 = 1_800.0;

const REQUESTS: &str = "reset_requests";

/// An account for which a link was asked.
pub struct Asked {
    /// Its address.
    pub email: String,
    /// Its owner's name.
    pub name: String,
}

impl Doors {
    /// Notes that somebody asked for a link. Does the same for every address, and tells nobody whether it has an account.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn ask_reset(&self, visit: &Visit, key: &SealingKey, email: &EmailAddress) -> Result<(), DbError> {
        let id = Uuid::now_v7();
        let (sealed, version) = account_mail::seal(key, REQUESTS, id, email.as_str().as_bytes())?;
        let mut tx = self.auth(visit).await?;
        tx.find(sql!("accounts/ask_reset"), &[&id, &sealed, &version]).await?;
        tx.commit().await
    }

    /// Answers the oldest request: where its address has an account, a link is made and the mail that `write` makes of it is
    /// queued, in one transaction. Says whether there was a request.
    ///
    /// # Errors
    /// What the database answered; the request is there again then.
    pub async fn answer_reset(
        &self,
        visit: &Visit,
        key: &SealingKey,
        link: &TokenHash,
        write: impl FnOnce(&Asked) -> (String, String),
    ) -> Result<bool, DbError> {
        let mut tx = self.auth(visit).await?;
        let Some(row) = tx.find(sql!("accounts/take_reset_request"), &[]).await? else {
            tx.commit().await?;
            return Ok(false);
        };
        let text = account_mail::open(key, REQUESTS, row.get("request_id"), row.get("sealed"))?;
        let email =
            EmailAddress::parse(&String::from_utf8_lossy(&text)).map_err(|_| DbError::Constraint("email".into()))?;
        let account = tx.find(sql!("accounts/find"), &[&email.canonical()]).await?;
        if let Some(account) = account.filter(|row| !row.get::<_, bool>("disabled")) {
            let user: Uuid = account.get("user_id");
            let params: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
                [&user, &link.as_bytes().as_slice(), &RESET_SECONDS];
            tx.find(sql!("accounts/make_reset"), &params).await?;
            let asked = Asked {
                email: account.get("email"),
                name: account.get("name"),
            };
            let (subject, body) = write(&asked);
            let mail = AccountMail {
                template: "password_reset",
                to: &asked.email,
                subject: &subject,
                body: &body,
            };
            account_mail::add(&mut tx, key, &mail).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// The account behind a link that still works.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn find_reset(&self, visit: &Visit, link: &TokenHash) -> Result<Option<Asked>, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/find_reset"), &[&link.as_bytes().as_slice()])
            .await?;
        tx.commit().await?;
        Ok(row.map(|row| Asked {
            email: row.get("email"),
            name: row.get("name"),
        }))
    }

    /// Spends a link: the new password holds and every session ends. Nothing when the link is spent or over.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn use_reset(&self, visit: &Visit, link: &TokenHash, hash: &str) -> Result<Option<UserId>, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/use_reset"), &[&link.as_bytes().as_slice(), &hash])
            .await?;
        tx.commit().await?;
        let account = row.and_then(|row| row.get::<_, Option<Uuid>>("account"));
        Ok(account.map(UserId::from_uuid))
    }
}
