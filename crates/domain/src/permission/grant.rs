//! What a role allows.

use super::{Role, RoleSet};

coded! {
    /// Something that a member may be allowed to do.
    pub enum Permission {
        /// Calendar, bookings and the queue (a counter: its own).
        Schedule = "schedule",
        /// Contact details of people (a counter: of those who booked at it).
        Patients = "patients",
        /// Everybody's, whatever they booked, and two files of one person made into one.
        AllPatients = "all_patients",
        /// A booking above the capacity of a diary, with a reason.
        Overbook = "overbook",
        /// The clinical record.
        Clinical = "clinical",
        /// Seeing a sealed identifier in clear.
        Reveal = "reveal",
        /// Seeing an identifier to verify the person who stands at the counter, and no other.
        RevealToVerify = "reveal_to_verify",
        /// Members, invitations and roles, except owners.
        Team = "team",
        /// Services, hours, locations and texts.
        Settings = "settings",
        /// Making and unmaking owners.
        Owners = "owners",
        /// Taking the organisation's data away.
        Export = "export",
        /// Rotating keys and holding the recovery kit.
        Keys = "keys",
        /// The whole audit trail.
        AuditAll = "audit_all",
        /// The audit trail of one's own patients.
        AuditOwnPatients = "audit_own_patients",
        /// The audit trail of one's own acts.
        AuditOwn = "audit_own",
    }
}

impl Permission {
    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// No permission.
    pub const EMPTY: Self = Self(0);

    /// The set of these permissions.
    pub const fn of(permissions: &[Permission]) -> Self {
        let (mut bits, mut rest) = (0, permissions);
        while let [first, others @ ..] = rest {
            bits |= first.bit();
            rest = others;
        }
        Self(bits)
    }

    /// Whether the permission is in the set.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// The set without one permission.
    #[must_use]
    pub const fn without(self, permission: Permission) -> Self {
        Self(self.0 & !permission.bit())
    }

    /// Everything that is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The permissions in order of declaration.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.contains(*permission))
    }
}

impl std::fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

use Permission::{
    AllPatients, AuditAll, AuditOwn, AuditOwnPatients, Clinical, Export, Keys, Overbook, Owners, Patients, Reveal,
    RevealToVerify, Schedule, Settings, Team,
};

/// What each role allows: the single source for the application, the database's policies and the page that explains
/// roles. Whoever has the wider form of a permission has the narrower ones (`AuditAll`, `Reveal`).
pub const ROLE_PERMISSIONS: [(Role, PermissionSet); 6] = [
    (
        Role::Reception,
        PermissionSet::of(&[Schedule, Patients, AllPatients, Overbook, AuditOwn]),
    ),
    (
        Role::Practitioner,
        PermissionSet::of(&[
            Schedule,
            Patients,
            AllPatients,
            Overbook,
            Clinical,
            Reveal,
            RevealToVerify,
            AuditOwnPatients,
            AuditOwn,
        ]),
    ),
    (
        Role::Administrator,
        PermissionSet::of(&[
            Schedule,
            Patients,
            AllPatients,
            Overbook,
            Clinical,
            Reveal,
            RevealToVerify,
            Team,
            Settings,
            AuditAll,
            AuditOwnPatients,
            AuditOwn,
        ]),
    ),
    (
        Role::Owner,
        PermissionSet::of(&[
            Schedule,
            Patients,
            AllPatients,
            Overbook,
            Clinical,
            Reveal,
            RevealToVerify,
            Team,
            Settings,
            Owners,
            Export,
            Keys,
            AuditAll,
            AuditOwnPatients,
            AuditOwn,
        ]),
    ),
    (
        Role::Counter,
        PermissionSet::of(&[Schedule, Patients, RevealToVerify, AuditOwn]),
    ),
    (
        Role::Manager,
        PermissionSet::of(&[
            Schedule,
            Patients,
            AllPatients,
            Overbook,
            Reveal,
            RevealToVerify,
            Team,
            Settings,
            AuditAll,
            AuditOwn,
        ]),
    ),
];

/// What a member with these roles may do. `reception_may_reveal` is the organisation's setting, which an owner makes.
pub fn granted(roles: RoleSet, reception_may_reveal: bool) -> PermissionSet {
    let by_role = ROLE_PERMISSIONS.iter().filter(|(role, _)| roles.contains(*role));
    let all = by_role.fold(PermissionSet::EMPTY, |set, (_, permissions)| set.union(*permissions));
    if reception_may_reveal && roles.contains(Role::Reception) {
        all.union(PermissionSet::of(&[Reveal, RevealToVerify]))
    } else {
        all
    }
}
