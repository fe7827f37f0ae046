//! The database against its promises: a real PostgreSQL, a fresh database for each test.

mod audit;
mod bookings;
mod clinical;
mod fence;
mod patients;
mod sessions;
mod statements;
mod team;
