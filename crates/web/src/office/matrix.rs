//! Who may do what, in words, made from the same table that the checks are made from.

use aloe_domain::permission::{OrganisationKind, Permission, ROLE_PERMISSIONS, Role};

use crate::page::role_words;

/// One line of the matrix.
pub struct Row {
    /// What is done.
    pub act: &'static str,
    /// For each role: class and word.
    pub cells: Vec<(&'static str, &'static str)>,
}

const ACTS: [(&str, Permission); 11] = [
    ("See and change the calendar and bookings", Permission::Schedule),
    ("See contact details", Permission::Patients),
    ("Squeeze a booking in, with a reason", Permission::Overbook),
    ("Read and write the clinical record", Permission::Clinical),
    ("Reveal an ID or medical-aid number, with a purpose", Permission::Reveal),
    ("Team and roles", Permission::Team),
    ("Settings", Permission::Settings),
    ("Make and unmake owners", Permission::Owners),
    ("Export everything", Permission::Export),
    ("Keys", Permission::Keys),
    ("The whole audit trail", Permission::AuditAll),
];

/// The roles of one kind of organisation, in words.
pub fn roles(kind: OrganisationKind) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| role.belongs_to(kind)).collect()
}

/// The matrix of one kind of organisation.
pub fn rows(kind: OrganisationKind) -> Vec<Row> {
    let office = kind == OrganisationKind::PublicOffice;
    let acts = ACTS
        .iter()
        .filter(|(_, permission)| !(office && *permission == Permission::Clinical));
    acts.map(|(act, permission)| Row {
        act,
        cells: roles(kind).into_iter().map(|role| cell(role, *permission)).collect(),
    })
    .collect()
}

fn cell(role: Role, permission: Permission) -> (&'static str, &'static str) {
    let granted = ROLE_PERMISSIONS
        .iter()
        .any(|(r, set)| *r == role && set.contains(permission));
    match (granted, role, permission) {
        (true, Role::Counter, Permission::Schedule | Permission::Patients) => ("cond", "Own counter"),
        (true, _, _) => ("yes", "Yes"),
        (false, Role::Reception, Permission::Reveal) => ("cond", "If an owner grants it"),
        (false, Role::Counter, Permission::Reveal) => ("cond", "To verify who has arrived"),
        (false, Role::Practitioner, Permission::AuditAll) => ("cond", "Own acts and own patients"),
        (false, Role::Reception | Role::Counter, Permission::AuditAll) => ("cond", "Own acts"),
        (false, _, _) => ("no", "No"),
    }
}

/// A role with its word.
pub fn choices(kind: OrganisationKind) -> Vec<(String, &'static str, &'static str)> {
    let hint = |role| match role {
        Role::Reception => "Calendar and contact details. No clinical record.",
        Role::Practitioner => "Everything reception can, and the clinical record.",
        Role::Administrator => "Everything, but not owners, exports and keys.",
        Role::Owner => "Everything.",
        Role::Counter => "The bookings of one counter.",
        Role::Manager => "All counters, team, settings and the audit trail.",
    };
    roles(kind)
        .into_iter()
        .map(|role| (role.code().to_owned(), role_words(role), hint(role)))
        .collect()
}
