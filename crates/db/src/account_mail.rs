//! Mail to accounts: it belongs to no organisation, and is sealed under the installation's key.

use aloe_vault::{Place, Sealed, SealingKey};
use jiff::Timestamp;
use uuid::Uuid;

use crate::doors::{AuthTx, Doors};
use crate::error::DbError;
use crate::statement::sql;
use crate::visit::Visit;

/// A mail to an account.
pub struct AccountMail<'a> {
    /// Which mail this is.
    pub template: &'a str,
    /// The address.
    pub to: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// Its text.
    pub body: &'a str,
}

/// A mail as a demonstration shows it instead of sending it.
#[derive(Clone, Debug)]
pub struct ShownMail {
    /// The address.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// When it was made.
    pub created_at: Timestamp,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Contents {
    to: String,
    subject: String,
    body: String,
}

impl Doors {
    /// Writes a mail by itself. What causes a mail writes it in the same transaction where there is one.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn mail_account(&self, visit: &Visit, key: &SealingKey, mail: &AccountMail<'_>) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        add(&mut tx, key, mail).await?;
        tx.commit().await
    }

    /// The newest mails, opened: only a demonstration shows them.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn recent_mails(&self, visit: &Visit, key: &SealingKey, most: i32) -> Result<Vec<ShownMail>, DbError> {
        let mut tx = self.auth(visit).await?;
        let rows = tx.rows(sql!("accounts/recent_mails"), &[&most]).await?;
        tx.commit().await?;
        let shown = |row: &tokio_postgres::Row| {
            let text = open(key, "account_mails", row.get("mail_id"), row.get("sealed"))?;
            let contents: Contents = serde_json::from_slice(&text).map_err(|_| closed())?;
            Ok(ShownMail {
                to: contents.to,
                subject: contents.subject,
                body: contents.body,
                created_at: row.get("created_at"),
            })
        };
        rows.iter().map(shown).collect()
    }
}

/// Writes a mail in the transaction of its cause.
pub(crate) async fn add(tx: &mut AuthTx, key: &SealingKey, mail: &AccountMail<'_>) -> Result<(), DbError> {
    let id = Uuid::now_v7();
    let contents = Contents {
        to: mail.to.into(),
        subject: mail.subject.into(),
        body: mail.body.into(),
    };
    let text = serde_json::to_vec(&contents).map_err(|_| closed())?;
    let (sealed, version) = seal(key, "account_mails", id, &text)?;
    tx.find(sql!("accounts/add_mail"), &[&id, &mail.template, &sealed, &version])
        .await?;
    Ok(())
}

/// Seals what belongs to no organisation, at its place.
pub(crate) fn seal(key: &SealingKey, table: &'static str, row: Uuid, text: &[u8]) -> Result<(Vec<u8>, i32), DbError> {
    let sealed = aloe_vault::seal(key, &Place::of(Uuid::nil(), table, "sealed", row), text);
    let sealed = sealed.map_err(|e| DbError::Unavailable(e.to_string()))?;
    Ok((sealed.into_bytes(), crate::keys::number_of(key.version())))
}

/// Opens it again.
pub(crate) fn open(key: &SealingKey, table: &'static str, row: Uuid, sealed: Vec<u8>) -> Result<Vec<u8>, DbError> {
    let sealed = Sealed::parse(sealed).map_err(|_| closed())?;
    let place = Place::of(Uuid::nil(), table, "sealed", row);
    let opened = aloe_vault::open(key, &place, &sealed).map_err(|_| closed())?;
    Ok(opened.as_bytes().to_vec())
}

fn closed() -> DbError {
    DbError::Unavailable("a sealed value of the installation cannot be opened".into())
}
