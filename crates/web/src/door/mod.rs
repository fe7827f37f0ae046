//! The door: signing in and out, choosing an organisation, accepting an invitation.

pub mod invitation;
pub mod sign_in;
