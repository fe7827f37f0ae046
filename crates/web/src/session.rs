//! Who is asking: the session behind the cookies, renewed silently, and the membership in the organisation of the path.

use aloe_db::accounts::{ACCESS_SECONDS, Asking, Renewal, SESSION_SECONDS, TokenPair};
use aloe_db::error::DbError;
use aloe_db::idempotency::{Fingerprint, IdempotencyKey};
use aloe_db::membership::{Member, Membership, Scope, SignedIn};
use aloe_db::trail::Act;
use aloe_db::tx::Tx;
use aloe_db::visit::Visit;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::{self, Need};
use aloe_vault::{Token, TokenDomain, TokenHash};
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;

use crate::clock;
use crate::cookies::{Cookie, add};
use crate::failure::{Failure, Overstepped};
use crate::form::Form;
use crate::page::see_other_saying;
use crate::source::source_of;
use crate::state::Aloe;

/// What tokens against forgery are bound to in this request: the session, or the visitor's browser.
#[derive(Clone, Copy)]
pub struct CsrfSubject(pub TokenHash);

/// A fresh pair of session tokens, with what the browser gets.
pub struct FreshPair {
    access: Token,
    refresh: Token,
    /// What the database gets.
    pub hashes: TokenPair,
}

impl FreshPair {
    /// Draws a pair.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn draw() -> Result<Self, Failure> {
        Ok(Self::of((Token::random()?, Token::random()?)))
    }

    /// The pair that follows from a refresh token.
    fn after(spent: &Token, app: &Aloe) -> Self {
        Self::of(app.renewals.after(spent))
    }

    fn of((access, refresh): (Token, Token)) -> Self {
        let hash = |token: &Token| token.hash(TokenDomain::SESSION);
        let hashes = TokenPair {
            access: hash(&access),
            refresh: hash(&refresh),
        };
        Self {
            access,
            refresh,
            hashes,
        }
    }

    /// Hands the pair to the browser.
    pub fn set(&self, app: &Aloe, headers: &mut HeaderMap) {
        let (access, refresh) = (self.access.to_text(), self.refresh.to_text());
        add(
            headers,
            Cookie::Access.set(&app.config, access.expose(), ACCESS_SECONDS as u32),
        );
        add(
            headers,
            Cookie::Refresh.set(&app.config, refresh.expose(), SESSION_SECONDS as u32),
        );
    }
}

/// Where a request comes from, and which browser it is.
pub fn visit_of(app: &Aloe, request: &Request) -> Visit {
    let device = Cookie::Device.read(&app.config, request.headers());
    let device = device.and_then(|text| Token::parse(&text).ok());
    Visit {
        device: device.map(|token| token.hash(TokenDomain::DEVICE)),
        ..Visit::from(source_of(request.extensions()))
    }
}

/// Finds the session of each request, renewing it when only the refresh token is left, and puts it where handlers find it.
pub async fn find_session(State(app): State<Aloe>, mut request: Request, next: Next) -> Response {
    let visit = visit_of(&app, &request);
    request.extensions_mut().insert(visit);
    let (mut fresh, mut member) = (None, None);
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let asking = who_asks(&request);
    let found = match bearer_in(&request) {
        Some(shown) => program(&app, shown).await,
        None => current(&app, &visit, request.headers(), asking).await,
    };
    match found {
        Ok(Some((signed_in, hash, pair))) => {
            request.extensions_mut().insert(CsrfSubject(hash));
            let slug = slug_in(request.uri().path());
            member = signed_in
                .memberships
                .iter()
                .find(|m| Some(m.slug.as_str()) == slug)
                .cloned();
            request.extensions_mut().insert(signed_in);
            fresh = pair;
        }
        Ok(None) => {}
        Err(failure) => return failure.page(request.headers()),
    }
    let told = Cookie::Flash.read(&app.config, request.headers()).is_some();
    let mut response = next.run(request).await;
    if let (Some(Overstepped(missing)), Some(member)) = (response.extensions_mut().remove(), member)
        && let Err(error) = record_attempt(&app, &visit, &member, &method, missing).await
    {
        response = Failure::from(error).page(&headers);
    }
    // A word from the page before is said once.
    if told && response.status() == axum::http::StatusCode::OK {
        add(response.headers_mut(), Cookie::Flash.clear(&app.config));
    }
    if let Some(pair) = fresh {
        pair.set(&app, response.headers_mut());
    }
    response
}

type Current = (SignedIn, TokenHash, Option<FreshPair>);

/// A page that listens for changes and re-reads itself does not keep a session alive that nobody uses.
fn who_asks(request: &Request) -> Asking {
    let by_itself = request.headers().contains_key("x-fragment") || request.uri().path().ends_with("/events");
    if by_itself { Asking::Page } else { Asking::Person }
}

/// What a program shows. On pages nothing but the cookies counts.
fn bearer_in(request: &Request) -> Option<&str> {
    let shown = request
        .headers()
        .get("authorization")
        .filter(|_| request.uri().path().starts_with("/api/"))?;
    Some(
        shown
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "))
            .unwrap_or_default(),
    )
}

/// The session behind what a program shows: its signature is checked, and then the session as anybody's is.
async fn program(app: &Aloe, shown: &str) -> Result<Option<Current>, Failure> {
    let Ok(token) = app.bearers.read(&app.config.origin, shown, clock::seconds()) else {
        return Ok(None);
    };
    let hash = token.hash(TokenDomain::SESSION);
    let signed_in = app.doors.look_up_for(&hash, Asking::Person).await?;
    Ok(signed_in.filter(|who| who.is_program).map(|signed_in| {
        let subject = csrf_subject(&signed_in);
        (signed_in, subject, None)
    }))
}

async fn current(app: &Aloe, visit: &Visit, headers: &HeaderMap, asking: Asking) -> Result<Option<Current>, Failure> {
    if let Some(hash) = token_in(Cookie::Access, app, headers)
        && let Some(signed_in) = app.doors.look_up_for(&hash, asking).await?
    {
        // A program's token in a cookie opens no page.
        if signed_in.is_program {
            return Ok(None);
        }
        let subject = csrf_subject(&signed_in);
        return Ok(Some((signed_in, subject, None)));
    }
    let Some(spent) = read_token(Cookie::Refresh, app, headers) else {
        return Ok(None);
    };
    let pair = FreshPair::after(&spent, app);
    let spent = spent.hash(TokenDomain::SESSION);
    if app.doors.renew(visit, &spent, &pair.hashes, asking).await? != Renewal::Renewed {
        return Ok(None);
    }
    let signed_in = app.doors.look_up_for(&pair.hashes.access, Asking::Renewal).await?;
    Ok(signed_in.map(|signed_in| {
        let subject = csrf_subject(&signed_in);
        (signed_in, subject, Some(pair))
    }))
}

/// Tokens against forgery outlive a renewal, so that a page that was open for an hour can still be sent: they are bound to
/// the session, not to its token of the minute.
pub fn csrf_subject(signed_in: &SignedIn) -> TokenHash {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(signed_in.session.as_uuid().as_bytes()) {
        *to = *from;
    }
    TokenHash::from_bytes(bytes)
}

/// The hash of the token in a cookie.
pub fn token_in(cookie: Cookie, app: &Aloe, headers: &HeaderMap) -> Option<TokenHash> {
    Some(read_token(cookie, app, headers)?.hash(TokenDomain::SESSION))
}

fn read_token(cookie: Cookie, app: &Aloe, headers: &HeaderMap) -> Option<Token> {
    Token::parse(&cookie.read(&app.config, headers)?).ok()
}

/// A signed-in person, whatever the organisation.
pub struct Someone {
    /// Who.
    pub signed_in: SignedIn,
    /// Where the request comes from.
    pub visit: Visit,
    /// The application.
    pub app: Aloe,
    /// A token for the forms of the page.
    pub csrf: String,
}

impl FromRequestParts<Aloe> for Someone {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Aloe) -> Result<Self, Response> {
        let found = parts.extensions.get::<SignedIn>().zip(parts.extensions.get::<Visit>());
        let Some((signed_in, visit)) = found else {
            return Err(signed_out(parts));
        };
        let csrf = csrf_token(app, &parts.extensions).map_err(|failure| failure.page(&parts.headers))?;
        Ok(Self {
            signed_in: signed_in.clone(),
            visit: *visit,
            app: app.clone(),
            csrf,
        })
    }
}

/// A page leads to sign-in and back; a script's request is told plainly.
fn signed_out(parts: &Parts) -> Response {
    let fragment = parts.headers.contains_key("x-fragment");
    let path = parts.uri.path();
    if parts.method != axum::http::Method::GET || fragment || path.ends_with("/events") || path.starts_with("/api/") {
        return Failure::SignedOut.page(&parts.headers);
    }
    let back = parts.uri.path_and_query().map_or("/", |p| p.as_str());
    let query: String = [("next", back)]
        .iter()
        .map(|(k, v)| format!("{k}={}", urlencode(v)))
        .collect();
    crate::page::see_other(&format!("/sign-in?{query}"))
}

/// Percent-encodes a query value.
pub fn urlencode(text: &str) -> String {
    let kept = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes()
        .map(|b| {
            if kept(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

/// A token for the forms of a page, bound to whoever asks.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn csrf_token(app: &Aloe, extensions: &axum::http::Extensions) -> Result<String, Failure> {
    match extensions.get::<CsrfSubject>() {
        Some(subject) => Ok(app.csrf.render(&subject.0)?),
        None => Ok(String::new()),
    }
}

/// A member of the organisation in the path, checked for the need `N` before the handler runs.
pub struct Staff<N> {
    /// The membership.
    pub member: Membership,
    /// Everyone this person is.
    pub signed_in: SignedIn,
    /// The proof of the check.
    pub scope: Scope<N>,
    /// Where the request comes from.
    pub visit: Visit,
    /// The application.
    pub app: Aloe,
    /// A token for the forms of the page.
    pub csrf: String,
    /// The path, for the navigation.
    pub path: String,
    /// A word from the page before.
    pub flash: Option<String>,
    /// How the calendar was shown last, as the end of an address: whoever acts in it comes back to what they saw.
    pub calendar: String,
}

impl<N> Staff<N> {
    /// The transaction of this request.
    ///
    /// # Errors
    /// `NotEntered` when the session or the membership ended meanwhile.
    pub async fn begin(&self) -> Result<Tx<N>, DbError> {
        self.app.doors.member(&self.visit, &self.scope).await
    }

    /// A transaction that every member may open.
    ///
    /// # Errors
    /// As `begin`.
    pub async fn begin_as_member(&self) -> Result<Tx<Member>, DbError> {
        self.app.doors.member(&self.visit, &self.member.any_scope()).await
    }

    /// A transaction for another need, when the roles grant it.
    ///
    /// # Errors
    /// `Denied` when they do not.
    pub async fn begin_for<M: Need>(&self) -> Result<Tx<M>, Failure> {
        let scope = self.member.scope::<M>().map_err(|_| Failure::Denied)?;
        Ok(self.app.doors.member(&self.visit, &scope).await?)
    }

    /// The zone in which the organisation's pages show times: its first place's.
    pub fn zone(&self) -> &TimeZone {
        &self.member.zone
    }

    /// Today, there.
    pub fn today(&self) -> Date {
        clock::now().to_zoned(self.member.zone.clone()).date()
    }

    /// Whether this is the first sending of a form that makes something. Of two at once the second waits for the first.
    ///
    /// # Errors
    /// When the form's key was used for something else.
    pub async fn is_first<M>(&self, tx: &mut Tx<M>, f: &Form) -> Result<bool, Failure> {
        let Some(key) = IdempotencyKey::parse(f.get("once")) else {
            return Ok(true);
        };
        Ok(key.claim(tx, &Fingerprint::of(&[&self.path])).await?)
    }

    /// Where the second sending of a form leads.
    pub fn sent_twice(&self, link: &str) -> Response {
        see_other_saying(&self.app, &self.link(link), "This was sent twice, and is done once.")
    }

    /// Whether the roles grant a permission, for what a page offers.
    pub fn may(&self, permission: Permission) -> bool {
        self.member.permissions().contains(permission)
    }

    /// A path inside this organisation.
    pub fn link(&self, rest: &str) -> String {
        format!("/o/{}{rest}", self.member.slug)
    }
}

/// What a page may ask a member for: a permission, or mere membership.
pub trait Asked: Sized {
    /// The proof, or the permission that is missing.
    ///
    /// # Errors
    /// The permission that no role grants.
    fn check(member: &Membership) -> Result<Scope<Self>, Permission>;
}

impl Asked for Member {
    fn check(member: &Membership) -> Result<Scope<Self>, Permission> {
        Ok(member.any_scope())
    }
}

macro_rules! asked {
    ($($need:ident),+ $(,)?) => {$(
        impl Asked for need::$need {
            fn check(member: &Membership) -> Result<Scope<Self>, Permission> {
                member.scope().map_err(|missing| missing.0)
            }
        }
    )+};
}

asked!(
    Schedule,
    Patients,
    AllPatients,
    Clinical,
    RevealToVerify,
    Team,
    Settings,
    Owners,
    AuditOwn
);

impl<N: Asked> FromRequestParts<Aloe> for Staff<N> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Aloe) -> Result<Self, Response> {
        let found = membership(parts, app).await?;
        match N::check(&found.member) {
            Ok(scope) => Ok(found.into_staff(scope)),
            Err(permission) => Err(refuse(&parts.headers, permission)),
        }
    }
}

struct FoundMember {
    someone: Someone,
    member: Membership,
    path: String,
    flash: Option<String>,
    calendar: String,
}

impl FoundMember {
    fn into_staff<N>(self, scope: Scope<N>) -> Staff<N> {
        let Someone {
            signed_in,
            visit,
            app,
            csrf,
        } = self.someone;
        Staff {
            member: self.member,
            signed_in,
            scope,
            visit,
            app,
            csrf,
            path: self.path,
            flash: self.flash,
            calendar: self.calendar,
        }
    }
}

async fn membership(parts: &mut Parts, app: &Aloe) -> Result<FoundMember, Response> {
    let someone = Someone::from_request_parts(parts, app).await?;
    let path = parts.uri.path().to_owned();
    let Path(names) = Path::<HashMap<String, String>>::from_request_parts(parts, app)
        .await
        .map_err(|_| Failure::Missing.page(&parts.headers))?;
    let slug = names.get("org").map(String::as_str).unwrap_or_default();
    // An organisation one does not belong to looks like one that does not exist.
    let member = someone.signed_in.memberships.iter().find(|m| m.slug == slug).cloned();
    let member = member.ok_or_else(|| Failure::Missing.page(&parts.headers))?;
    if member.owes_factor {
        return Err(owes_factor(parts));
    }
    let flash = crate::page::word_from_before(app, &parts.headers);
    let calendar = last_view(app, &parts.headers, &member.slug);
    Ok(FoundMember {
        someone,
        member,
        path,
        flash,
        calendar,
    })
}

/// Whose roles need a second factor and who has shown none is led to where one is added; the database lets nobody in without.
fn owes_factor(parts: &Parts) -> Response {
    match parts.method == Method::GET
        && !parts.headers.contains_key("x-fragment")
        && !parts.uri.path().starts_with("/api/")
    {
        true => crate::page::see_other("/account#factors"),
        false => Failure::FactorOwed.page(&parts.headers),
    }
}

/// How the calendar of an organisation was shown last in this browser. Anybody can write a cookie of their own: only what the
/// end of such an address is made of counts.
fn last_view(app: &Aloe, headers: &HeaderMap, slug: &str) -> String {
    let kept = Cookie::Calendar.read(&app.config, headers).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "=&-_".contains(c);
    let view = kept.strip_prefix(slug).and_then(|rest| rest.strip_prefix(':'));
    view.filter(|view| view.chars().all(plain))
        .unwrap_or_default()
        .to_owned()
}

/// Refuses what no role grants. The attempt is recorded where the session was found.
fn refuse(headers: &HeaderMap, permission: Permission) -> Response {
    let mut response = Failure::Denied.page(headers);
    response.extensions_mut().insert(Overstepped(Some(permission)));
    response
}

/// Writes an attempt at what the roles do not allow to the organisation's trail.
async fn record_attempt(
    app: &Aloe,
    visit: &Visit,
    member: &Membership,
    method: &Method,
    missing: Option<Permission>,
) -> Result<(), DbError> {
    let mut tx = app.doors.member(visit, &member.any_scope()).await?;
    let permission = missing.map(Permission::code);
    let detail = serde_json::json!({ "permission": permission, "method": method.as_str() });
    tx.record_denied(&Act {
        action: "denied",
        entity: "memberships",
        entity_id: Some(member.id.as_uuid()),
        patient: None,
        purpose: "",
        detail: Some(detail),
    })
    .await?;
    tx.commit().await
}

/// The organisation's part of a path: `/o/{org}/…`, or the same below `/api`.
fn slug_in(path: &str) -> Option<&str> {
    let path = path.strip_prefix("/api").unwrap_or(path);
    path.strip_prefix("/o/")?.split('/').next()
}
