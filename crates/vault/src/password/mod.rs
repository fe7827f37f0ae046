//! Passwords: Argon2id, off the threads that serve pages.

mod hashing;
mod parameters;
mod typed;
mod workers;

pub use hashing::{PasswordError, PasswordHasher, StoredPassword, Verdict};
pub use parameters::{PasswordParameters, UnsafeParameters};
pub use typed::{Password, RefusedPassword};
pub use workers::{Busy, PasswordWorkers, WorkersStopped};
