//! Objects (documents, recordings): sealed in chunks, so that none is ever whole in memory.

mod chunks;
mod stream;

pub use stream::{ObjectError, open_object, seal_object, sealed_length};
