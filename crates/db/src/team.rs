//! The team: members, roles, invitations. Changes take effect on the member's next request.

use aloe_domain::email::EmailAddress;
use aloe_domain::ids::{InvitationId, MembershipId, ResourceId, UserId};
use aloe_domain::permission::need::{Owners, Team};
use aloe_domain::permission::{OrganisationKind, Permission, RoleSet};
use aloe_vault::TokenHash;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::accounts::roles_of;
use crate::error::DbError;
use crate::membership::{Member, Membership};
use crate::statement::sql;
use crate::tx::Tx;

/// A member as the team page shows them.
#[derive(Clone, Debug)]
pub struct TeamMember {
    /// The membership.
    pub id: MembershipId,
    /// The user.
    pub user: UserId,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Roles.
    pub roles: RoleSet,
    /// Their own diary or counter.
    pub resource: Option<ResourceId>,
    /// Its name.
    pub diary: Option<String>,
    /// Whether they still belong here.
    pub active: bool,
    /// Since when.
    pub joined_at: Timestamp,
    /// When they last signed in, by the trail; nothing for somebody who has not since they joined, or where it may not be read.
    pub signed_in_at: Option<Timestamp>,
    /// Row version.
    pub version: i32,
}

/// An invitation that was not accepted yet.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The invitation.
    pub id: InvitationId,
    /// To whom.
    pub email: String,
    /// Name.
    pub name: String,
    /// Roles it gives.
    pub roles: RoleSet,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Everyone who belongs or belonged here, active members first.
///
/// # Errors
/// What the database answered.
pub async fn members(tx: &mut Tx<Member>) -> Result<Vec<TeamMember>, DbError> {
    tx.rows(sql!("team/members"), &[]).await?.iter().map(member).collect()
}

/// The invitations that are open.
///
/// # Errors
/// What the database answered.
pub async fn invitations(tx: &mut Tx<Team>) -> Result<Vec<Invitation>, DbError> {
    let rows = tx.rows(sql!("team/invitations"), &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(Invitation {
                id: InvitationId::from_uuid(row.get("invitation_id")),
                email: row.get("email"),
                name: row.get("name"),
                roles: roles_of(row)?,
                expires_at: row.get("expires_at"),
            })
        })
        .collect()
}

/// Gives and takes roles, the diary, or the membership itself.
///
/// # Errors
/// `Refused` for the last owner or an owner changed by someone who is none; `Conflict` for a stale page.
pub async fn change(
    tx: &mut Tx<Team>,
    id: MembershipId,
    version: i32,
    roles: RoleSet,
    resource: Option<ResourceId>,
    active: bool,
) -> Result<(), DbError> {
    let codes = codes(roles);
    let resource = resource.map(ResourceId::as_uuid);
    tx.run_one(
        sql!("team/set_roles"),
        &[&id.as_uuid(), &version, &codes, &resource, &active],
    )
    .await
}

/// Invites someone. The link's token goes into an e-mail and nowhere else.
///
/// # Errors
/// `Refused` when someone who is no owner invites an owner.
pub async fn invite(
    tx: &mut Tx<Team>,
    email: &EmailAddress,
    name: &str,
    roles: RoleSet,
    token: &TokenHash,
    by: &Membership,
) -> Result<InvitationId, DbError> {
    let id = InvitationId::fresh();
    let params: [crate::tx::Param<'_>; 7] = [
        &id.as_uuid(),
        &email.as_str(),
        &email.canonical(),
        &name,
        &codes(roles),
        &token.as_bytes().as_slice(),
        &by.id.as_uuid(),
    ];
    tx.run_one(sql!("team/invite"), &params).await?;
    Ok(id)
}

/// Who needs a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorRule {
    /// Owners alone: a public office may leave it to its administrators.
    Owners,
    /// Owners, administrators and managers.
    Leaders,
    /// Everybody.
    Everybody,
}

impl FactorRule {
    /// The rules that an organisation may choose from.
    pub const fn of(kind: OrganisationKind) -> &'static [Self] {
        match kind {
            OrganisationKind::Practice => &[Self::Leaders, Self::Everybody],
            OrganisationKind::PublicOffice => &[Self::Owners, Self::Leaders, Self::Everybody],
        }
    }

    /// Its code in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owners => "owners",
            Self::Leaders => "leaders",
            Self::Everybody => "everybody",
        }
    }

    /// The rule of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Owners, Self::Leaders, Self::Everybody]
            .into_iter()
            .find(|rule| rule.code() == code)
    }
}

/// The organisation's rule about second factors.
///
/// # Errors
/// What the database answered.
pub async fn factor_rule(tx: &mut Tx<Member>) -> Result<FactorRule, DbError> {
    let row = tx.get(sql!("team/factor_rule"), &[]).await?;
    Ok(match (row.get("factor_for_all"), row.get("factor_optional")) {
        (true, _) => FactorRule::Everybody,
        (false, true) => FactorRule::Owners,
        (false, false) => FactorRule::Leaders,
    })
}

/// Sets the rule. From the next request on, whoever needs a second factor and has shown none is asked for it.
///
/// # Errors
/// `Refused(ProofNeeded)` when the last proof is older than ten minutes; `Constraint` for a practice that would leave it to its
/// administrators.
pub async fn require_factors(tx: &mut Tx<Owners>, rule: FactorRule) -> Result<(), DbError> {
    let (all, optional) = (rule == FactorRule::Everybody, rule == FactorRule::Owners);
    tx.run(sql!("team/require_factors"), &[&all, &optional]).await?;
    Ok(())
}

/// Asks that the second factors of a member who lost them be turned off, a day from now. Answers when, and nothing for somebody
/// who has none.
///
/// # Errors
/// `Refused(ProofNeeded)` when the last proof is older than ten minutes, `Refused(OnlyOwners)` for an owner by somebody who is
/// none, `Denied` for oneself.
pub async fn ask_factor_removal(tx: &mut Tx<Team>, member: MembershipId) -> Result<Option<Timestamp>, DbError> {
    let row = tx.get(sql!("team/ask_factor_removal"), &[&member.as_uuid()]).await?;
    Ok(row.get("due"))
}

/// When somebody last used a permission that is worth watching.
#[derive(Clone, Copy, Debug)]
pub struct LastUse {
    /// Who.
    pub user: UserId,
    /// What.
    pub permission: Permission,
    /// When, by the trail.
    pub at: Timestamp,
}

/// What each member used last, of what is worth watching: revealing, the clinical record, the team, settings, the trail.
///
/// # Errors
/// What the database answered.
pub async fn last_uses(tx: &mut Tx<Member>) -> Result<Vec<LastUse>, DbError> {
    let rows = tx.rows(sql!("team/last_uses"), &[]).await?;
    let one = |row: &Row| {
        Some(LastUse {
            user: UserId::from_uuid(row.get("user_id")),
            permission: Permission::from_code(row.get("permission"))?,
            at: row.get("at"),
        })
    };
    Ok(rows.iter().filter_map(one).collect())
}

/// Takes back what a colleague asked for. Says whether there was anything.
///
/// # Errors
/// What the database answered.
pub async fn withdraw_factor_removal(tx: &mut Tx<Team>, member: MembershipId) -> Result<bool, DbError> {
    let row = tx
        .get(sql!("team/withdraw_factor_removal"), &[&member.as_uuid()])
        .await?;
    Ok(row.get("was_open"))
}

/// Whose second factors are to be turned off, and when.
///
/// # Errors
/// What the database answered.
pub async fn factor_removals(tx: &mut Tx<Team>) -> Result<Vec<(MembershipId, Timestamp)>, DbError> {
    let rows = tx.rows(sql!("team/factor_removals"), &[]).await?;
    let each = |row: &Row| {
        (
            MembershipId::from_uuid(row.get("membership_id")),
            row.get("effective_at"),
        )
    };
    Ok(rows.iter().map(each).collect())
}

/// Withdraws an invitation.
///
/// # Errors
/// `Conflict` when it was accepted or withdrawn before.
pub async fn withdraw(tx: &mut Tx<Team>, id: InvitationId) -> Result<(), DbError> {
    tx.run_one(sql!("team/withdraw"), &[&id.as_uuid()]).await
}

pub(crate) fn codes(roles: RoleSet) -> Vec<String> {
    roles.iter().map(|role| role.code().to_owned()).collect()
}

fn member(row: &Row) -> Result<TeamMember, DbError> {
    Ok(TeamMember {
        id: MembershipId::from_uuid(row.get("membership_id")),
        user: UserId::from_uuid(row.get("user_id")),
        name: row.get("name"),
        email: row.get("email"),
        roles: roles_of(row)?,
        resource: row.get::<_, Option<Uuid>>("resource_id").map(ResourceId::from_uuid),
        diary: row.get("diary"),
        active: row.get("active"),
        joined_at: row.get("joined_at"),
        signed_in_at: row.get("signed_in_at"),
        version: row.get("version"),
    })
}
