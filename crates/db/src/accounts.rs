//! Accounts, sessions and invitations: what happens at the door.

use aloe_domain::email::EmailAddress;
use aloe_domain::ids::{MembershipId, OrganisationId, ResourceId, SessionId, UserId};
use aloe_domain::permission::{OrganisationKind, Permission, PermissionSet, RoleSet};
use aloe_vault::{SealingKey, TokenHash};
use jiff::tz::TimeZone;
use tokio_postgres::Row;

use crate::account_mail::{self, AccountMail};
use crate::doors::{AuthTx, Doors};
use crate::error::DbError;
use crate::membership::{Membership, SignedIn};
use crate::statement::sql;
use crate::visit::Visit;

/// Seconds that an access token lives.
pub const ACCESS_SECONDS: f64 = 600.0;
/// Seconds that a session lives at most.
pub const SESSION_SECONDS: f64 = 12.0 * 3600.0;

/// A term as it is; without an end worth the name when N14 is sabotaged.
pub(crate) fn term(seconds: f64) -> f64 {
    if crate::sabotage::is_on("N14") {
        seconds * 1e4
    } else {
        seconds
    }
}

/// What sign-in needs of an account.
pub struct Account {
    /// The user.
    pub user: UserId,
    /// The stored hash, in PHC form.
    pub password_hash: String,
    /// Counts up with each new password.
    pub password_version: i32,
    /// Whether the account was closed.
    pub disabled: bool,
}

impl Account {
    /// For whoever typed this account's password, as it was when the account was found.
    pub fn known_password(&self) -> KnownPassword {
        KnownPassword {
            user: self.user,
            version: self.password_version,
        }
    }
}

/// Somebody typed the password of an account. Where it was replaced meanwhile, the database lets nobody in by it.
#[derive(Clone, Copy, Debug)]
pub struct KnownPassword {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub version: i32,
}

/// Hashes of a fresh pair of session tokens; the tokens themselves go to the browser only.
pub struct TokenPair {
    /// Of the access token.
    pub access: TokenHash,
    /// Of the refresh token.
    pub refresh: TokenHash,
}

/// Who asks with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Somebody, by opening a page or sending a form.
    Person,
    /// A page that is open, by itself: nobody need be there.
    Page,
    /// The server, right after a renewal: whether the browser got the new pair is not known yet.
    Renewal,
}

impl Asking {
    const fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Page => "page",
            Self::Renewal => "renewal",
        }
    }
}

/// How a renewal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The new pair is in force.
    Renewed,
    /// The token is unknown or the session is over: sign in.
    Unknown,
    /// A spent token came back although what followed from it is in use: the session was ended, and its owner will read of it.
    Reused,
}

/// An invitation that can still be accepted.
pub struct OpenInvitation {
    /// The organisation's name.
    pub organisation_name: String,
    /// The invited address.
    pub email: String,
    /// The name it was sent to.
    pub name: String,
    /// The roles it gives.
    pub roles: RoleSet,
    /// Whether that address has an account already, which keeps its password.
    pub has_account: bool,
    /// Whether its link is over: then it opens a page on which to ask for another, and no more.
    pub link_is_over: bool,
}

impl Doors {
    /// The account of an address, if there is one.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn find_account(&self, visit: &Visit, email: &EmailAddress) -> Result<Option<Account>, DbError> {
        let mut tx = self.auth(visit).await?;
        let account = find(&mut tx, email).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Records a sign-in that failed, in the trail of the account's organisations.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn note_failed_sign_in(&self, visit: &Visit, user: UserId) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        tx.find(sql!("accounts/note_sign_in"), &[&user.as_uuid(), &"sign_in", &"denied"])
            .await?;
        tx.commit().await
    }

    /// Puts a hash of the same password, made with today's parameters, in place of the very one that it was compared with.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn upgrade_password(&self, visit: &Visit, user: UserId, old: &str, new: &str) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        tx.find(sql!("accounts/upgrade_password"), &[&user.as_uuid(), &old, &new])
            .await?;
        tx.commit().await
    }

    /// Starts a session of somebody who knew the password, and has no second factor.
    ///
    /// # Errors
    /// `NotEntered` when the password was replaced meanwhile, `Refused(FactorOwed)` for an account with a second factor.
    pub async fn start_session(
        &self,
        visit: &Visit,
        known: &KnownPassword,
        device: &str,
        pair: &TokenPair,
    ) -> Result<(), DbError> {
        let mut tx = self.auth(visit).await?;
        let session = SessionId::fresh().as_uuid();
        let (access, refresh) = (pair.access.as_bytes().as_slice(), pair.refresh.as_bytes().as_slice());
        tx.find(
            sql!("accounts/start_session"),
            &[
                &known.user.as_uuid(),
                &known.version,
                &session,
                &device,
                &term(SESSION_SECONDS),
                &access,
                &term(ACCESS_SECONDS),
                &refresh,
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Who holds an access token, if its session is active. This counts as a use of the session, which an idle one ends without.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn look_up(&self, access: &TokenHash) -> Result<Option<SignedIn>, DbError> {
        self.look_up_for(access, Asking::Person).await
    }

    /// The same, for whoever asks: a page that asks by itself keeps no session alive.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn look_up_for(&self, access: &TokenHash, asking: Asking) -> Result<Option<SignedIn>, DbError> {
        let hash = access.as_bytes().as_slice();
        let rows = self
            .auth_rows(sql!("accounts/session_at"), &[&hash, &asking.code()])
            .await?;
        rows.first().map(|first| signed_in(first, &rows, hash)).transpose()
    }

    /// Spends a refresh token for the pair that follows from it. The same token may be spent again for the same pair while
    /// nobody has used that pair, and for ten seconds more.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn renew(
        &self,
        visit: &Visit,
        spent: &TokenHash,
        pair: &TokenPair,
        asking: Asking,
    ) -> Result<Renewal, DbError> {
        let mut tx = self.auth(visit).await?;
        let (access, refresh) = (pair.access.as_bytes().as_slice(), pair.refresh.as_bytes().as_slice());
        let (spent, is_use) = (spent.as_bytes().as_slice(), asking == Asking::Person);
        let row = tx
            .find(
                sql!("accounts/follow_session"),
                &[&spent, &access, &term(ACCESS_SECONDS), &refresh, &is_use],
            )
            .await?;
        tx.commit().await?;
        Ok(match row.map(|row| row.get::<_, String>("verdict")).as_deref() {
            Some("renewed") => Renewal::Renewed,
            Some("reused") => Renewal::Reused,
            _ => Renewal::Unknown,
        })
    }

    /// Ends the session behind either token, at once and everywhere.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn end_session(&self, visit: &Visit, token: &TokenHash) -> Result<(), DbError> {
        if crate::sabotage::is_on("P11") {
            return Ok(());
        }
        let mut tx = self.auth(visit).await?;
        tx.find(
            sql!("accounts/end_session"),
            &[&token.as_bytes().as_slice(), &"signed out"],
        )
        .await?;
        tx.commit().await
    }

    /// The invitation behind a link, if it can still be accepted.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn find_invitation(&self, visit: &Visit, token: &TokenHash) -> Result<Option<OpenInvitation>, DbError> {
        let mut tx = self.auth(visit).await?;
        let row = tx
            .find(sql!("accounts/find_invitation"), &[&token.as_bytes().as_slice()])
            .await?;
        tx.commit().await?;
        row.map(|row| {
            Ok(OpenInvitation {
                organisation_name: row.get("organisation_name"),
                email: row.get("email"),
                name: row.get("name"),
                roles: roles_of(&row)?,
                has_account: row.get("has_account"),
                link_is_over: row.get("link_is_over"),
            })
        })
        .transpose()
    }

    /// Mails a new link in place of one that is over, to the invited address. `write` makes subject and text out of the
    /// organisation's and the invited person's name. Says whether there was such an invitation.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn renew_invitation(
        &self,
        visit: &Visit,
        key: &SealingKey,
        (old, fresh): (&TokenHash, &TokenHash),
        write: impl FnOnce(&str, &str) -> (String, String),
    ) -> Result<bool, DbError> {
        let mut tx = self.auth(visit).await?;
        let (old, fresh) = (old.as_bytes().as_slice(), fresh.as_bytes().as_slice());
        let Some(row) = tx.find(sql!("accounts/renew_invitation"), &[&old, &fresh]).await? else {
            tx.commit().await?;
            return Ok(false);
        };
        let (subject, body) = write(row.get("organisation_name"), row.get("name"));
        let mail = AccountMail {
            template: "invitation",
            to: row.get("email"),
            subject: &subject,
            body: &body,
        };
        account_mail::add(&mut tx, key, &mail).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Accepts an invitation, once. Answers the user and whether the account was made by it, or nothing when the link is spent or
    /// over.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn accept_invitation(
        &self,
        visit: &Visit,
        token: &TokenHash,
        name: &str,
        password_hash: &str,
    ) -> Result<Option<(UserId, bool)>, DbError> {
        let mut tx = self.auth(visit).await?;
        let (user, membership) = (UserId::fresh().as_uuid(), MembershipId::fresh().as_uuid());
        let row = tx
            .find(
                sql!("accounts/accept_invitation"),
                &[&token.as_bytes().as_slice(), &user, &membership, &name, &password_hash],
            )
            .await?;
        tx.commit().await?;
        Ok(row.map(|row| (UserId::from_uuid(row.get("account")), row.get("is_new"))))
    }
}

/// The account of an address, if there is one.
pub(crate) async fn find(tx: &mut AuthTx, email: &EmailAddress) -> Result<Option<Account>, DbError> {
    let row = tx.find(sql!("accounts/find"), &[&email.canonical()]).await?;
    Ok(row.map(|row| Account {
        user: UserId::from_uuid(row.get("user_id")),
        password_hash: row.get("password_hash"),
        password_version: row.get("password_version"),
        disabled: row.get("disabled"),
    }))
}

fn signed_in(first: &Row, rows: &[Row], token_hash: &[u8]) -> Result<SignedIn, DbError> {
    let memberships = rows
        .iter()
        .filter(|row| row.get::<_, Option<uuid::Uuid>>("organisation_id").is_some())
        .map(|row| membership(row, token_hash))
        .collect::<Result<_, _>>()?;
    Ok(SignedIn {
        session: SessionId::from_uuid(first.get("session_id")),
        user: UserId::from_uuid(first.get("user_id")),
        name: first.get("name"),
        email: first.get("email"),
        has_factor: first.get("has_factor"),
        is_program: first.get::<_, Option<Vec<String>>>("at_most").is_some(),
        memberships,
        token_hash: token_hash.to_vec(),
    })
}

fn membership(row: &Row, token_hash: &[u8]) -> Result<Membership, DbError> {
    Ok(Membership {
        token_hash: token_hash.to_vec(),
        organisation: OrganisationId::from_uuid(row.get("organisation_id")),
        organisation_name: row.get("organisation_name"),
        slug: row.get("organisation_slug"),
        kind: OrganisationKind::from_code(row.get("organisation_kind")).unwrap_or(OrganisationKind::Practice),
        synthetic: row.get("synthetic"),
        zone: zone_of(row.get("time_zone")),
        id: MembershipId::from_uuid(row.get("membership_id")),
        user: UserId::from_uuid(row.get("user_id")),
        name: row.get("member_name"),
        roles: roles_of(row)?,
        resource: row
            .get::<_, Option<uuid::Uuid>>("resource_id")
            .map(ResourceId::from_uuid),
        reception_may_reveal: row.get("reception_may_reveal"),
        owes_factor: row.get("owes_factor"),
        at_most: row
            .get::<_, Option<Vec<String>>>("at_most")
            .map(|codes| permissions_of(&codes)),
    })
}

/// The zone of the organisation's first place; South Africa's while it has none.
fn zone_of(name: Option<String>) -> TimeZone {
    let named = name.and_then(|name| TimeZone::get(&name).ok());
    named
        .or_else(|| TimeZone::get("Africa/Johannesburg").ok())
        .unwrap_or(TimeZone::UTC)
}

/// The permissions of these codes; what is unknown grants nothing.
pub(crate) fn permissions_of(codes: &[String]) -> PermissionSet {
    let known: Vec<Permission> = codes.iter().filter_map(|code| Permission::from_code(code)).collect();
    PermissionSet::of(&known)
}

/// The roles in a row's `roles` column.
pub(crate) fn roles_of(row: &Row) -> Result<RoleSet, DbError> {
    let codes: Vec<String> = row.get("roles");
    RoleSet::from_codes(codes.iter().map(String::as_str)).map_err(|_| DbError::Constraint("roles".into()))
}
