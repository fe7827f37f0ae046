//! Passwords: judged, hashed with Argon2id or bcrypt, off the threads that serve pages.

mod hashing;
mod parameters;
mod scheme;
mod strength;
mod typed;
mod workers;

pub use hashing::{PasswordError, PasswordHasher, StoredPassword, Verdict};
pub use parameters::{PasswordParameters, UnsafeParameters};
pub use scheme::{BcryptCost, HashScheme};
pub use strength::WeakPassword;
pub use typed::{Password, RefusedPassword};
pub use workers::{Busy, NotChosen, PasswordWorkers, WorkersStopped};
