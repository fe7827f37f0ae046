//! People of an organisation: finding, registering, correcting, merging, and revealing what is masked.

mod find;
mod identifiers;
mod merge;
mod past;
mod register;

pub use find::{Found, MOST, duplicates, names_of, of_file_number, possible_matches, search, seen_between};
pub use identifiers::{Identifier, Revealed, identifiers, reveal};
pub use merge::{Merged, merge, merges_of, undo_merge};
pub use past::{PastBooking, bookings_of};
pub(crate) use register::bulk_row;
pub use register::{
    Contact, MedicalAid, PatientRecord, Registration, end_medical_aid, find, register, same_numbers, update,
};

use crate::error::DbError;
use crate::keys::KeyError;

/// What stops an act on a patient.
#[derive(Debug, thiserror::Error)]
pub enum PatientError {
    /// The database refused or failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keys failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Nobody with this id here.
    #[error("there is no such patient here")]
    Missing,
}
