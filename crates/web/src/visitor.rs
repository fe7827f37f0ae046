//! A browser on pages without a session: the sign-in page, invitations, public booking. A random cookie binds its forms.

use aloe_vault::{Token, TokenDomain, TokenHash};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use crate::cookies::{Cookie, add};
use crate::failure::Failure;
use crate::session::{CsrfSubject, visit_of};
use crate::state::Aloe;

/// Seconds that a browser is remembered on public pages.
const REMEMBERED: u32 = 2 * 3600;

/// The browser's own token, new or known.
#[derive(Clone)]
struct VisitorToken {
    hash: TokenHash,
    fresh: Option<String>,
}

/// A browser without a session.
pub struct Visitor {
    /// The application.
    pub app: Aloe,
    /// A token for the forms of the page.
    pub csrf: String,
    /// Names the browser: what it holds is held for this.
    pub hash: TokenHash,
    fresh: Option<String>,
}

impl Visitor {
    /// Gives the browser its cookie when it has none yet.
    pub fn remember(&self, mut response: Response) -> Response {
        if let Some(token) = &self.fresh {
            add(
                response.headers_mut(),
                Cookie::Visitor.set(&self.app.config, token, REMEMBERED),
            );
        }
        response
    }
}

/// Finds or draws the browser's token, before forms are read.
pub async fn find_visitor(State(app): State<Aloe>, mut request: Request, next: Next) -> Response {
    let visit = visit_of(&app, &request);
    let known = Cookie::Visitor
        .read(&app.config, request.headers())
        .and_then(|text| Token::parse(&text).ok());
    let token = match known {
        Some(token) => VisitorToken {
            hash: token.hash(TokenDomain::CEREMONY),
            fresh: None,
        },
        None => match Token::random() {
            Ok(token) => VisitorToken {
                hash: token.hash(TokenDomain::CEREMONY),
                fresh: Some(token.to_text().expose().to_owned()),
            },
            Err(error) => return Failure::from(error).page(request.headers()),
        },
    };
    let extensions = request.extensions_mut();
    extensions.insert(visit);
    extensions.insert(CsrfSubject(token.hash));
    extensions.insert(token);
    next.run(request).await
}

impl FromRequestParts<Aloe> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Aloe) -> Result<Self, Response> {
        let found = parts.extensions.get::<VisitorToken>().cloned();
        let token = found.ok_or_else(|| Failure::Broken.page(&parts.headers))?;
        let csrf = app
            .csrf
            .render(&token.hash)
            .map_err(|e| Failure::from(e).page(&parts.headers))?;
        Ok(Self {
            app: app.clone(),
            csrf,
            hash: token.hash,
            fresh: token.fresh,
        })
    }
}
