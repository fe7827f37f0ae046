//! Bookings: offered, held, made, moved, cancelled, and their day at the desk.

mod block;
mod desk;
mod hold;
mod link;
mod offer;
mod online;
mod place;
mod read;
pub mod synthetic;

pub use crate::idempotency::{Fingerprint, IdempotencyKey};
pub use block::{Block, block, standing_in, unblock};
pub use desk::{
    DeskBooking, Edit, Move, attach_patient, book_at_desk, detach_patient, edit, move_at_desk, set_status, squeeze_in,
};
pub use hold::{HOLD_SECONDS, Hold, drop_hold, find_hold, hold};
pub use link::{Confirmed, add_link, cancel_by_link, move_by_link, occupied_by, of_link, of_person};
pub use online::{PersonBooking, book_with_proof};
pub use read::{BookingRow, Clash, MessageState, between, find, messages_of, to_come};

use crate::error::DbError;
use crate::keys::KeyError;
use aloe_domain::booking::TransitionError;

/// What stops an act on a booking.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    /// Someone else has the time: offer the nearest ones.
    #[error("the time is taken")]
    Taken,
    /// The time clashes with other bookings, and overbooking was not asked for with a reason.
    #[error("the time clashes")]
    Clash(Vec<Clash>),
    /// The time is not offered: outside hours, notice or horizon.
    #[error("the time is not offered")]
    NotOffered,
    /// The life of a booking does not allow this change.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// Nobody has failed to come before the time begins.
    #[error("the time of the booking has not begun: they may still come")]
    NotYet,
    /// Someone changed the booking since it was shown.
    #[error("the booking has changed")]
    Stale,
    /// No such booking here.
    #[error("there is no such booking")]
    Missing,
    /// As many bookings as one phone may have.
    #[error("too many bookings for one phone")]
    TooMany,
    /// The idempotency key was used for something else.
    #[error("this request was already used for something else")]
    KeyReused,
    /// The database failed.
    #[error(transparent)]
    Db(DbError),
    /// The keys failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<DbError> for BookingError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Taken => Self::Taken,
            other => Self::Db(other),
        }
    }
}
