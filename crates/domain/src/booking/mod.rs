//! The life of a booking, the way it came in, and the reference that people read aloud.

mod reference;
mod status;

pub use reference::{Reference, ReferenceError};
pub use status::{Status, TransitionError};

coded! {
    /// The way a booking came in. All use one search for slots.
    pub enum Channel {
        /// The public page.
        Web = "web",
        /// Somebody of the organisation, with the person in front of them.
        Desk = "desk",
        /// Somebody of the organisation, with the person on the telephone.
        Phone = "phone",
        /// A program.
        Api = "api",
        /// No booking: the person came.
        WalkIn = "walk_in",
    }
}
