//! The description of one operation: what the OpenAPI document says about it, taken from the types that it reads and writes.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One operation of the API.
#[derive(Clone, Copy)]
pub struct Operation {
    /// Its name in client libraries.
    pub id: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What it asks for in the address: an object whose properties are the parameters.
    pub query: Option<SchemaOf>,
    /// What it takes in the body.
    pub body: Option<SchemaOf>,
    /// Whether it needs an `Idempotency-Key`.
    pub key: bool,
    /// Status and body when it succeeds.
    pub answer: Option<(u16, SchemaOf)>,
    /// Operations that take the id of what was made.
    pub next: &'static [&'static str],
}

/// Begins a description.
pub const fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation {
        id,
        summary,
        query: None,
        body: None,
        key: false,
        answer: None,
        next: &[],
    }
}

impl Operation {
    /// Asks for these parameters.
    pub fn asks<T: JsonSchema>(self) -> Self {
        Self {
            query: Some(T::json_schema),
            ..self
        }
    }

    /// Takes this body.
    pub fn takes<T: JsonSchema>(self) -> Self {
        Self {
            body: Some(described::<T>),
            ..self
        }
    }

    /// Needs a key that makes a repeated request count once.
    pub fn with_key(self) -> Self {
        Self { key: true, ..self }
    }

    /// Answers this.
    pub fn answers<T: JsonSchema>(self) -> Self {
        Self {
            answer: Some((200, described::<T>)),
            ..self
        }
    }

    /// What can be done next with the id in the answer.
    pub fn leads_to(self, next: &'static [&'static str]) -> Self {
        Self { next, ..self }
    }

    /// Makes this.
    pub fn makes<T: JsonSchema>(self) -> Self {
        Self {
            answer: Some((201, described::<T>)),
            ..self
        }
    }
}

/// A reference to the schema of a type among the components.
pub fn described<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
