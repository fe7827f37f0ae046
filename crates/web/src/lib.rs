//! Pages and JSON of Aloe. A handler extracts, calls one operation of the database crate, and renders.

pub mod assets;
mod cookies;
mod door;
pub mod edge;
mod failure;
mod form;
mod grid;
mod guard;
mod page;
pub mod routes;
mod session;
mod slow;
pub mod state;
mod visitor;
