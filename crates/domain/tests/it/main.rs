//! The rules of the domain, tried from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod booking;
mod documents;
mod email;
mod holidays;
mod ids;
mod names;
mod numbers;
mod permission;
mod phone;
mod sa_id;
mod scheduling;
mod scheduling_model;
mod small_parts;
mod text;
