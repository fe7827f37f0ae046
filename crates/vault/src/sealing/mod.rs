//! The one construction by which a value is sealed.

mod envelope;
mod place;
mod value;

pub use envelope::{CannotBeOpened, Sealed};
pub(crate) use envelope::{FORMAT, HEADER_LENGTH, Header};
pub use place::Place;
pub(crate) use value::{Labels, ValueKeys, value_keys};
pub use value::{NotSealed, Opened, open, seal};
