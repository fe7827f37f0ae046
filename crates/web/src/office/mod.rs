//! Running the place: team, audit trail, settings, and the outbox of a demonstration.

pub mod alerts;
pub mod matrix;
pub mod outbox;
pub mod settings;
pub mod setup;
pub mod team;
pub mod trail;
pub mod trail_words;
