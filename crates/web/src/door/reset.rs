//! A forgotten password: ask for a link, open it, choose another.

use aloe_db::error::DbError;
use aloe_db::visit::Visit;
use aloe_domain::email::EmailAddress;
use aloe_vault::{Token, TokenDomain, TokenHash};
use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use super::device::remember;
use super::password::choose;
use crate::cookies::{Cookie, add};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Head, html, refused, see_other, see_other_saying};
use crate::state::Aloe;
use crate::visitor::Visitor;

/// Seconds that an opened link is remembered in its browser.
const OPENED: u32 = 1_800;

#[derive(Template)]
#[template(path = "door/forgotten.html")]
struct ForgottenPage {
    head: Head,
    csrf: String,
    demonstration: bool,
    asked: bool,
    f: Form,
}

fn forgotten(visitor: &Visitor, asked: bool, f: Form) -> ForgottenPage {
    ForgottenPage {
        head: Head::new(),
        csrf: visitor.csrf.clone(),
        demonstration: visitor.app.config.demonstration,
        asked,
        f,
    }
}

/// Asks for the address.
pub async fn show(visitor: Visitor) -> Answer {
    let page = forgotten(&visitor, false, Form::default());
    Ok(visitor.remember(html(&page)?))
}

/// Takes the address. What follows happens elsewhere, so that the answer is the same, in words and in time, for every address.
pub async fn ask(visitor: Visitor, Extension(visit): Extension<Visit>, mut f: Form) -> Answer {
    let app = &visitor.app;
    let Some(email) = f.parse("email", EmailAddress::parse) else {
        return Ok(visitor.remember(refused(&forgotten(&visitor, false, f))?));
    };
    let source = visit.network();
    let by_source = app.doors.throttle("reset source", &source, 10, 60.0).await?;
    if by_source > 0 {
        return Err(Failure::TooOften(by_source));
    }
    let by_address = app
        .doors
        .throttle("reset address", &email.canonical(), 3, 1_200.0)
        .await?;
    // Beyond the limit of an address nothing more is sent, and nobody is told: its owner has the links that were.
    if by_address == 0 {
        app.doors.ask_reset(&visit, &app.mails, &email).await?;
    }
    Ok(visitor.remember(html(&forgotten(&visitor, true, f))?))
}

/// Answers what was asked at the door since the last time, by mail.
///
/// # Errors
/// What the database answered; what was asked is there again then.
pub async fn answer_requests(app: &Aloe) -> Result<(), DbError> {
    loop {
        let link = Token::random().map_err(|e| DbError::Unavailable(e.to_string()))?;
        let visit = Visit::from(std::net::IpAddr::from([127, 0, 0, 1]));
        let address = format!("{}/reset/{}", app.config.origin, link.to_text().expose());
        let hash = link.hash(TokenDomain::RESET);
        let answered = app.doors.answer_reset(&visit, &app.mails, &hash, |asked| {
            let body = format!(
                "{name}, somebody asked for a new password for {email}.\n\nIf it was you, open this link within thirty minutes and choose one:\n{address}\n\nIf it was not, do nothing: your password stays as it is, and nobody got in.",
                name = asked.name,
                email = asked.email,
            );
            ("Choose a new password".to_owned(), body)
        });
        if !answered.await? {
            return Ok(());
        }
    }
}

/// Opens a link. Nothing happens by that: the token moves into a cookie and out of the address, the history and the log.
pub async fn open(visitor: Visitor, Path(token): Path<String>) -> Response {
    let mut response = see_other("/reset/choose");
    if Token::parse(&token).is_ok() {
        let cookie = Cookie::Reset.set(&visitor.app.config, &token, OPENED);
        add(response.headers_mut(), cookie);
    }
    response
}

#[derive(Template)]
#[template(path = "door/choose.html")]
struct ChoosePage {
    head: Head,
    csrf: String,
    email: String,
    f: Form,
}

fn link_in(visitor: &Visitor, headers: &HeaderMap) -> Result<TokenHash, Failure> {
    let text = Cookie::Reset.read(&visitor.app.config, headers);
    let token = text.and_then(|text| Token::parse(&text).ok()).ok_or_else(over)?;
    Ok(token.hash(TokenDomain::RESET))
}

fn over() -> Failure {
    Failure::Refused("This link was used, or is older than thirty minutes. Ask for a new one on the sign-in page, under \u{201c}Forgot your password?\u{201d}.".into())
}

/// Asks for the new password.
pub async fn choose_page(visitor: Visitor, Extension(visit): Extension<Visit>, headers: HeaderMap) -> Answer {
    let link = link_in(&visitor, &headers)?;
    let asked = visitor.app.doors.find_reset(&visit, &link).await?.ok_or_else(over)?;
    let page = ChoosePage {
        head: Head::new(),
        csrf: visitor.csrf.clone(),
        email: asked.email,
        f: Form::default(),
    };
    Ok(visitor.remember(html(&page)?))
}

/// Takes it: every session ends, second factors stay, and its owner signs in anew.
pub async fn finish(visitor: Visitor, Extension(visit): Extension<Visit>, headers: HeaderMap, mut f: Form) -> Answer {
    let app = &visitor.app;
    let link = link_in(&visitor, &headers)?;
    let asked = app.doors.find_reset(&visit, &link).await?.ok_or_else(over)?;
    let about = vec![asked.email.clone(), asked.name];
    let hash = match choose(app, f.get("password").to_owned(), about).await {
        Ok(hash) => hash,
        Err(Failure::Refused(sentence)) => {
            f.complain("password", sentence);
            f.set("password", "");
            let page = ChoosePage {
                head: Head::new(),
                csrf: visitor.csrf.clone(),
                email: asked.email,
                f,
            };
            return Ok(visitor.remember(refused(&page)?));
        }
        Err(other) => return Err(other),
    };
    let used = app.doors.use_reset(&visit, &link, hash.as_str()).await?;
    let user = used.ok_or_else(over)?;
    let said = "Your password is changed, and every session is ended. Sign in with the new one.";
    let mut response = see_other_saying(app, "/sign-in", said);
    add(response.headers_mut(), Cookie::Reset.clear(&app.config));
    // Whoever holds the mailbox signs in next, however many guess elsewhere.
    remember(app, &visit, user, (&headers, response.headers_mut())).await?;
    Ok(response)
}
