//! What the API answers when it cannot do what was asked: a problem (RFC 9457), with each field's complaint beside its name.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;

use crate::failure::Failure;
use crate::form::Form;

/// A complaint about one field.
#[derive(serde::Serialize, JsonSchema)]
pub struct FieldProblem {
    /// The field's name in the body or in the address.
    pub field: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}

/// A problem document.
#[derive(serde::Serialize, JsonSchema)]
pub struct Problem {
    /// `about:blank`: the status says what kind it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What happened, what it means, what to do next.
    pub detail: String,
    /// Complaints about single fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// Why an operation was not done.
#[derive(Debug)]
pub enum Refusal {
    /// As on a page.
    Failure(Failure),
    /// Complaints about fields.
    Fields(Vec<(String, String)>),
    /// Other bookings are in the way.
    Clash(String),
    /// People on file who may be the same: why, and which.
    OnFile(Vec<(String, String)>),
    /// The body is not JSON.
    NotJson,
}

/// What a handler answers.
pub type Answer<T> = Result<T, Refusal>;

impl<E: Into<Failure>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

impl Refusal {
    /// The complaints of a form.
    pub fn of(form: &Form) -> Self {
        Self::Fields(form.errors().to_vec())
    }

    /// One complaint.
    pub fn field(name: &str, detail: impl std::fmt::Display) -> Self {
        Self::Fields(vec![(name.to_owned(), detail.to_string())])
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Failure(failure) => failure.problem(),
            Self::Fields(errors) => problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Some fields cannot be taken",
                "Nothing was changed. Correct the fields and send it again.",
                errors,
            ),
            Self::Clash(detail) => problem(StatusCode::CONFLICT, "The time is taken", &detail, Vec::new()),
            Self::OnFile(same) => problem(
                StatusCode::CONFLICT,
                "Perhaps already on file",
                "Nobody was registered. If it is none of these people, send it again with not_the_same set.",
                same,
            ),
            Self::NotJson => problem(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "This address takes JSON",
                "Send the body as application/json.",
                Vec::new(),
            ),
        }
    }
}

fn problem(status: StatusCode, title: &str, detail: &str, errors: Vec<(String, String)>) -> Response {
    let errors = errors
        .into_iter()
        .map(|(field, detail)| FieldProblem { field, detail })
        .collect();
    let body = Problem {
        kind: "about:blank".into(),
        title: title.into(),
        status: status.as_u16(),
        detail: detail.into(),
        errors,
    };
    let mut response = (status, axum::Json(body)).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}
