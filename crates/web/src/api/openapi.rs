//! The OpenAPI 3.1 document, made from the table of routes and the types of the handlers.

use axum::Json;
use axum::extract::State;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::answer::Problem;
use super::describe::Operation;
use crate::cookies::Cookie;
use crate::routes::{Access, Route, table};
use crate::state::Aloe;

/// Statuses that any operation may answer with a problem, and what they mean.
const PROBLEMS: [(&str, &str); 10] = [
    ("401", "Nobody is signed in, or no longer"),
    ("403", "The roles do not allow this; the attempt is in the audit trail"),
    ("404", "Nothing here, or nothing that the caller may see"),
    ("405", "The address does not take this method"),
    (
        "409",
        "It changed meanwhile, the time is taken, or the person may be on file",
    ),
    ("413", "The body is too large"),
    ("415", "The body is not JSON"),
    ("422", "Some fields cannot be taken"),
    ("429", "Too often: wait as long as Retry-After says"),
    ("503", "The database or the key store does not answer"),
];

/// Shows the document.
pub async fn show(State(app): State<Aloe>) -> Json<Value> {
    Json(document(&app))
}

fn document(app: &Aloe) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in table() {
        if let Some(operation) = route.operation {
            let described = describe(&route, &operation, &mut generator);
            let path = paths.entry(route.path).or_insert_with(|| json!({}));
            if let Some(path) = path.as_object_mut() {
                path.insert(route.method.to_ascii_lowercase(), described);
            }
        }
    }
    generator.subschema_for::<Problem>();
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Aloe",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Availability, bookings, patients and audit entries of one organisation. Times are UTC. Numbers that identify people are answered masked.",
        },
        "servers": [{ "url": app.config.origin }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": Cookie::Access.name(&app.config) },
                "program": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            },
        },
    })
}

fn describe(route: &Route, operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut parameters = in_path(route.path);
    if let Some(query) = operation.query {
        parameters.extend(in_query(&query(generator).to_value()));
    }
    if operation.key {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "Makes a repeated request count once. Draw a new one for each act.",
            "schema": { "type": "string", "pattern": "^[!-~]{8,100}$" },
        }));
    }
    let mut responses = Map::new();
    if let Some((status, schema)) = operation.answer {
        let schema = schema(generator);
        let mut done = json!({ "description": "Done", "content": { "application/json": { "schema": schema } } });
        if let Some(fields) = done.as_object_mut().filter(|_| !operation.next.is_empty()) {
            fields.insert("links".into(), links(operation.next));
        }
        responses.insert(status.to_string(), done);
    }
    for (status, meaning) in PROBLEMS {
        responses.insert(
            status.to_owned(),
            json!({ "description": meaning, "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } }),
        );
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(fields) = described.as_object_mut() {
        if let Some(body) = operation.body {
            let schema = body(generator);
            fields.insert(
                "requestBody".into(),
                json!({ "required": true, "content": { "application/json": { "schema": schema } } }),
            );
        }
        if !matches!(route.access, Access::Anybody | Access::Visitor) {
            fields.insert("security".into(), json!([{ "session": [] }, { "program": [] }]));
        }
    }
    described
}

/// What can be done next with the id in the answer.
fn links(next: &[&str]) -> Value {
    let link = |id: &&str| {
        let parameters = json!({ "org": "$request.path.org", "id": "$response.body#/id" });
        ((*id).to_owned(), json!({ "operationId": id, "parameters": parameters }))
    };
    Value::Object(next.iter().map(link).collect())
}

fn in_path(path: &str) -> Vec<Value> {
    let named = |name: &str| match name {
        "org" => Some(json!({
            "name": "org", "in": "path", "required": true, "description": "The organisation's part of its public address",
            "schema": { "type": "string", "pattern": "^[a-z0-9-]{1,60}$" },
        })),
        "id" => Some(
            json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } }),
        ),
        _ => None,
    };
    path.split('/')
        .filter_map(|part| named(part.strip_prefix('{')?.strip_suffix('}')?))
        .collect()
}

/// Each property of an object becomes a parameter.
fn in_query(schema: &Value) -> Vec<Value> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required = |name: &str| {
        let list = schema.get("required").and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|entry| entry == name))
    };
    properties
        .iter()
        .map(|(name, schema)| json!({ "name": name, "in": "query", "required": required(name), "schema": without_null(schema) }))
        .collect()
}

/// A parameter that may be left out is never sent as null.
fn without_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let Some(fields) = schema.as_object_mut() else {
        return schema;
    };
    if let Some(kinds) = fields.get("type").and_then(Value::as_array) {
        let kept: Vec<Value> = kinds.iter().filter(|kind| *kind != "null").cloned().collect();
        let kept = match <[Value; 1]>::try_from(kept) {
            Ok([one]) => one,
            Err(several) => Value::Array(several),
        };
        fields.insert("type".into(), kept);
    }
    fields.remove("default");
    schema
}
