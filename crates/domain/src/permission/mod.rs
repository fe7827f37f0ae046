//! Roles, permissions and the one table that joins them.

mod grant;
pub mod need;
mod role;

pub use grant::{Permission, PermissionSet, ROLE_PERMISSIONS, granted};
pub use role::{OrganisationKind, Role, RoleSet, UnknownRole};
