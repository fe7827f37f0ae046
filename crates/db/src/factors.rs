//! Second factors: shown at sign-in, asked for again, added and turned off.

use aloe_domain::ids::UserId;
use aloe_vault::{RecoveryCode, SealingKey, TokenHash, TotpSecret};
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::account_mail::{open, seal};
use crate::accounts::{ACCESS_SECONDS, KnownPassword, SESSION_SECONDS, TokenPair, term};
use crate::doors::Doors;
use crate::error::DbError;
use crate::membership::SignedIn;
use crate::statement::sql;
use crate::visit::Visit;

const TABLE: &str = "factors";

/// What a second factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorKind {
    /// An authenticator app.
    App,
    /// A passkey.
    Passkey,
}

fn kind_of(row: &Row) -> FactorKind {
    match row.get("kind") {
        "passkey" => FactorKind::Passkey,
        _ => FactorKind::App,
    }
}

/// A second factor as its owner sees it.
#[derive(Clone, Debug)]
pub struct Factor {
    /// The factor.
    pub id: Uuid,
    /// An app or a passkey.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was used last.
    pub last_used_at: Option<Timestamp>,
    /// Whether it was shown to work: before that it does not count.
    pub confirmed: bool,
}

/// Somebody who knew the password and has yet to show the second factor.
#[derive(Clone, Debug)]
pub struct PendingSignIn {
    /// The account.
    pub user: UserId,
    /// Its address.
    pub email: String,
}

/// What was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A code of an authenticator app.
    Code,
    /// A recovery code; so many are left.
    Recovery {
        /// How many.
        left: i64,
    },
}

impl Doors {
    /// Whether an account has a second factor that counts.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn has_factor(&self, visit: &Visit, user: UserId) -> Result<bool, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx.find(sql!("accounts/has_factor"), &[&user.as_uuid()]).await?;
        tx.commit().await?;
        Ok(row.is_some_and(|row| row.get("has_factor")))
    }

    /// Remembers that a browser, known by the hash of its cookie, knew the password of an account.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn begin_sign_in(
        &self,
        visit: &Visit,
        known: &KnownPassword,
        browser: &TokenHash,
    ) -> Result<(), DbError> {
        self.begin_step(visit, known.user, Some(known.version), browser).await
    }

    /// Begins the sign-in of somebody who showed a passkey, which is both factors: no password is asked for.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn begin_sign_in_by_passkey(
        &self,
        visit: &Visit,
        user: UserId,
        browser: &TokenHash,
    ) -> Result<(), DbError> {
        self.begin_step(visit, user, None, browser).await
    }

    async fn begin_step(
        &self,
        visit: &Visit,
        user: UserId,
        password: Option<i32>,
        browser: &TokenHash,
    ) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        let browser = browser.as_bytes().as_slice();
        tx.find(sql!("accounts/begin_sign_in"), &[&user.as_uuid(), &password, &browser])
            .await?;
        tx.commit().await
    }

    /// Who in this browser has yet to show the second factor, for five minutes and five tries.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn sign_in_of(&self, visit: &Visit, browser: &TokenHash) -> Result<Option<PendingSignIn>, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/sign_in_of"), &[&browser.as_bytes().as_slice()])
            .await?;
        tx.commit().await?;
        Ok(row.map(|row| PendingSignIn {
            user: UserId::from_uuid(row.get("account")),
            email: row.get("email"),
        }))
    }

    /// Counts a try before it is looked at. Nothing when none is left.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn try_sign_in(&self, visit: &Visit, browser: &TokenHash) -> Result<Option<UserId>, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/try_sign_in"), &[&browser.as_bytes().as_slice()])
            .await?;
        tx.commit().await?;
        let account = row.and_then(|row| row.get::<_, Option<Uuid>>("account"));
        Ok(account.map(UserId::from_uuid))
    }

    /// Starts the session of somebody who showed a second factor, and ends what was pending in the browser. False when it was
    /// ended meanwhile, by another answer of the same browser.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn finish_sign_in(
        &self,
        visit: &Visit,
        browser: &TokenHash,
        user: UserId,
        device: &str,
        pair: &TokenPair,
    ) -> Result<bool, DbError> {
        let mut tx = self.auth(visit).await?;
        let ended = tx
            .find(
                sql!("accounts/end_sign_in"),
                &[&browser.as_bytes().as_slice(), &user.as_uuid()],
            )
            .await?;
        if !ended.is_some_and(|row| row.get("ended")) {
            return Ok(false);
        }
        let session = Uuid::now_v7();
        let (access, refresh) = (pair.access.as_bytes().as_slice(), pair.refresh.as_bytes().as_slice());
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 7] = [
            &user.as_uuid(),
            &session,
            &device,
            &term(SESSION_SECONDS),
            &access,
            &term(ACCESS_SECONDS),
            &refresh,
        ];
        tx.find(sql!("accounts/start_strong_session"), &params).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether `typed` is a code of one of the account's apps that was not used yet, or an unused recovery code. What is shown
    /// is spent.
    ///
    /// # Errors
    /// What the database answered, or that a stored secret cannot be opened.
    pub async fn show_factor(
        &self,
        visit: &Visit,
        key: &SealingKey,
        user: UserId,
        typed: &str,
        now: Timestamp,
    ) -> Result<Option<Shown>, DbError> {
        let mut tx = self.auth(visit).await?;
        let mut shown = None;
        for row in tx.rows(sql!("accounts/factors_of"), &[&user.as_uuid()]).await? {
            if kind_of(&row) == FactorKind::Passkey || row.get::<_, Option<Timestamp>>("confirmed_at").is_none() {
                continue;
            }
            let id: Uuid = row.get("factor_id");
            let Some(step) = secret_of(key, &row)?.check(typed, seconds(now)) else {
                continue;
            };
            let params: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&user.as_uuid(), &id, &step.number()];
            let spent = tx.find(sql!("accounts/spend_step"), &params).await?;
            if spent.is_some_and(|row| row.get("spent")) || crate::sabotage::is_on("N13-replay") {
                shown = Some(Shown::Code);
            }
        }
        if shown.is_none()
            && let Some(code) = RecoveryCode::parse(typed)
        {
            let hash = code.hash();
            let params: [&(dyn tokio_postgres::types::ToSql + Sync); 2] =
                [&user.as_uuid(), &hash.as_bytes().as_slice()];
            let row = tx.find(sql!("accounts/spend_recovery_code"), &params).await?;
            shown = row
                .and_then(|row| row.get("remaining"))
                .map(|left| Shown::Recovery { left });
        }
        tx.commit().await?;
        Ok(shown)
    }

    /// The code that somebody of a demonstration would read from their app now; nothing while the newest is spent.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn demonstrated_code(
        &self,
        visit: &Visit,
        key: &SealingKey,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<String>, DbError> {
        let mut tx = self.auth(visit).await?;
        let rows = tx.rows(sql!("accounts/factors_of"), &[&user.as_uuid()]).await?;
        tx.commit().await?;
        let Some(row) = rows.iter().find(|row| kind_of(row) == FactorKind::App) else {
            return Ok(None);
        };
        let code = secret_of(key, row)?.next_code(seconds(now), row.get("last_step"));
        Ok(code.map(|code| code.expose().to_owned()))
    }

    /// What somebody who is signing in may show: whether an app, and whether a passkey.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn factor_kinds(&self, visit: &Visit, user: UserId) -> Result<(bool, bool), DbError> {
        let mut tx = self.auth(visit).await?;
        let rows = tx.rows(sql!("accounts/factors_of"), &[&user.as_uuid()]).await?;
        tx.commit().await?;
        let confirmed = |row: &&Row| row.get::<_, Option<Timestamp>>("confirmed_at").is_some();
        let kinds: Vec<FactorKind> = rows.iter().filter(confirmed).map(kind_of).collect();
        Ok((kinds.contains(&FactorKind::App), kinds.contains(&FactorKind::Passkey)))
    }

    /// One's own factors and how many recovery codes are left.
    ///
    /// # Errors
    /// `NotEntered` when the session that asks has ended meanwhile.
    pub async fn own_factors(&self, visit: &Visit, who: &SignedIn) -> Result<(Vec<Factor>, i64), DbError> {
        let mut tx = self.auth(visit).await?;
        let left = tx
            .find(sql!("accounts/own_recovery_codes"), &[&who.token_hash.as_slice()])
            .await?;
        let rows = tx.rows(sql!("accounts/factors_of"), &[&who.user.as_uuid()]).await?;
        tx.commit().await?;
        let factors = rows.iter().map(|row| Factor {
            id: row.get("factor_id"),
            kind: kind_of(row),
            name: row.get("name"),
            created_at: row.get("created_at"),
            last_used_at: row.get("last_used_at"),
            confirmed: row.get::<_, Option<Timestamp>>("confirmed_at").is_some(),
        });
        Ok((factors.collect(), left.map_or(0, |row| row.get("remaining"))))
    }

    /// Begins an authenticator app. It counts once a code of it was shown.
    ///
    /// # Errors
    /// `Refused(ProofNeeded)` when the last proof is older than ten minutes.
    pub async fn begin_app(
        &self,
        visit: &Visit,
        who: &SignedIn,
        key: &SealingKey,
        name: &str,
        secret: &TotpSecret,
    ) -> Result<Uuid, DbError> {
        let id = Uuid::now_v7();
        let (sealed, version) = seal(key, TABLE, id, secret.expose())?;
        let mut tx = self.auth(visit).await?;
        let token = who.token_hash.as_slice();
        tx.find(
            sql!("accounts/begin_factor"),
            &[&token, &id, &"totp", &name, &sealed, &version],
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The secret of an app that was begun and not shown yet, for the page that draws it.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn begun_app(
        &self,
        visit: &Visit,
        who: &SignedIn,
        key: &SealingKey,
    ) -> Result<Option<(Uuid, TotpSecret)>, DbError> {
        let mut tx = self.auth(visit).await?;
        let rows = tx.rows(sql!("accounts/factors_of"), &[&who.user.as_uuid()]).await?;
        tx.commit().await?;
        let begun = rows
            .iter()
            .find(|row| row.get::<_, Option<Timestamp>>("confirmed_at").is_none());
        begun
            .map(|row| Ok((row.get("factor_id"), secret_of(key, row)?)))
            .transpose()
    }

    /// Lets a factor count, and ends every other session of the account.
    ///
    /// # Errors
    /// `Refused(ProofNeeded)` when the last proof is older than ten minutes.
    pub async fn confirm_app(&self, visit: &Visit, who: &SignedIn, factor: Uuid, step: i64) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        tx.find(
            sql!("accounts/confirm_factor"),
            &[&who.token_hash.as_slice(), &factor, &step],
        )
        .await?;
        tx.commit().await
    }

    /// Turns a factor off. False when there was none.
    ///
    /// # Errors
    /// `Refused(ProofNeeded)` when the last proof is older than ten minutes, `Refused(FactorOwed)` for the last one of somebody
    /// whose roles need one.
    pub async fn remove_factor(&self, visit: &Visit, who: &SignedIn, factor: Uuid) -> Result<bool, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/remove_factor"), &[&who.token_hash.as_slice(), &factor])
            .await?;
        tx.commit().await?;
        Ok(row.is_some_and(|row| row.get("removed")))
    }

    /// Puts fresh recovery codes in place of all earlier ones.
    ///
    /// # Errors
    /// `Refused(ProofNeeded)` when the last proof is older than ten minutes.
    pub async fn set_recovery_codes(
        &self,
        visit: &Visit,
        who: &SignedIn,
        codes: &[RecoveryCode],
    ) -> Result<(), DbError> {
        let hashes: Vec<Vec<u8>> = codes.iter().map(|code| code.hash().as_bytes().to_vec()).collect();
        let mut tx = self.auth(visit).await?;
        tx.find(
            sql!("accounts/set_recovery_codes"),
            &[&who.token_hash.as_slice(), &hashes],
        )
        .await?;
        tx.commit().await
    }

    /// When one's own factors are to be turned off because somebody said that they are lost.
    ///
    /// # Errors
    /// `NotEntered` when the session has ended meanwhile.
    pub async fn factor_removal(&self, visit: &Visit, who: &SignedIn) -> Result<Option<Timestamp>, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/own_factor_removal"), &[&who.token_hash.as_slice()])
            .await?;
        tx.commit().await?;
        Ok(row.and_then(|row| row.get("due")))
    }

    /// Stops that.
    ///
    /// # Errors
    /// `NotEntered` when the session has ended meanwhile.
    pub async fn stop_factor_removal(&self, visit: &Visit, who: &SignedIn) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        tx.find(sql!("accounts/stop_factor_removal"), &[&who.token_hash.as_slice()])
            .await?;
        tx.commit().await
    }

    /// Whether the last proof of this session is younger than ten minutes.
    ///
    /// # Errors
    /// `NotEntered` when the session has ended meanwhile.
    pub async fn proof_is_fresh(&self, visit: &Visit, who: &SignedIn) -> Result<bool, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/own_proof_is_fresh"), &[&who.token_hash.as_slice()])
            .await?;
        tx.commit().await?;
        Ok(row.is_some_and(|row| row.get("fresh")))
    }

    /// Notes that somebody proved again who they are.
    ///
    /// # Errors
    /// `NotEntered` when the session has ended meanwhile.
    pub async fn prove_again(&self, visit: &Visit, who: &SignedIn, with_factor: bool) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        tx.find(
            sql!("accounts/prove_again"),
            &[&who.token_hash.as_slice(), &with_factor],
        )
        .await?;
        tx.commit().await
    }
}

/// Seals the secret of a new app at its place.
///
/// # Errors
/// When the operating system gives no random bytes.
pub(crate) fn seal_secret(key: &SealingKey, factor: Uuid, secret: &TotpSecret) -> Result<(Vec<u8>, i32), DbError> {
    seal(key, TABLE, factor, secret.expose())
}

fn secret_of(key: &SealingKey, row: &Row) -> Result<TotpSecret, DbError> {
    let opened = open(key, TABLE, row.get("factor_id"), row.get("sealed"))?;
    TotpSecret::from_slice(&opened).ok_or_else(|| DbError::Unavailable("a stored secret has a wrong length".into()))
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.as_second()).unwrap_or(0)
}
