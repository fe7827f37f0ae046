//! Consultation notes in SOAP sections (subjective, objective, assessment, plan).
//!
//! They are templates filled with vital signs that fit the person's age. They read like notes but
//! are no medical advice.

mod adults;
mod airways;
mod catalogue;
mod children;
mod chronic;
mod gut;
mod injuries;
mod men;
mod mind;
mod muscles;
mod note;
mod reason;
mod skin;
mod vitals;
mod women;

pub use note::{Assessment, Note, note, notes};
pub use reason::Reason;

/// All reasons for a visit that notes can be about.
pub fn reasons() -> impl Iterator<Item = &'static Reason> {
    catalogue::all()
}
