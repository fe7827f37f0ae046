//! How an organisation comes into being: made by the operator, handed to its first owner by invitation.

use aloe_domain::email::EmailAddress;
use aloe_domain::ids::{InvitationId, MembershipId, OrganisationId, ResourceId, UserId};
use aloe_domain::permission::{OrganisationKind, RoleSet};
use aloe_vault::{SealingKey, TokenHash, TotpSecret};
use uuid::Uuid;

use crate::doors::{Doors, Operator};
use crate::error::DbError;
use crate::statement::sql;
use crate::team::codes;
use crate::tx::Tx;

/// An organisation found by its address.
#[derive(Clone, Debug)]
pub struct FoundOrganisation {
    /// The organisation.
    pub id: OrganisationId,
    /// Name.
    pub name: String,
    /// Whether everyone in it is invented.
    pub synthetic: bool,
}

impl Doors {
    /// The organisation with this part of its public address.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn find_organisation(&self, slug: &str) -> Result<Option<FoundOrganisation>, DbError> {
        let rows = self.operator_rows(sql!("organisations/find"), &[&slug]).await?;
        Ok(rows.first().map(|row| FoundOrganisation {
            id: OrganisationId::from_uuid(row.get("organisation_id")),
            name: row.get("name"),
            synthetic: row.get("synthetic"),
        }))
    }
}

impl Doors {
    /// How many organisations hold invented people, and how many do not.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn count_organisations(&self) -> Result<(i64, i64), DbError> {
        let rows = self.operator_rows(sql!("organisations/count"), &[]).await?;
        Ok(rows
            .first()
            .map_or((0, 0), |row| (row.get("synthetic"), row.get("genuine"))))
    }

    /// The ids of all organisations, for work on keys.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn list_organisations(&self) -> Result<Vec<OrganisationId>, DbError> {
        let rows = self.operator_rows(sql!("organisations/list"), &[]).await?;
        Ok(rows.iter().map(|row| OrganisationId::from_uuid(row.get(0))).collect())
    }
}

/// Writes the organisation's row. Its transaction was entered with the id it is to have.
///
/// # Errors
/// `Conflict` when the address is taken.
pub async fn create(
    tx: &mut Tx<Operator>,
    slug: &str,
    kind: OrganisationKind,
    name: &str,
    synthetic: bool,
) -> Result<(), DbError> {
    tx.find(sql!("organisations/create"), &[&slug, &kind.code(), &name, &synthetic])
        .await?;
    Ok(())
}

/// Invites the first owner; later ones are the owners' own to invite.
///
/// # Errors
/// `Denied` when the organisation has members already.
pub async fn invite_first_owner(
    tx: &mut Tx<Operator>,
    email: &EmailAddress,
    name: &str,
    token: &TokenHash,
) -> Result<(), DbError> {
    let id = InvitationId::fresh().as_uuid();
    let params: [crate::tx::Param<'_>; 5] = [
        &id,
        &email.as_str(),
        &email.canonical(),
        &name,
        &token.as_bytes().as_slice(),
    ];
    tx.find(sql!("organisations/invite_first_owner"), &params).await?;
    Ok(())
}

/// Opens the booking page of a synthetic organisation.
///
/// # Errors
/// `Denied` in an organisation that is not synthetic.
pub async fn open_synthetic(tx: &mut Tx<Operator>) -> Result<(), DbError> {
    tx.find(sql!("organisations/open_synthetic"), &[]).await?;
    Ok(())
}

/// Asks that the second factors of an organisation's only owner be turned off, a day from now: there is no colleague to ask.
/// Answers when, and nothing for somebody who is not the only owner or has none.
///
/// # Errors
/// What the database answered.
pub async fn ask_owner_factor_removal(
    tx: &mut Tx<Operator>,
    email: &EmailAddress,
) -> Result<Option<jiff::Timestamp>, DbError> {
    let row = tx
        .get(sql!("organisations/ask_owner_factor_removal"), &[&email.canonical()])
        .await?;
    Ok(row.get("due"))
}

/// Gives a member of a synthetic organisation an authenticator app.
///
/// # Errors
/// What the database answered.
pub async fn add_synthetic_factor(
    tx: &mut Tx<Operator>,
    email: &EmailAddress,
    key: &SealingKey,
    secret: &TotpSecret,
) -> Result<(), DbError> {
    let id = uuid::Uuid::now_v7();
    let (sealed, version) = crate::factors::seal_secret(key, id, secret)?;
    let params: [crate::tx::Param<'_>; 4] = [&email.canonical(), &id, &sealed, &version];
    tx.find(sql!("organisations/add_synthetic_factor"), &params).await?;
    Ok(())
}

/// A member of a synthetic organisation.
pub struct SyntheticMember<'a> {
    /// Sign-in address.
    pub email: &'a EmailAddress,
    /// Name.
    pub name: &'a str,
    /// Roles.
    pub roles: RoleSet,
    /// Password hash, in PHC form.
    pub password_hash: &'a str,
    /// The membership's id.
    pub membership: MembershipId,
    /// Their own diary.
    pub diary: Option<ResourceId>,
}

/// Adds a member to a synthetic organisation: the database refuses it in any other.
///
/// # Errors
/// `Denied` in an organisation that is not synthetic.
pub async fn add_synthetic_member(tx: &mut Tx<Operator>, m: &SyntheticMember<'_>) -> Result<(), DbError> {
    let (user, membership): (Uuid, Uuid) = (UserId::fresh().as_uuid(), m.membership.as_uuid());
    let diary = m.diary.map(ResourceId::as_uuid);
    let params: [crate::tx::Param<'_>; 8] = [
        &user,
        &membership,
        &m.email.as_str(),
        &m.email.canonical(),
        &m.name,
        &codes(m.roles),
        &m.password_hash,
        &diary,
    ];
    tx.find(sql!("organisations/add_synthetic_member"), &params).await?;
    Ok(())
}
