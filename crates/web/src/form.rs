//! Forms: read once, kept as typed, with each complaint beside its field.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Request};
use axum::response::Response;

use crate::failure::Failure;
use crate::state::Aloe;

/// The largest form in bytes: a consultation note with every section full fits, in any script, percent-encoded.
const LARGEST: usize = 1024 * 1024;

/// What was typed, and what is wrong with it. Pages show both again.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: BTreeMap<String, Vec<String>>,
    errors: Vec<(String, String)>,
    overtaken: bool,
    theirs: Vec<(String, String)>,
}

impl Form {
    /// A form filled from what is on file.
    pub fn filled<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in values {
            form.values.entry(name.to_owned()).or_default().push(value);
        }
        form
    }

    /// Keeps what was typed beside what somebody else saved meanwhile, field by field where they differ, and takes the newer
    /// version: sending it again puts this in place of theirs, knowingly.
    pub fn overtake(&mut self, newer: &Self, fields: &[(&str, &str)]) {
        let differs = |(name, _): &&(&str, &str)| self.get(name).trim() != newer.get(name);
        self.theirs = fields
            .iter()
            .filter(differs)
            .map(|(name, label)| ((*label).to_owned(), newer.get(name).to_owned()))
            .collect();
        self.overtaken = true;
        self.set("version", newer.get("version"));
    }

    /// The same for boxes, whose values say nothing by themselves. After `overtake`.
    pub fn overtake_ticks(&mut self, newer: &Self, boxes: &[(&str, &str)]) {
        for (name, label) in boxes {
            if self.ticked(name) != newer.ticked(name) {
                let tick = if newer.ticked(name) { "ticked" } else { "not ticked" };
                self.theirs.push(((*label).to_owned(), tick.to_owned()));
            }
        }
    }

    /// The same for a list to choose several from, in words. After `overtake`.
    pub fn overtake_choices(&mut self, newer: &Self, name: &str, label: &str, words: impl Fn(&str) -> String) {
        let sorted = |form: &Self| {
            let mut chosen = form.all(name).to_vec();
            chosen.sort_unstable();
            chosen
        };
        let theirs = sorted(newer);
        if sorted(self) != theirs {
            let named: Vec<String> = theirs.iter().map(|value| words(value)).collect();
            self.theirs.push((label.to_owned(), named.join(", ")));
        }
    }

    /// Whether somebody else saved first.
    pub fn is_overtaken(&self) -> bool {
        self.overtaken
    }

    /// What they saved, where it differs from what was typed.
    pub fn theirs(&self) -> &[(String, String)] {
        &self.theirs
    }

    /// The first value of a field, blank when it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.values
            .get(name)
            .and_then(|values| values.first())
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// Every value of a field that may repeat.
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a field has a value among those chosen.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|v| v == value)
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// Puts a value in place of what was there.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), vec![value.into()]);
    }

    /// Takes a field out: what it held is neither shown again nor sent on.
    pub fn take(&mut self, name: &str) -> String {
        let values = self.values.remove(name).unwrap_or_default();
        values.into_iter().next().unwrap_or_default()
    }

    /// Every field with each of its values.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        let each = |(name, values): (&String, &Vec<String>)| -> Vec<(String, String)> {
            values.iter().map(|value| (name.clone(), value.clone())).collect()
        };
        self.values.iter().flat_map(each)
    }

    /// Complains beside a field.
    pub fn complain(&mut self, name: &str, sentence: impl std::fmt::Display) {
        if self.error(name).is_none() {
            self.errors.push((name.to_owned(), sentence.to_string()));
        }
    }

    /// The complaint beside a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, sentence)| sentence.as_str())
    }

    /// Every complaint with its field, in order, for the summary at the top.
    pub fn errors(&self) -> &[(String, String)] {
        &self.errors
    }

    /// Whether nothing is wrong.
    pub fn is_fine(&self) -> bool {
        self.errors.is_empty()
    }

    /// Reads a field with a parser; a complaint stands beside it when it fails.
    pub fn parse<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        parser: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parser(self.get(name)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.complain(name, error);
                None
            }
        }
    }

    /// Reads a field that may be left blank.
    pub fn parse_optional<T, E: std::fmt::Display>(
        &mut self,
        name: &str,
        parser: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.get(name).trim().is_empty() {
            None
        } else {
            self.parse(name, parser)
        }
    }

    /// One line of at most `MAX` characters that may be left blank.
    pub fn line<const MAX: usize>(&mut self, name: &str) -> String {
        let parser = |text: &str| aloe_domain::text::OneLine::<MAX>::parse(text).map(|t| t.as_str().to_owned());
        self.parse_optional(name, parser).unwrap_or_default()
    }

    /// Several lines of at most `MAX` characters that may be left blank.
    pub fn text<const MAX: usize>(&mut self, name: &str) -> String {
        let parser = |text: &str| aloe_domain::text::LongText::<MAX>::parse(text).map(|t| t.as_str().to_owned());
        self.parse_optional(name, parser).unwrap_or_default()
    }

    /// A whole number between two bounds.
    pub fn number(&mut self, name: &str, least: i32, most: i32) -> Option<i32> {
        let sentence = format!("Type a whole number from {least} to {most}.");
        let parser = |text: &str| {
            let number = text.trim().parse::<i32>().ok();
            number.filter(|n| (least..=most).contains(n)).ok_or(sentence)
        };
        self.parse(name, parser)
    }

    /// An id from a hidden field or a list.
    pub fn id<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        self.parse(name, |text| text.parse::<T>().map_err(|_| "Choose one from the list."))
    }
}

impl FromRequest<Aloe> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Aloe) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let failure = |failure: Failure| failure.page(&parts.headers);
        let bytes = axum::body::to_bytes(body, LARGEST)
            .await
            .map_err(|_| failure(Failure::TooLarge))?;
        let pairs: Vec<(String, String)> = form_pairs(&bytes).ok_or_else(|| failure(Failure::Malformed))?;
        let mut form = Self::default();
        for (name, value) in pairs {
            form.values.entry(name).or_default().push(value);
        }
        let header = parts.headers.get("x-csrf-token").and_then(|v| v.to_str().ok());
        let token = header.unwrap_or_else(|| form.get("csrf")).to_owned();
        form.values.remove("csrf");
        let subject = parts.extensions.get::<crate::session::CsrfSubject>();
        if subject.is_some_and(|subject| app.csrf.verify(&subject.0, &token)) || aloe_db::sabotage::is_on("N16-csrf") {
            Ok(form)
        } else {
            Err(failure(Failure::Forged))
        }
    }
}

/// The pairs of a form body, decoded. Nothing for a body that is no form, has NUL, or has more than 400 fields.
fn form_pairs(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes).ok()?;
    let acceptable = pairs.len() <= 400
        && !pairs
            .iter()
            .any(|(name, value)| name.contains('\0') || value.contains('\0'));
    acceptable.then_some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_keeps_what_was_typed_beside_its_complaint() {
        let mut form = Form::filled([("minutes", "ten".to_owned())]);
        assert_eq!(form.number("minutes", 5, 60), None);
        assert_eq!(form.get("minutes"), "ten");
        assert_eq!(form.error("minutes"), Some("Type a whole number from 5 to 60."));
        assert!(!form.is_fine());
    }

    #[test]
    fn bodies_with_nul_or_endless_fields_are_refused() {
        assert!(form_pairs(b"a=1&b=2").is_some());
        assert!(form_pairs(b"a=%00").is_none());
        assert!(form_pairs("a=1&".repeat(401).as_bytes()).is_none());
    }
}
