//! What public pages share: the organisation, the language, the browser.

use aloe_db::agenda::Agenda;
use aloe_db::visit::Visit;
use aloe_domain::language::Language;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use std::collections::HashMap;
use std::sync::Arc;

use crate::clock;
use crate::cookies::{Cookie, add};
use crate::failure::{Failed, Failure};
use crate::page::Head;
use crate::session::token_in;
use crate::speech::{SPOKEN, Speech};
use crate::state::Aloe;
use crate::visitor::Visitor;

/// A visitor of one organisation's public pages.
pub struct Guest {
    /// The browser.
    pub visitor: Visitor,
    /// Where the request comes from.
    pub visit: Visit,
    /// The organisation's part of the address.
    pub slug: String,
    /// The language spoken.
    pub l: Speech,
    /// What the organisation offers.
    pub agenda: Arc<Agenda>,
    /// The proof of a phone, if the browser holds one.
    pub proof: Option<aloe_vault::TokenHash>,
    chosen: Option<Language>,
    here: String,
}

/// The language somebody chose: on this page, or on an earlier one.
fn chosen_in(query: Option<&str>) -> Option<Language> {
    let pairs = query.unwrap_or_default().split('&');
    let code = pairs.filter_map(|pair| pair.strip_prefix("lang=")).next_back()?;
    Language::from_code(code)
}

fn kept_by(app: &Aloe, headers: &HeaderMap) -> Option<Language> {
    Cookie::Language
        .read(&app.config, headers)
        .and_then(|code| Language::from_code(&code))
}

/// Says failures of the public pages in the visitor's language, and leads back to the first page of the booking.
pub async fn in_language(
    State(app): State<Aloe>,
    Path(names): Path<HashMap<String, String>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers().clone();
    let chosen = chosen_in(request.uri().query()).or_else(|| kept_by(&app, &headers));
    let visit = request.extensions().get::<Visit>().copied();
    let response = next.run(request).await;
    let Some(Failed(failure)) = response.extensions().get::<Failed>().cloned() else {
        return response;
    };
    let slug = names.get("org").map(String::as_str).unwrap_or_default();
    let of_organisation = match (chosen, visit) {
        (None, Some(visit)) => app.doors.public_agenda(&visit, slug, clock::now()).await.ok(),
        _ => None,
    };
    let usual = of_organisation.and_then(|agenda| Language::from_code(&agenda.profile.language));
    let speech = Speech::of(chosen.or(usual).unwrap_or_default());
    failure.spoken(speech, &format!("/b/{slug}"))
}

impl FromRequestParts<crate::state::Aloe> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &crate::state::Aloe) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let headers = parts.headers.clone();
        let fail = |failure: Failure| failure.page(&headers);
        let visit = parts
            .extensions
            .get::<Visit>()
            .copied()
            .ok_or_else(|| fail(Failure::Broken))?;
        let names = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let slug = names
            .ok()
            .and_then(|n| n.0.get("org").cloned())
            .ok_or_else(|| fail(Failure::Missing))?;
        let chosen = chosen_in(parts.uri.query());
        let agenda = app.doors.public_agenda(&visit, &slug, clock::now()).await;
        let agenda = agenda.map_err(|e| fail(e.into()))?;
        let language = chosen
            .or_else(|| kept_by(app, &headers))
            .or_else(|| Language::from_code(&agenda.profile.language))
            .unwrap_or_default();
        let proof = token_in(Cookie::Proof, app, &headers);
        Ok(Self {
            visitor,
            visit,
            l: Speech::of(language),
            agenda,
            proof,
            chosen,
            here: here(parts, &format!("/b/{slug}")),
            slug,
        })
    }
}

impl Guest {
    /// Finishes an answer: the browser keeps its token and its language.
    pub fn answer(&self, response: Response) -> Response {
        let mut response = self.visitor.remember(response);
        if let Some(language) = self.chosen {
            let config = &self.visitor.app.config;
            add(
                response.headers_mut(),
                Cookie::Language.set(config, language.code(), 3600 * 24 * 30),
            );
        }
        response
    }

    /// A path of this organisation's public pages.
    pub fn link(&self, rest: &str) -> String {
        format!("/b/{}{rest}", self.slug)
    }

    /// The frame of a page.
    pub fn front(&self, step: u8) -> Front {
        let p = &self.agenda.profile;
        Front {
            head: Head::new(),
            l: self.l,
            base: self.link(""),
            here: self.here.clone(),
            csrf: self.visitor.csrf.clone(),
            organisation: p.name.clone(),
            synthetic: p.synthetic,
            clinic: p.kind == "practice",
            step,
            languages: SPOKEN.iter().map(|s| (s.code(), s.own_name())).collect(),
            phone: self
                .agenda
                .locations
                .iter()
                .map(|l| l.phone.clone())
                .find(|phone| !phone.is_empty()),
        }
    }
}

/// This page's address, ready for a language to be added; that of the first page when this one is the answer to a form.
fn here(parts: &Parts, first: &str) -> String {
    if parts.method != axum::http::Method::GET {
        return format!("{first}?");
    }
    let kept = |pair: &&str| !pair.is_empty() && !pair.starts_with("lang=");
    let query: String = parts
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(kept)
        .map(|pair| format!("{pair}&"))
        .collect();
    format!("{}?{query}", parts.uri.path())
}

/// The frame of a public page.
pub struct Front {
    /// Assets.
    pub head: Head,
    /// The language.
    pub l: Speech,
    /// `/b/<slug>`.
    pub base: String,
    /// This page in another language, up to `lang=`.
    pub here: String,
    /// A token for forms.
    pub csrf: String,
    /// The organisation's name.
    pub organisation: String,
    /// Whether everyone here is invented.
    pub synthetic: bool,
    /// Whether it treats people.
    pub clinic: bool,
    /// Which of the four steps this is; 0 for none.
    pub step: u8,
    /// Languages to choose from.
    pub languages: Vec<(&'static str, &'static str)>,
    /// A phone to call instead.
    pub phone: Option<String>,
}

impl Front {
    /// The steps with their words, and how far this page is: `on`, `here` or blank.
    pub fn steps(&self) -> Vec<(&'static str, bool, bool)> {
        let words = ["Service", "Time", "Details", "Code"];
        words
            .iter()
            .zip(1_u8..)
            .map(|(w, n)| (self.l.t(w), n <= self.step, n == self.step))
            .collect()
    }
}
