//! Passkeys: what a browser was asked is kept until it answers; what it answers signs in, proves, or adds another.

use aloe_domain::ids::UserId;
use aloe_vault::{Passkey, SealingKey, TokenHash};
use uuid::Uuid;

use crate::account_mail::{open, seal};
use crate::doors::Doors;
use crate::error::DbError;
use crate::membership::SignedIn;
use crate::statement::sql;
use crate::visit::Visit;

const QUESTIONS: &str = "passkey_questions";
const FACTORS: &str = "factors";

/// What a browser was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// A new passkey of whoever is signed in.
    Add,
    /// A passkey of whoever it is, in place of address and password.
    SignIn,
    /// A passkey of somebody who knew the password.
    SecondStep,
    /// A passkey of whoever is signed in, once more.
    Prove,
}

impl Question {
    const fn code(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::SignIn => "sign_in",
            Self::SecondStep => "second_step",
            Self::Prove => "prove",
        }
    }
}

impl Doors {
    /// Keeps the state of a question for five minutes. `browser` names who was asked.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn keep_question(
        &self,
        visit: &Visit,
        key: &SealingKey,
        browser: &TokenHash,
        question: Question,
        state: &[u8],
    ) -> Result<(), DbError> {
        let id = Uuid::now_v7();
        let (sealed, _) = seal(key, QUESTIONS, id, state)?;
        let browser = browser.as_bytes().as_slice();
        let mut tx = self.auth(visit).await?;
        tx.find(
            sql!("accounts/keep_question"),
            &[&browser, &question.code(), &id, &sealed],
        )
        .await?;
        tx.commit().await
    }

    /// Takes the state of a question, once: an answer that comes again finds none.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn take_question(
        &self,
        visit: &Visit,
        key: &SealingKey,
        browser: &TokenHash,
        question: Question,
    ) -> Result<Option<Vec<u8>>, DbError> {
        let browser = browser.as_bytes().as_slice();
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/take_question"), &[&browser, &question.code()])
            .await?;
        tx.commit().await?;
        row.map(|row| open(key, QUESTIONS, row.get("question_id"), row.get("sealed")))
            .transpose()
    }

    /// The passkeys of an account, each with its factor; none of one that was closed.
    ///
    /// # Errors
    /// What the database answered, or that a stored passkey cannot be read.
    pub async fn passkeys_of(
        &self,
        visit: &Visit,
        key: &SealingKey,
        user: UserId,
    ) -> Result<Vec<(Uuid, Passkey)>, DbError> {
        let mut tx = self.auth(visit).await?;
        let is_open = tx.find(sql!("accounts/is_open"), &[&user.as_uuid()]).await?;
        let rows = tx.rows(sql!("accounts/factors_of"), &[&user.as_uuid()]).await?;
        tx.commit().await?;
        if !is_open.is_some_and(|row| row.get("open")) {
            return Ok(Vec::new());
        }
        let passkeys = rows.iter().filter(|row| row.get::<_, &str>("kind") == "passkey");
        passkeys
            .map(|row| {
                let factor: Uuid = row.get("factor_id");
                let bytes = open(key, FACTORS, factor, row.get("sealed"))?;
                let passkey = Passkey::from_bytes(&bytes).map_err(unreadable)?;
                Ok((factor, passkey))
            })
            .collect()
    }

    /// Adds a passkey of whoever is signed in, and ends every other session of the account.
    ///
    /// # Errors
    /// `Refused(ProofNeeded)` when the last proof is older than ten minutes, `Conflict` when some account has it already.
    pub async fn add_passkey(
        &self,
        visit: &Visit,
        who: &SignedIn,
        key: &SealingKey,
        name: &str,
        passkey: &Passkey,
    ) -> Result<(), DbError> {
        let factor = Uuid::now_v7();
        let (sealed, version) = seal(key, FACTORS, factor, &passkey.to_bytes().map_err(unreadable)?)?;
        let (token, named) = (who.token_hash.as_slice(), passkey.name_hash());
        let named = named.as_bytes().as_slice();
        let mut tx = self.auth(visit).await?;
        tx.find(
            sql!("accounts/add_passkey"),
            &[&token, &factor, &name, &sealed, &version, &named],
        )
        .await?;
        tx.commit().await
    }

    /// Keeps what a passkey last said of itself.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn use_passkey(
        &self,
        visit: &Visit,
        key: &SealingKey,
        user: UserId,
        (factor, passkey): (Uuid, &Passkey),
    ) -> Result<(), DbError> {
        let (sealed, _) = seal(key, FACTORS, factor, &passkey.to_bytes().map_err(unreadable)?)?;
        let mut tx = self.auth(visit).await?;
        tx.find(sql!("accounts/use_passkey"), &[&user.as_uuid(), &factor, &sealed])
            .await?;
        tx.commit().await
    }
}

fn unreadable(_: aloe_vault::PasskeyRefused) -> DbError {
    DbError::Unavailable("a stored passkey cannot be read".into())
}
