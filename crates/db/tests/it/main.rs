//! The database against its promises: a real PostgreSQL, a fresh database for each test.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by panicking"
)]

mod alerts;
mod audit;
mod bookings;
mod clinical;
mod expiry;
mod fence;
mod guards;
mod guesses;
mod jobs;
mod passwords;
mod patients;
mod renewal;
mod roles;
mod rotation;
mod sessions;
mod statements;
mod team;
