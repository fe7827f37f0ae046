//! A browser without a screen: cookies, forms and their tokens.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use aloe_db::doors::Doors;
use aloe_testkit::{Member, TestDb};
use aloe_vault::{PasswordHasher, PasswordParameters, PasswordWorkers};
use aloe_web::routes;
use aloe_web::state::{Aloe, WebConfig};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// The application on a test's database.
pub struct TestApp {
    /// Its database.
    pub db: Arc<TestDb>,
    /// The application itself.
    pub state: Aloe,
    router: Router,
}

/// An answer.
pub struct Page {
    /// Status.
    pub status: StatusCode,
    /// Where it leads, if it leads on.
    pub location: String,
    /// Its text.
    pub text: String,
    /// Its headers.
    pub headers: axum::http::HeaderMap,
}

/// One browser.
pub struct Browser<'a> {
    app: &'a TestApp,
    cookies: BTreeMap<String, String>,
    /// Extra headers of each request.
    pub headers: Vec<(&'static str, String)>,
    source: SocketAddr,
}

/// What a browser sends a form as.
const FORM: &str = "application/x-www-form-urlencoded";

const INSTALLATION: &str = "test";

impl TestApp {
    /// The application on a fresh database.
    pub async fn start() -> Self {
        let db = Arc::new(TestDb::fresh().await);
        let doors = db.doors.clone();
        Self::node(db, doors).await
    }

    /// Another node of the same installation: on the same database, with connections and a memory of its own.
    pub async fn beside(&self) -> Self {
        let doors = self.db.doors_of_another_node().await;
        Self::node(Arc::clone(&self.db), doors).await
    }

    async fn node(db: Arc<TestDb>, doors: Doors) -> Self {
        let one = NonZeroUsize::MIN;
        let hasher = PasswordHasher::of(PasswordParameters::default());
        let passwords = PasswordWorkers::start(hasher, one, one.saturating_add(31)).unwrap();
        let config = WebConfig {
            installation: INSTALLATION.into(),
            origin: "https://aloe.example".into(),
            demonstration: true,
            trusted_proxies: Vec::new(),
            sms_per_hour: 1_000,
            operator_mail: Some("operator@aloe.example".into()),
            requests_per_second: 0,
        };
        let key = TestDb::installation_key().await;
        let app = Aloe::new(doors, db.keys.clone(), key, passwords, config);
        Self {
            db,
            router: routes::router(app.clone()),
            state: app,
        }
    }

    /// A browser that nobody is signed in to.
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            app: self,
            cookies: BTreeMap::new(),
            headers: Vec::new(),
            source: SocketAddr::from(([192, 0, 2, 9], 1)),
        }
    }

    /// A browser with a member's session.
    pub fn signed_in(&self, member: &Member) -> Browser<'_> {
        let mut browser = self.browser();
        browser.set_cookie("access", member.access.to_text().expose());
        browser
    }
}

impl Browser<'_> {
    /// Gives the browser a cookie of this installation.
    pub fn set_cookie(&mut self, what: &str, value: &str) {
        self.cookies
            .insert(format!("__Host-aloe-{INSTALLATION}-{what}"), value.to_owned());
    }

    /// A cookie of this installation.
    pub fn cookie(&self, what: &str) -> Option<&str> {
        self.cookies
            .get(&format!("__Host-aloe-{INSTALLATION}-{what}"))
            .map(String::as_str)
    }

    /// Fetches a page.
    pub async fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, None).await
    }

    /// Sends a form as it stands.
    pub async fn post_raw(&mut self, path: &str, body: &str) -> Page {
        self.send("POST", path, Some(body.to_owned())).await
    }

    /// Sends bytes that need be no form and no JSON, as the kind that the path takes.
    pub async fn post_bytes(&mut self, path: &str, body: &[u8]) -> Page {
        let kind = match path.starts_with("/api/") {
            true => "application/json",
            false => FORM,
        };
        self.send_as("POST", path, Some(body.to_vec()), kind).await
    }

    /// Sends a form with a token taken from another page.
    pub async fn post(&mut self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.get(from).await.csrf();
        let mut pairs: Vec<(&str, &str)> = fields.to_vec();
        pairs.push(("csrf", &token));
        let body: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}={}", encode(v))).collect();
        self.send("POST", path, Some(body.join("&"))).await
    }

    /// Sends JSON, as programs do.
    pub async fn post_json(&mut self, path: &str, body: &str) -> Page {
        self.send_as("POST", path, Some(body.into()), "application/json").await
    }

    async fn send(&mut self, method: &str, path: &str, body: Option<String>) -> Page {
        self.send_as(method, path, body.map(String::into_bytes), FORM).await
    }

    async fn send_as(&mut self, method: &str, path: &str, body: Option<Vec<u8>>, kind: &str) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "aloe.example")
            .header(header::COOKIE, cookies.join("; "));
        if body.is_some() {
            request = request
                .header(header::CONTENT_TYPE, kind)
                .header("sec-fetch-site", "same-origin");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        request.extensions_mut().insert(ConnectInfo(self.source));
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        // A stream of events never ends: its headers are all there is to see.
        let streaming = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|v| v == "text/event-stream");
        let bytes = if streaming {
            Default::default()
        } else {
            body.collect().await.unwrap().to_bytes()
        };
        let location = parts
            .headers
            .get(header::LOCATION)
            .map(|v| v.to_str().unwrap().to_owned())
            .unwrap_or_default();
        Page {
            status: parts.status,
            location,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            headers: parts.headers,
        }
    }
}

impl Page {
    /// The token of the page's forms.
    pub fn csrf(&self) -> String {
        let rest = self.text.split("name=\"csrf\" content=\"").nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// The answer as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The value of the first element with this name.
    pub fn value_of(&self, name: &str) -> String {
        let rest = self.text.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_default();
        let rest = rest.split("value=\"").nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().replace("&#38;", "&")
    }

    /// Whether the answer is that the roles do not allow it.
    pub fn is_denied(&self) -> bool {
        self.status == StatusCode::FORBIDDEN && self.text.contains("Your roles do not allow this")
    }
}

/// Percent-encodes a form value.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
