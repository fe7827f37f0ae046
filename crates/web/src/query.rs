//! What stands behind the question mark of an address, for people: read leniently, answered with a page when it cannot be.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// The parameters of an address. Of a parameter that stands there twice the last one counts, as in a form that was sent
/// with what an older link had put there.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let wanted = read(parts.uri.query().unwrap_or_default());
        wanted.map(Self).ok_or_else(|| Failure::Malformed.page(&parts.headers))
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).ok()?;
    let last: BTreeMap<String, String> = pairs.into_iter().collect();
    serde_urlencoded::from_str(&serde_urlencoded::to_string(last).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Wanted {
        #[serde(default)]
        date: String,
        #[serde(default)]
        place: Option<u32>,
    }

    #[test]
    fn of_a_parameter_given_twice_the_last_one_counts() {
        let wanted: Wanted = read("date=2026-03-03&x=%25&date=2026-03-04").unwrap();
        assert_eq!((wanted.date.as_str(), wanted.place), ("2026-03-04", None));
    }

    #[test]
    fn what_does_not_fit_is_no_answer() {
        assert!(read::<Wanted>("place=here").is_none());
    }
}
