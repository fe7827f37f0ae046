//! The keys below the master key.

mod installation;
mod master;
mod organisation;
mod purpose;
mod subject;

pub use installation::InstallationKey;
pub use master::MasterKeys;
pub use organisation::OrganisationKey;
pub use purpose::{BearerKey, CsrfKey, MacKey, PinKey, RenewalKey, SealingKey};
pub use subject::SubjectKey;
