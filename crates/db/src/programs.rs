//! Programs that work with an organisation's data: made with a credential that is shown once, exchanged for tokens of minutes,
//! revoked at once.

use std::net::IpAddr;

use aloe_domain::ids::{MembershipId, SessionId, UserId};
use aloe_domain::permission::need::Settings;
use aloe_domain::permission::{Permission, PermissionSet};
use aloe_vault::TokenHash;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::accounts::permissions_of;
use crate::doors::Doors;
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;
use crate::visit::Visit;

/// What a program may be allowed: never more than its maker may do, never what belongs to people who answer for it.
pub const GRANTABLE: PermissionSet = PermissionSet::of(&[
    Permission::Schedule,
    Permission::Patients,
    Permission::AllPatients,
    Permission::Overbook,
    Permission::AuditOwn,
]);

/// A program, as the settings show it.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub permissions: PermissionSet,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// Until when its credential works.
    pub expires_at: Timestamp,
    /// When its credential was used last, and from where.
    pub last_used: Option<(Timestamp, Option<IpAddr>)>,
    /// When it was revoked, and by whom.
    pub revoked: Option<(Timestamp, String)>,
}

/// What a new program is made of.
pub struct NewProgram<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it may do; what is not grantable is left out.
    pub permissions: PermissionSet,
    /// The hash of its credential.
    pub credential: &'a TokenHash,
    /// Days that the credential works, 366 at most.
    pub days: u16,
}

fn program(row: &Row) -> Program {
    let used: Option<Timestamp> = row.get("last_used_at");
    let revoked: Option<Timestamp> = row.get("revoked_at");
    let codes: Vec<String> = row.get("permissions");
    Program {
        id: row.get("program_id"),
        name: row.get("name"),
        permissions: permissions_of(&codes),
        made_by: row.get("made_by"),
        made_at: row.get("made_at"),
        expires_at: row.get("expires_at"),
        last_used: used.map(|at| (at, row.get("last_source"))),
        revoked: revoked.map(|at| (at, row.get::<_, Option<String>>("revoked_by").unwrap_or_default())),
    }
}

/// The organisation's programs, those that work first, then the newest.
///
/// # Errors
/// What the database answered.
pub async fn programs(tx: &mut Tx<Settings>) -> Result<Vec<Program>, DbError> {
    Ok(tx
        .rows(sql!("settings/programs"), &[])
        .await?
        .iter()
        .map(program)
        .collect())
}

/// Makes a program.
///
/// # Errors
/// `Refused(ProofNeeded)` when the last proof is older than ten minutes, `Denied` for more than its maker may do.
pub async fn make(tx: &mut Tx<Settings>, new: &NewProgram<'_>) -> Result<Uuid, DbError> {
    let id = Uuid::now_v7();
    let permissions: Vec<&str> = Permission::ALL
        .iter()
        .filter(|p| new.permissions.contains(**p) && GRANTABLE.contains(**p))
        .map(|p| p.code())
        .collect();
    let (user, member, session) = (UserId::fresh(), MembershipId::fresh(), SessionId::fresh());
    let params: [crate::tx::Param<'_>; 8] = [
        &id,
        &user.as_uuid(),
        &member.as_uuid(),
        &session.as_uuid(),
        &new.name,
        &permissions,
        &new.credential.as_bytes().as_slice(),
        &i32::from(new.days),
    ];
    tx.find(sql!("settings/make_program"), &params).await?;
    Ok(id)
}

/// Revokes a program: its very next request is refused. Says whether it worked until now.
///
/// # Errors
/// What the database answered.
pub async fn revoke(tx: &mut Tx<Settings>, id: Uuid) -> Result<bool, DbError> {
    let row = tx.get(sql!("settings/revoke_program"), &[&id]).await?;
    Ok(row.get("worked"))
}

impl Doors {
    /// Exchanges a credential for an access token of some seconds, of which the hash is given. Answers which program it is;
    /// nothing when the credential is unknown, over or revoked.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn exchange_credential(
        &self,
        visit: &Visit,
        credential: &TokenHash,
        access: &TokenHash,
        seconds: u64,
    ) -> Result<Option<Uuid>, DbError> {
        let mut tx = self.auth(visit).await?;
        let (credential, access) = (credential.as_bytes().as_slice(), access.as_bytes().as_slice());
        let seconds = crate::accounts::term(seconds as f64);
        let row = tx
            .find(sql!("accounts/exchange_credential"), &[&credential, &access, &seconds])
            .await?;
        tx.commit().await?;
        Ok(row.and_then(|row| row.get("program")))
    }
}
