//! What a member is.

coded! {
    /// What an organisation is.
    pub enum OrganisationKind {
        /// A clinic, dentist, physiotherapist and so on.
        Practice = "practice",
        /// A municipal clinic, licensing centre or civic office.
        PublicOffice = "public_office",
    }
}

coded! {
    /// A role of a member; a member may have several.
    pub enum Role {
        /// Front desk of a practice.
        Reception = "reception",
        /// Someone who treats patients.
        Practitioner = "practitioner",
        /// Runs the practice's settings and team.
        Administrator = "administrator",
        /// Answers for the organisation, of either kind.
        Owner = "owner",
        /// Serves people at one counter of a public office.
        Counter = "counter",
        /// Runs a public office.
        Manager = "manager",
    }
}

/// A code that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is a role here that Aloe does not know. Choose roles from the list on the team page.")]
pub struct UnknownRole;

impl Role {
    /// Whether organisations of this kind have the role. Owners exist in both, since someone must hold keys and exports.
    pub const fn belongs_to(self, kind: OrganisationKind) -> bool {
        match self {
            Self::Owner => true,
            Self::Reception | Self::Practitioner | Self::Administrator => matches!(kind, OrganisationKind::Practice),
            Self::Counter | Self::Manager => matches!(kind, OrganisationKind::PublicOffice),
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of roles.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RoleSet(u8);

impl RoleSet {
    /// No role.
    pub const EMPTY: Self = Self(0);

    /// The set with one role more.
    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | role.bit())
    }

    /// The set without a role.
    #[must_use]
    pub const fn without(self, role: Role) -> Self {
        Self(self.0 & !role.bit())
    }

    /// Whether the role is in the set.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether there is no role in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The roles in order of declaration.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| self.contains(*role))
    }

    /// Reads codes; one unknown code refuses them all, so that nobody ends up with half of their roles.
    pub fn from_codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownRole> {
        codes
            .into_iter()
            .map(|code| Role::from_code(code).ok_or(UnknownRole))
            .collect()
    }
}

impl FromIterator<Role> for RoleSet {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl std::fmt::Debug for RoleSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
