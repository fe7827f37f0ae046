//! Who somebody is, on paper: the SA identity number and what stands in for it.
//!
//! Nothing here serialises: an identity document leaves only through `expose`, `canonical_bytes` or a mask.

mod country;
mod document;
mod sa_id;

pub use country::{Country, CountryError};
pub(crate) use document::mask;
pub use document::{DocumentNumber, IdentityDocument, IdentityError, IdentityType};
pub use sa_id::{BirthDates, Citizenship, PartsError, SaIdNumber, SaIdNumberError, SexMarker};
