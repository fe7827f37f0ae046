//! Who is signed in, where they belong, and the scopes that follow from it.

use std::marker::PhantomData;

use aloe_domain::ids::{MembershipId, OrganisationId, ResourceId, SessionId, UserId};
use aloe_domain::permission::{OrganisationKind, Permission, PermissionSet, RoleSet, granted, need::Need};
use jiff::tz::TimeZone;

/// A signed-in person, as the database answered for their access token.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// The user.
    pub user: UserId,
    /// The user's own name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Whether the account has a second factor that counts.
    pub has_factor: bool,
    /// The active memberships, by the organisation's name.
    pub memberships: Vec<Membership>,
    /// Whether it is a program, which has a credential and no password.
    pub is_program: bool,
    pub(crate) token_hash: Vec<u8>,
}

impl SignedIn {
    /// The membership in one organisation, if it is active.
    pub fn membership(&self, organisation: OrganisationId) -> Option<&Membership> {
        self.memberships.iter().find(|m| m.organisation == organisation)
    }
}

/// An active membership, and what its roles grant.
#[derive(Clone, Debug)]
pub struct Membership {
    pub(crate) token_hash: Vec<u8>,
    /// Where.
    pub organisation: OrganisationId,
    /// The organisation's name.
    pub organisation_name: String,
    /// The organisation's part of its public address.
    pub slug: String,
    /// Practice or public office.
    pub kind: OrganisationKind,
    /// Whether everyone in it is invented.
    pub synthetic: bool,
    /// The zone of its first place, in which its pages show times.
    pub zone: TimeZone,
    /// The membership.
    pub id: MembershipId,
    /// The user.
    pub user: UserId,
    /// The name shown to colleagues.
    pub name: String,
    /// The roles.
    pub roles: RoleSet,
    /// The member's own diary or counter.
    pub resource: Option<ResourceId>,
    /// Whether its roles need a second factor and this session began without one: then it opens nothing here.
    pub owes_factor: bool,
    pub(crate) reception_may_reveal: bool,
    /// What the session may do at most: a program's does what was ticked.
    pub(crate) at_most: Option<PermissionSet>,
}

/// The membership does not grant the permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not allowed: {0:?}")]
pub struct NotGranted(pub Permission);

impl Membership {
    /// Everything the roles grant here.
    pub fn permissions(&self) -> PermissionSet {
        let mut all = granted(self.roles, self.reception_may_reveal);
        if self.kind == OrganisationKind::PublicOffice {
            // A public office keeps no clinical record, whoever asks.
            all = all.without(Permission::Clinical);
        }
        match self.at_most {
            Some(at_most) => all.intersection(at_most),
            None => all,
        }
    }

    /// A scope for one need: the application's own safeguard. The database checks again when it is entered.
    ///
    /// What a scope opens is decided when the program is compiled. The clinical file asks for its own need:
    ///
    /// ```
    /// # use aloe_db::{clinical, tx::Tx};
    /// # use aloe_domain::{ids::PatientId, permission::need};
    /// async fn read(tx: &mut Tx<need::Clinical>, patient: PatientId) {
    ///     let _ = clinical::open_file(tx, patient, 10).await;
    /// }
    /// ```
    ///
    /// With the scope of the calendar the same lines are no program:
    ///
    /// ```compile_fail,E0308
    /// # use aloe_db::{clinical, tx::Tx};
    /// # use aloe_domain::{ids::PatientId, permission::need};
    /// async fn read(tx: &mut Tx<need::Schedule>, patient: PatientId) {
    ///     let _ = clinical::open_file(tx, patient, 10).await;
    /// }
    /// ```
    ///
    /// And nobody makes a scope but a membership that was looked up:
    ///
    /// ```compile_fail,E0451
    /// # use aloe_db::membership::Scope;
    /// # use aloe_domain::{ids::OrganisationId, permission::need};
    /// fn forge(organisation: OrganisationId) -> Scope<need::Clinical> {
    ///     Scope { token_hash: Vec::new(), organisation, need: std::marker::PhantomData }
    /// }
    /// ```
    ///
    /// # Errors
    /// `NotGranted` when no role here holds the permission.
    pub fn scope<N: Need>(&self) -> Result<Scope<N>, NotGranted> {
        if !self.permissions().contains(N::PERMISSION) && !crate::sabotage::is_on("P7-application") {
            return Err(NotGranted(N::PERMISSION));
        }
        Ok(Scope {
            token_hash: self.token_hash.clone(),
            organisation: self.organisation,
            need: PhantomData,
        })
    }

    /// The scope that every active member has: the organisation's own name, services and diaries.
    pub fn any_scope(&self) -> Scope<Member> {
        Scope {
            token_hash: self.token_hash.clone(),
            organisation: self.organisation,
            need: PhantomData,
        }
    }
}

/// The need of someone who is a member, whatever their roles.
#[derive(Clone, Copy, Debug)]
pub struct Member;

/// Proof that a membership was checked for the need `N`. Cannot be made elsewhere.
pub struct Scope<N> {
    pub(crate) token_hash: Vec<u8>,
    pub(crate) organisation: OrganisationId,
    need: PhantomData<fn() -> N>,
}
