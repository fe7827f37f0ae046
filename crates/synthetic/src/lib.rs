//! Plausible synthetic South Africans and their practices, for demonstrations, tests and benches.
//!
//! Everything is a pure function of a seed (and, where time matters, of a date): nothing is read
//! from a clock, a file or a network, and the same seed gives the same bytes on every machine.
//!
//! No person, company or medical scheme is meant. Given names and surnames are combined at random
//! from names common in a language community; suburbs, streets, practices and schemes are
//! invented; e-mail addresses lie in the reserved example domains of RFC 2606. Identity and mobile
//! numbers have the true format, so one may by chance equal a number in use: never send a message
//! to them. Because nobody is described, `Debug` shows the values, so that a failing test can say
//! what failed.

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod address;
mod age;
mod civil;
pub mod csv;
mod document;
mod draw;
mod email;
mod fold;
mod health;
mod hours;
mod household;
mod language;
mod medical_aid;
mod names;
pub mod notes;
mod people;
mod person;
mod phone;
mod places;
pub mod practice;
mod province;
mod sa_id;
mod visits;
mod words;

pub use address::Address;
pub use civil::REFERENCE_DATE;
pub use document::Document;
pub use fold::{ascii, slug};
pub use health::{Allergy, Chronic};
pub use hours::{Opening, WeeklyHours};
pub use language::Language;
pub use medical_aid::MedicalAid;
pub use names::Background;
pub use people::People;
pub use person::{Person, Sex, SexOnly};
pub use phone::Mobile;
pub use practice::Practices;
pub use province::Province;
pub use sa_id::SaId;
pub use visits::{Visit, VisitStatus, visits};
