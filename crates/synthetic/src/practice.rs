//! Invented practices and public offices.

mod generate;
mod kind;
mod practitioner;
mod service;
mod towns;

pub use generate::Practices;
pub use kind::{Field, Kind, Office};
pub use practitioner::{Discipline, Practitioner};
pub use service::Service;
pub use towns::Town;

use crate::address::Address;
use crate::hours::WeeklyHours;

/// An invented practice or public office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// Place in the sequence of its [`Practices`], from 0.
    pub index: u64,
    /// Invented name.
    pub name: String,
    /// Lower-case ASCII, unique within a sequence.
    pub slug: String,
    /// Practice or public office, and of what sort.
    pub kind: Kind,
    /// A real town, with its province.
    pub town: Town,
    /// One to three places where people are seen.
    pub locations: Vec<Location>,
    /// People who see patients; none in offices other than clinics.
    pub practitioners: Vec<Practitioner>,
    /// Counters of a public office, such as `Counter 1`; none in a practice.
    pub counters: Vec<String>,
    /// What can be booked.
    pub services: &'static [Service],
    /// When it is open.
    pub hours: WeeklyHours,
}

/// A place where people are seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Such as `Main rooms`.
    pub name: &'static str,
    /// Its address.
    pub address: Address,
}
