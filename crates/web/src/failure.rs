//! What a user is told when something does not work: what happened, what it means, what to do next. The log gets the
//! cause, without personal data.

use aloe_db::bookings::BookingError;
use aloe_db::clinical::ClinicalError;
use aloe_db::error::{DbError, Refusal};
use aloe_db::keys::KeyError;
use aloe_db::patients::PatientError;
use aloe_domain::language::Language;
use aloe_domain::permission::Permission;
use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::assets;
use crate::speech::Speech;

/// Why a request has no answer of its own.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Nobody is signed in.
    SignedOut,
    /// Signed in, but not allowed.
    Denied,
    /// Nothing here, or nothing that this person may see.
    Missing,
    /// The address does not take this method.
    OtherMethod,
    /// The page that was sent is older than what is on file.
    Stale,
    /// The request did not come from a page of Aloe, or the page is too old.
    Forged,
    /// The body cannot be read as what it should be.
    Malformed,
    /// The body is larger than anything Aloe asks for.
    TooLarge,
    /// The roles need a second factor that this session has not shown.
    FactorOwed,
    /// What must not be done on an open screen: confirm first that it is you.
    ProofNeeded,
    /// Too often: wait so many seconds.
    TooOften(u64),
    /// A rule of the organisation, in a sentence for the user.
    Refused(String),
    /// What this person's roles do not allow, in a sentence about the rule.
    Overstepped(String),
    /// The database or the key store does not answer.
    Unavailable,
    /// A mistake of ours.
    Broken,
}

/// Marks the answer to somebody who tried what their roles do not allow, and which permission is missing where that is
/// known: the layer that found the session writes it to the trail.
#[derive(Clone, Copy, Debug)]
pub struct Overstepped(pub Option<Permission>);

/// Marks a page of a failure, so that a layer that knows the visitor's language can say it again in that.
#[derive(Clone, Debug)]
pub struct Failed(pub Failure);

/// The page of a failure.
#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    lang: &'a str,
    style: &'a str,
    icon: &'a str,
    status: u16,
    title: &'a str,
    body: &'a str,
    action: Option<(&'a str, &'a str)>,
}

impl Failure {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Denied | Self::Forged | Self::FactorOwed | Self::ProofNeeded => StatusCode::FORBIDDEN,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::OtherMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale => StatusCode::CONFLICT,
            Self::Malformed | Self::Refused(_) | Self::Overstepped(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Title and sentence.
    fn words(&self) -> (&'static str, String) {
        let (title, body) = match self {
            Self::SignedOut => (
                "You are signed out",
                "Sign in again. What you typed in another tab is still there.",
            ),
            Self::Denied => (
                "Your roles do not allow this",
                "Nothing was changed, and the attempt is in the audit trail. If you need it for your work, ask an owner to change your roles.",
            ),
            Self::FactorOwed => (
                "A second factor is missing",
                "Nothing was changed. Your roles here need a second factor besides the password: add one on your account page, and go on.",
            ),
            Self::ProofNeeded => (
                "Confirm that it is you",
                "Nothing was changed or shown. This is done only by somebody who showed in the last ten minutes who they are: confirm it, and go on.",
            ),
            Self::Missing => (
                "There is nothing here",
                "The address is wrong, or what was here is gone or not yours to see.",
            ),
            Self::OtherMethod => (
                "This address does not do that",
                "Nothing was changed. Go back and use the buttons of the page.",
            ),
            Self::Stale => (
                "Someone else saved first",
                "Nothing of yours was saved and nothing of theirs was overwritten. Go back, reload the page, and make your change again.",
            ),
            Self::Forged => (
                "This page is too old to send",
                "Nothing was changed. Go back, reload the page, and send it again. If you did not send anything, someone else's page tried to: close it.",
            ),
            Self::Malformed => (
                "This could not be read",
                "Nothing was changed. Go back, check what you typed, and send it again.",
            ),
            Self::TooLarge => (
                "This is too large",
                "Nothing was changed. Go back and send less at once.",
            ),
            Self::TooOften(seconds) => return ("Too many tries", waiting(Speech::of(Language::English), *seconds)),
            Self::Refused(sentence) | Self::Overstepped(sentence) => return ("This cannot be done", sentence.clone()),
            Self::Unavailable => (
                "Aloe cannot answer just now",
                "Nothing was changed. Try again in a minute; what you typed is still on the page before.",
            ),
            Self::Broken => (
                "Something went wrong in Aloe",
                "Nothing was changed. It is our mistake and it was logged. Go back and try again.",
            ),
        };
        (title, body.to_owned())
    }

    /// The failure as the caller can read it: a problem (RFC 9457) for JSON, a page for people.
    pub fn page(&self, headers: &HeaderMap) -> Response {
        let wants = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if wants.starts_with("application/json") || wants.starts_with("application/problem+json") {
            self.problem()
        } else {
            self.html()
        }
    }

    /// The failure as a problem document (RFC 9457).
    pub fn problem(&self) -> Response {
        let (title, detail) = self.words();
        let status = self.status();
        let kind = match self {
            Self::ProofNeeded => "urn:aloe:proof-needed",
            _ => "about:blank",
        };
        let body = serde_json::json!({ "type": kind, "title": title, "status": status.as_u16(), "detail": detail });
        let mut response = (status, body.to_string()).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        self.finish(response)
    }

    fn html(&self) -> Response {
        let (title, body) = self.words();
        let action = match self {
            Self::SignedOut => Some(("/sign-in", "Sign in")),
            Self::FactorOwed => Some(("/account#factors", "Add a second factor")),
            Self::ProofNeeded => Some(("/account/confirm", "Confirm that it is you")),
            Self::Missing | Self::Denied => Some(("/", "To the start page")),
            _ => None,
        };
        let status = self.status();
        let page = FailurePage {
            lang: "en-ZA",
            style: &assets::STYLE.path,
            icon: &assets::ICON.path,
            status: status.as_u16(),
            title,
            body: &body,
            action,
        };
        let html = page.render().unwrap_or_else(|_| format!("{title}. {body}"));
        self.finish((status, axum::response::Html(html)).into_response())
    }

    /// The page in the language of somebody who books, with a way back to the first page of the booking.
    pub fn spoken(&self, l: Speech, first: &str) -> Response {
        let (title, body) = self.words();
        let title = l.t(title);
        let body = match self {
            Self::TooOften(seconds) => waiting(l, *seconds),
            _ => l.translated(&body),
        };
        let status = self.status();
        let page = FailurePage {
            lang: l.code(),
            style: &assets::STYLE.path,
            icon: &assets::ICON.path,
            status: status.as_u16(),
            title,
            body: &body,
            action: Some((first, l.t("To the first page"))),
        };
        let html = page.render().unwrap_or_else(|_| format!("{title}. {body}"));
        self.finish((status, axum::response::Html(html)).into_response())
    }

    fn finish(&self, mut response: Response) -> Response {
        response.extensions_mut().insert(Failed(self.clone()));
        if matches!(self, Self::Denied | Self::Overstepped(_)) {
            response.extensions_mut().insert(Overstepped(None));
        }
        if let Self::TooOften(seconds) = self {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        response
    }
}

/// How long to wait before the next try.
pub(crate) fn waiting(l: Speech, seconds: u64) -> String {
    match seconds {
        0..=90 => l.say(
            "Wait {n} seconds, then try again.",
            &[("n", &seconds.max(1).to_string())],
        ),
        _ => l.say(
            "Wait {n} min, then try again.",
            &[("n", &seconds.div_ceil(60).to_string())],
        ),
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.html()
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NotEntered => Self::SignedOut,
            DbError::Denied => Self::Denied,
            DbError::Refused(Refusal::NoOrganisation) => Self::Missing,
            DbError::Refused(Refusal::ProofNeeded) => Self::ProofNeeded,
            DbError::Refused(refusal @ (Refusal::OnlyOwners | Refusal::Capacity)) => {
                Self::Overstepped(refusal.to_string())
            }
            DbError::Refused(refusal) => Self::Refused(refusal.to_string()),
            DbError::Conflict | DbError::Taken => Self::Stale,
            DbError::Constraint(name) => {
                tracing::warn!(db.constraint = %name, "a value reached the database that the form should have refused");
                Self::Malformed
            }
            DbError::Unavailable(cause) => {
                tracing::error!(db.cause = %cause, "the database does not answer");
                Self::Unavailable
            }
            DbError::Other(code) => {
                tracing::error!(db.sqlstate = %code, "the database refused a statement");
                Self::Broken
            }
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Db(error) => error.into(),
            other => {
                tracing::error!(key.cause = %other, "a key could not be used");
                Self::Unavailable
            }
        }
    }
}

impl From<PatientError> for Failure {
    fn from(error: PatientError) -> Self {
        match error {
            PatientError::Db(error) => error.into(),
            PatientError::Key(error) => error.into(),
            PatientError::Missing => Self::Missing,
        }
    }
}

impl From<ClinicalError> for Failure {
    fn from(error: ClinicalError) -> Self {
        match error {
            ClinicalError::Db(error) => error.into(),
            ClinicalError::Key(error) => error.into(),
            ClinicalError::Missing => Self::Missing,
            ClinicalError::Stale => Self::Stale,
            ClinicalError::Empty => Self::Refused("There is nothing to sign yet. Write the note first.".into()),
        }
    }
}

impl From<BookingError> for Failure {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::Db(error) => error.into(),
            BookingError::Key(error) => error.into(),
            BookingError::Missing => Self::Missing,
            BookingError::Stale | BookingError::Taken | BookingError::Clash(_) => Self::Stale,
            BookingError::Transition(error) => Self::Refused(error.to_string()),
            BookingError::NotYet => Self::Refused(
                "The time has not begun, and they may still come. To give the time away now, cancel the booking."
                    .into(),
            ),
            BookingError::NotOffered => Self::Refused("That time is not offered. Choose another.".into()),
            BookingError::TooMany => Self::Refused(
                "This phone number has as many bookings as one may have. Cancel one first, or telephone us.".into(),
            ),
            BookingError::KeyReused => {
                Self::Refused("This page was already used for another booking. Start again from the first page.".into())
            }
        }
    }
}

impl From<aloe_vault::NoRandomness> for Failure {
    fn from(_: aloe_vault::NoRandomness) -> Self {
        tracing::error!("the operating system gives no random bytes");
        Self::Unavailable
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        tracing::error!(template.cause = %error, "a page could not be rendered");
        Self::Broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What somebody who books may be told, in every language that the pages speak.
    #[test]
    fn every_failure_of_the_public_pages_is_said_in_every_language() {
        let refusals = [BookingError::NotOffered, BookingError::TooMany, BookingError::KeyReused];
        let failures = [
            Failure::Missing,
            Failure::OtherMethod,
            Failure::Stale,
            Failure::Forged,
            Failure::Malformed,
            Failure::TooLarge,
            Failure::Unavailable,
            Failure::Broken,
        ];
        for failure in failures.into_iter().chain(refusals.into_iter().map(Failure::from)) {
            let (title, body) = failure.words();
            for language in &crate::speech::SPOKEN[1..] {
                let l = Speech::of(*language);
                assert_ne!(l.t(title), title, "{language:?}");
                assert_ne!(l.translated(&body), body, "{language:?}");
            }
        }
        let zulu = Speech::of(Language::IsiZulu);
        for seconds in [40, 400] {
            assert_ne!(waiting(zulu, seconds), waiting(Speech::of(Language::English), seconds));
        }
    }
}
