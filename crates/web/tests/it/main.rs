//! Pages and forms through the router, against a real database, without a socket.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by panicking"
)]

mod alerts;
mod api;
mod attacks;
mod booking;
mod calendar;
mod desk;
mod door;
mod edge;
mod factors;
mod hostile;
mod nodes;
mod permissions;
mod programs;
mod replay;
mod reset;
mod support;
mod twice;
mod zones;
