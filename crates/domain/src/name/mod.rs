//! Names of people: any script, one name or many, as they write it; found again however it is typed.

mod fold;
mod person;

pub use fold::{fold, prefix_range, query_tokens, search_tokens};
pub use person::{NameError, PersonName};
