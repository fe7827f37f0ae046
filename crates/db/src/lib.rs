//! The database of Aloe: every statement, the fenced transaction, and the operations on top of them.
//!
//! A transaction is made by a door and by nothing else. Its type names the need that it was entered for, so that a
//! clinical statement does not compile with a reception scope; the database checks the same again, at every statement.

pub mod account_mail;
pub mod accounts;
pub mod agenda;
pub mod alerts;
pub mod bookings;
pub mod bulk;
pub mod catalogue;
pub mod clinical;
pub mod clinical_synthetic;
pub mod connect;
pub mod doors;
pub mod error;
pub mod factors;
pub mod guesses;
pub mod idempotency;
pub mod jobs;
pub mod keys;
mod listen;
pub mod membership;
pub mod messages;
pub mod migrate;
pub mod organisations;
pub mod own_account;
pub mod passkeys;
pub mod patients;
mod pool;
pub mod programs;
pub mod proofs;
pub mod reset;
pub mod rotation;
pub mod sabotage;
pub mod settings;
pub mod statement;
pub mod team;
pub mod trail;
pub mod tx;
pub mod visit;

pub use tokio_postgres::Client as MigratorClient;
