//! What pages have in common: the frame, the answers, a word for the next page.

use aloe_domain::permission::{OrganisationKind, Permission};
use aloe_vault::{Place, Sealed, open, seal};
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;

use crate::assets;
use crate::cookies::{Cookie, add};
use crate::failure::Failure;
use crate::session::Staff;
use crate::state::Aloe;

/// The answer of a page or of something that failed.
pub type Answer = Result<Response, Failure>;

/// Renders a template into an answer that no cache keeps.
///
/// # Errors
/// When the template fails.
pub fn html(template: &impl Template) -> Answer {
    Ok(Html(template.render()?).into_response())
}

/// Renders a form that was refused: the page again, with its complaints, as 422.
///
/// # Errors
/// When the template fails.
pub fn refused(template: &impl Template) -> Answer {
    let mut response = html(template)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// Renders a form that was sent too often, with the seconds to wait in a header, as 429.
///
/// # Errors
/// When the template fails.
pub fn too_often(template: &impl Template, seconds: u64) -> Answer {
    let mut response = html(template)?;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response
        .headers_mut()
        .insert(axum::http::header::RETRY_AFTER, axum::http::HeaderValue::from(seconds));
    Ok(response)
}

/// Renders a form that somebody or something came before: the page again, with what is in the way, as 409.
///
/// # Errors
/// When the template fails.
pub fn conflict(template: &impl Template) -> Answer {
    let mut response = html(template)?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

/// Leads to another page after a POST.
pub fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// Leads to another page, which says one sentence.
pub fn see_other_saying(app: &Aloe, path: &str, sentence: &str) -> Response {
    let mut response = see_other(path);
    // Without randomness the word is left unsaid; what it tells of is done.
    if let Ok(sealed) = seal(&app.words, &flash_place(), sentence.as_bytes()) {
        let text = BASE64URL_NOPAD.encode(sealed.as_bytes());
        add(response.headers_mut(), Cookie::Flash.set(&app.config, &text, 20));
    }
    response
}

/// The word from the page before, if there is one that was sealed here: it may name people, and nobody else reads or writes it.
pub fn word_from_before(app: &Aloe, headers: &axum::http::HeaderMap) -> Option<String> {
    let text = Cookie::Flash.read(&app.config, headers)?;
    let sealed = Sealed::parse(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
    let opened = open(&app.words, &flash_place(), &sealed).ok()?;
    String::from_utf8(opened.as_bytes().to_vec()).ok()
}

fn flash_place() -> Place<'static> {
    Place::of(uuid::Uuid::nil(), "cookies", "flash", uuid::Uuid::nil())
}

/// Paths of the assets, for the head of each page.
pub struct Head {
    /// Stylesheet.
    pub style: &'static str,
    /// Calendar rows and lanes.
    pub grid: &'static str,
    /// Script.
    pub script: &'static str,
    /// Icon.
    pub icon: &'static str,
}

impl Head {
    /// The paths of this build.
    pub fn new() -> Self {
        Self {
            style: &assets::STYLE.path,
            grid: &assets::GRID.path,
            script: &assets::SCRIPT.path,
            icon: &assets::ICON.path,
        }
    }
}

impl Default for Head {
    fn default() -> Self {
        Self::new()
    }
}

/// One line of the navigation.
pub struct NavItem {
    /// Where it leads.
    pub href: String,
    /// Its words.
    pub words: &'static str,
    /// Its shortcut, as the script reads it; blank for none.
    pub key: &'static str,
    /// Whether the page is under it.
    pub here: bool,
}

impl NavItem {
    /// The shortcut as people read it.
    pub fn shown_key(&self) -> String {
        self.key.to_uppercase()
    }
}

/// The frame around a staff page.
pub struct Shell {
    /// Assets.
    pub head: Head,
    /// `/o/<slug>`.
    pub base: String,
    /// The organisation's name.
    pub organisation: String,
    /// Who is signed in, and as what.
    pub who: String,
    /// The membership: a page that stays open goes on for the same person only.
    pub me: String,
    /// A token for forms.
    pub csrf: String,
    /// Names this rendering of the page: a form that is sent twice from it is done once.
    pub once: String,
    /// The work.
    pub nav: Vec<NavItem>,
    /// What belongs to running the place.
    pub foot: Vec<NavItem>,
    /// Whether everyone here is invented.
    pub synthetic: bool,
    /// Whether there are other organisations to switch to.
    pub several: bool,
    /// A word from the page before.
    pub flash: Option<String>,
    /// Whether this is a public office: it serves people, who are nobody's patients.
    pub office: bool,
}

impl Shell {
    /// Whom the place serves: `Patients` or `People`.
    pub fn people(&self) -> &'static str {
        if self.office { "People" } else { "Patients" }
    }

    /// One of them: `patient` or `person`.
    pub fn person(&self) -> &'static str {
        if self.office { "person" } else { "patient" }
    }

    /// The frame for this member on this page.
    pub fn new<N>(staff: &Staff<N>) -> Self {
        let m = &staff.member;
        let office = m.kind == OrganisationKind::PublicOffice;
        let roles: Vec<&str> = m.roles.iter().map(role_words).collect();
        let item = |rest: &str, words, key| NavItem {
            href: staff.link(rest),
            words,
            key,
            here: staff.path == staff.link(rest) || staff.path.starts_with(&staff.link(&format!("{rest}/"))),
        };
        let mut nav = vec![
            item("/calendar", "Calendar", "g c"),
            item("/day", "Day list", "g d"),
            item("/patients", if office { "People" } else { "Patients" }, "g p"),
        ];
        let mut foot = Vec::new();
        if staff.may(Permission::Team) {
            foot.push(item("/team", "Team", "g t"));
            foot.push(item("/alerts", "Alerts", "g l"));
        }
        foot.push(item("/trail", "Audit trail", "g a"));
        if staff.may(Permission::Settings) {
            foot.push(item("/settings", "Settings", "g s"));
            if m.synthetic || staff.app.config.demonstration {
                foot.push(item("/outbox", "Outbox", "g o"));
            }
        }
        nav.retain(|n| !n.href.is_empty());
        Self {
            head: Head::new(),
            base: format!("/o/{}", m.slug),
            organisation: m.organisation_name.clone(),
            who: format!("{} · {}", roles.join(", "), m.name),
            me: m.id.to_string(),
            csrf: staff.csrf.clone(),
            once: uuid::Uuid::new_v4().simple().to_string(),
            nav,
            foot,
            synthetic: m.synthetic,
            several: staff.signed_in.memberships.len() > 1,
            flash: staff.flash.clone(),
            office,
        }
    }
}

/// A role in words.
pub fn role_words(role: aloe_domain::permission::Role) -> &'static str {
    use aloe_domain::permission::Role;
    match role {
        Role::Reception => "Reception",
        Role::Practitioner => "Practitioner",
        Role::Administrator => "Administrator",
        Role::Owner => "Owner",
        Role::Counter => "Counter",
        Role::Manager => "Manager",
    }
}
