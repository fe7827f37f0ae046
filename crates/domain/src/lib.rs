#![doc = include_str!("../README.md")]

#[macro_use]
mod value;

pub mod booking;
pub mod csv;
pub mod email;
pub mod holidays;
pub mod identity;
pub mod ids;
pub mod language;
pub mod medical_aid;
pub mod name;
pub mod permission;
pub mod phone;
pub mod postal_code;
pub mod practice_number;
pub mod registration_number;
pub mod retention;
pub mod scheduling;
pub mod text;
