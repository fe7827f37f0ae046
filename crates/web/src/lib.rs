//! Pages and JSON of Aloe. A handler extracts, calls one operation of the database crate, and renders.

mod api;
pub mod assets;
mod booking;
mod calendar;
mod clinical;
mod clock;
mod cookies;
mod door;
pub mod edge;
mod failure;
mod form;
mod grid;
mod guard;
mod notify;
mod office;
mod pace;
mod page;
mod people;
mod query;
mod report;
pub mod routes;
mod session;
mod slow;
pub mod source;
mod speech;
pub mod state;
mod visitor;

pub use door::reset::answer_requests as answer_resets;
pub use door::watch::{operator_words, watch_door};
