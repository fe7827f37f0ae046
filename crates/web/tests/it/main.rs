//! Pages and forms through the router, against a real database, without a socket.

mod booking;
mod desk;
mod door;
mod permissions;
mod support;
