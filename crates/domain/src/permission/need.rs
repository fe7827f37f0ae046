//! A type for each permission, so that a scope names at compile time what it was checked for.

use super::Permission;

mod sealed {
    pub trait Sealed {}
}

/// A permission as a type. Sealed: the list below is all there is.
pub trait Need: sealed::Sealed + Send + Sync + 'static {
    /// The permission that a membership must hold before a scope of this type is made.
    const PERMISSION: Permission;
}

macro_rules! needs {
    ($($name:ident),+ $(,)?) => {$(
        #[doc = concat!("The type of [`Permission::", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl sealed::Sealed for $name {}

        impl Need for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

needs! {
    Schedule, Patients, AllPatients, Overbook, Clinical, Reveal, RevealToVerify, Team, Settings, Owners, Export, Keys, AuditAll,
    AuditOwnPatients, AuditOwn,
}
