//! The browser that somebody signs in with: known again by a cookie, and put into words.

use aloe_db::visit::Visit;
use aloe_domain::ids::UserId;
use aloe_vault::{Token, TokenDomain};
use axum::http::HeaderMap;

use super::sign_in::device_of;
use crate::cookies::{Cookie, add};
use crate::failure::Failure;
use crate::state::Aloe;

/// Seconds that a browser is known after somebody signed in with it: a year.
const REMEMBERED: u32 = 365 * 24 * 3600;

/// Knows a browser from now on: whoever guesses elsewhere does not slow it down. When it is a new one, the account's owner is told
/// by mail. Of its two sets of headers, the request's name the browser and the answer's give it a cookie.
///
/// # Errors
/// What the database answered.
pub async fn remember(
    app: &Aloe,
    visit: &Visit,
    user: UserId,
    (request, answer): (&HeaderMap, &mut HeaderMap),
) -> Result<(), Failure> {
    let device = match visit.device {
        Some(known) => known,
        None => {
            let fresh = Token::random()?;
            let cookie = Cookie::Device.set(&app.config, fresh.to_text().expose(), REMEMBERED);
            add(answer, cookie);
            fresh.hash(TokenDomain::DEVICE)
        }
    };
    let (browser, source, origin) = (words(&device_of(request)), visit.source, &app.config.origin);
    let body = format!(
        "Somebody signed in to your account with a browser that was not used for it before: {browser}, from {source}.\n\nIf it was you, there is nothing to do.\n\nIf it was not, open {origin}/reset now and choose a new password: that ends every session. Then tell a colleague who runs your team."
    );
    let mail = ("Signed in with a new browser", body.as_str());
    Ok(app
        .doors
        .remember_device(visit, user, &device, &app.mails, mail)
        .await?)
}

/// `Chrome on Android`. What a browser says of itself proves nothing: it helps its owner to tell one session from another.
pub fn words(agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    // Later ones call themselves by the names of earlier ones too.
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("CrOS", "a Chromebook"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A program on {system}"),
        (None, None) => "A program".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn browsers_are_told_apart_though_they_call_themselves_by_each_others_names() {
        let of = |system: &str, rest: &str| {
            words(&format!(
                "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {rest}"
            ))
        };
        assert_eq!(
            of("Windows NT 10.0; Win64; x64", "Chrome/140.0 Safari/537.36"),
            "Chrome on Windows"
        );
        assert_eq!(
            of("Windows NT 10.0", "Chrome/140.0 Safari/537.36 Edg/140.0"),
            "Edge on Windows"
        );
        assert_eq!(
            of(
                "Linux; Android 14",
                "SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36"
            ),
            "Samsung Internet on Android"
        );
        assert_eq!(
            of(
                "iPhone; CPU iPhone OS 18_0 like Mac OS X",
                "Version/18.0 Mobile Safari/604.1"
            ),
            "Safari on an iPhone"
        );
        assert_eq!(
            words("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            "Firefox on Linux"
        );
        assert_eq!(words("curl/8"), "A program");
        assert_eq!(words(""), "A program");
    }
}
