//! The public pages: a person chooses a service and a time, proves a phone number, and is booked. Plain forms all the way.

pub mod details;
pub(crate) mod front;
pub mod ics;
pub mod manage;
pub mod pin;
pub mod services;
pub mod times;
pub mod trip;
