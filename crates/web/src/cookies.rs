//! Cookies: all of them `__Host-`, so that no other host and no plain connection can set or read them, and all of them
//! with the installation's id in the name, since cookies ignore ports.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::state::WebConfig;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// Short-lived proof of a session.
    Access,
    /// Renews the access token, once.
    Refresh,
    /// A browser on the public pages: binds tokens against forgery, and holds.
    Visitor,
    /// A phone that was proven.
    Proof,
    /// The language of public pages.
    Language,
    /// Sends a word to the next page.
    Flash,
    /// How the calendar was shown last.
    Calendar,
    /// A link for a new password that was opened.
    Reset,
    /// A browser that somebody signed in with.
    Device,
}

impl Cookie {
    /// Its name in this installation.
    pub fn name(self, config: &WebConfig) -> String {
        let what = match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Visitor => "visitor",
            Self::Proof => "proof",
            Self::Language => "language",
            Self::Flash => "flash",
            Self::Calendar => "calendar",
            Self::Reset => "reset",
            Self::Device => "device",
        };
        format!("__Host-aloe-{}-{what}", config.installation)
    }

    /// The cookie's value in a request.
    pub fn read(self, config: &WebConfig, headers: &HeaderMap) -> Option<String> {
        let name = self.name(config);
        let all = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        all.flat_map(|line| line.split(';')).find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then(|| value.to_owned())
        })
    }

    /// The header that sets it for some seconds; nothing for a value that no header can carry.
    pub fn set(self, config: &WebConfig, value: &str, seconds: u32) -> Option<HeaderValue> {
        let name = self.name(config);
        let line = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}");
        HeaderValue::from_str(&line).ok()
    }

    /// The header that removes it.
    pub fn clear(self, config: &WebConfig) -> Option<HeaderValue> {
        self.set(config, "", 0)
    }
}

/// Adds a `Set-Cookie` header.
pub fn add(headers: &mut HeaderMap, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(installation: &str) -> WebConfig {
        WebConfig {
            installation: installation.into(),
            origin: String::new(),
            operator_mail: None,
            trusted_proxies: Vec::new(),
            sms_per_hour: 2,
            demonstration: true,
            requests_per_second: 0,
        }
    }

    #[test]
    fn a_cookie_of_another_installation_is_not_read() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=b; __Host-aloe-one-access=secret"),
        );
        assert_eq!(Cookie::Access.read(&config("one"), &headers).as_deref(), Some("secret"));
        assert_eq!(Cookie::Access.read(&config("two"), &headers), None);
    }

    #[test]
    fn cookies_are_out_of_the_scripts_reach() {
        let header = Cookie::Refresh.set(&config("one"), "x", 60).unwrap();
        for word in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(header.to_str().unwrap().contains(word), "{word}");
        }
    }
}
