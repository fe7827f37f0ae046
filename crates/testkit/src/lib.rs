//! What tests stand on: one real PostgreSQL for the test program, a fresh database for each test, and organisations with
//! members who are really signed in. Nothing here is a mock: the doors, the keys and the policies are those of the product.

mod cluster;
mod furnished;
mod organisation;
mod raw;

pub use cluster::TestDb;
pub use furnished::Furnished;
pub use organisation::{Member, Organisation, PASSWORD, first_password, registration, visit};
pub use raw::{Door, Raw};
