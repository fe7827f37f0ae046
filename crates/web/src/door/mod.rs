//! The door: signing in and out, choosing an organisation, accepting an invitation, one's own account.

pub mod account;
mod device;
pub mod factors;
pub mod invitation;
pub mod outbox;
pub mod passkey;
mod password;
pub mod proof;
pub mod reset;
pub mod second_step;
pub mod sign_in;
pub mod watch;
