use aloe_domain::permission::need::{self, Need};
use aloe_domain::permission::{
    OrganisationKind, Permission, PermissionSet, ROLE_PERMISSIONS, Role, RoleSet, UnknownRole, granted,
};

fn holders(permission: Permission) -> Vec<&'static str> {
    let roles = Role::ALL
        .iter()
        .filter(|role| granted(RoleSet::EMPTY.with(**role), false).contains(permission));
    roles.map(|role| role.code()).collect()
}

#[test]
fn the_matrix_is_the_one_that_was_promised() {
    let everybody = [
        "reception",
        "practitioner",
        "administrator",
        "owner",
        "counter",
        "manager",
    ];
    let heads = ["administrator", "owner", "manager"];
    let rows: [(Permission, &[&str]); 15] = [
        (Permission::Schedule, &everybody),
        (Permission::Patients, &everybody),
        (
            Permission::AllPatients,
            &["reception", "practitioner", "administrator", "owner", "manager"],
        ),
        (
            Permission::Overbook,
            &["reception", "practitioner", "administrator", "owner", "manager"],
        ),
        (Permission::Clinical, &["practitioner", "administrator", "owner"]),
        (
            Permission::Reveal,
            &["practitioner", "administrator", "owner", "manager"],
        ),
        (
            Permission::RevealToVerify,
            &["practitioner", "administrator", "owner", "counter", "manager"],
        ),
        (Permission::Team, &heads),
        (Permission::Settings, &heads),
        (Permission::Owners, &["owner"]),
        (Permission::Export, &["owner"]),
        (Permission::Keys, &["owner"]),
        (Permission::AuditAll, &heads),
        (
            Permission::AuditOwnPatients,
            &["practitioner", "administrator", "owner"],
        ),
        (Permission::AuditOwn, &everybody),
    ];
    assert_eq!(rows.len(), Permission::ALL.len());
    for (permission, expected) in rows {
        assert_eq!(holders(permission), expected, "{permission}");
    }
}

#[test]
fn only_reception_gains_from_the_owners_setting() {
    let gained = |role| granted(RoleSet::EMPTY.with(role), true) != granted(RoleSet::EMPTY.with(role), false);
    let gaining: Vec<_> = Role::ALL.iter().filter(|role| gained(**role)).collect();
    assert_eq!(gaining, [&Role::Reception]);
    assert!(granted(RoleSet::EMPTY.with(Role::Reception), true).contains(Permission::Reveal));
    assert_eq!(granted(RoleSet::EMPTY, true), PermissionSet::EMPTY);
}

#[test]
fn several_roles_add_up_and_never_take_away() {
    let both = granted([Role::Reception, Role::Practitioner].into_iter().collect(), false);
    let one = granted(RoleSet::EMPTY.with(Role::Practitioner), false);
    assert_eq!(both.union(one), both);
    assert!(both.contains(Permission::Clinical) && !both.contains(Permission::AuditAll));
}

#[test]
fn every_role_has_one_row_and_a_kind_of_organisation() {
    let rows: Vec<_> = ROLE_PERMISSIONS.iter().map(|(role, _)| *role).collect();
    assert_eq!(rows, Role::ALL);
    let of = |kind| {
        Role::ALL
            .iter()
            .filter(|r| r.belongs_to(kind))
            .map(|r| r.code())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(OrganisationKind::Practice),
        ["reception", "practitioner", "administrator", "owner"]
    );
    assert_eq!(of(OrganisationKind::PublicOffice), ["owner", "counter", "manager"]);
}

#[test]
fn no_role_of_an_office_alone_opens_a_clinical_record() {
    for role in [Role::Counter, Role::Manager] {
        assert!(!granted(RoleSet::EMPTY.with(role), true).contains(Permission::Clinical));
    }
}

#[test]
fn role_sets_read_codes_and_refuse_unknown_ones() {
    let set = RoleSet::from_codes(["owner", "reception"]).unwrap();
    assert_eq!(set.iter().collect::<Vec<_>>(), [Role::Reception, Role::Owner]);
    assert_eq!(format!("{set:?}"), "{Reception, Owner}");
    assert!(set.without(Role::Owner).without(Role::Reception).is_empty());
    assert_eq!(RoleSet::from_codes(["owner", "root"]), Err(UnknownRole));
}

fn permission_of<N: Need>(_: N) -> Permission {
    N::PERMISSION
}

#[test]
fn each_type_names_its_permission() {
    assert_eq!(permission_of(need::Clinical), Permission::Clinical);
    assert_eq!(permission_of(need::RevealToVerify), Permission::RevealToVerify);
    assert_eq!(need::Schedule::PERMISSION, Permission::Schedule);
    let clinical = PermissionSet::of(&[need::Clinical::PERMISSION, need::Keys::PERMISSION]);
    assert_eq!(
        clinical.iter().collect::<Vec<_>>(),
        [Permission::Clinical, Permission::Keys]
    );
}
