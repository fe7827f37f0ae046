//! Accepting an invitation: the link shows it, a button accepts it.

use aloe_db::accounts::{KnownPassword, OpenInvitation};
use aloe_db::visit::Visit;
use aloe_domain::name::PersonName;
use aloe_domain::permission::Role;
use aloe_vault::{Token, TokenDomain, TokenHash};
use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::HeaderMap;

use super::password::choose;
use super::sign_in::enter;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Head, html, refused, role_words, see_other};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "door/invitation.html")]
struct InvitationPage {
    head: Head,
    csrf: String,
    demonstration: bool,
    organisation: String,
    email: String,
    roles: String,
    has_account: bool,
    f: Form,
}

fn hash_of(token: &str) -> Result<TokenHash, Failure> {
    Token::parse(token)
        .map(|token| token.hash(TokenDomain::INVITATION))
        .map_err(|_| over())
}

fn over() -> Failure {
    Failure::Refused("This invitation was used, withdrawn, or is older than seven days. Ask for a new one.".into())
}

async fn page(visitor: &Visitor, visit: &Visit, token: &TokenHash, f: Form) -> Result<InvitationPage, Failure> {
    let open = visitor
        .app
        .doors
        .find_invitation(visit, token)
        .await?
        .ok_or_else(over)?;
    let roles: Vec<&str> = open.roles.iter().map(role_words).collect();
    Ok(InvitationPage {
        head: Head::new(),
        csrf: visitor.csrf.clone(),
        demonstration: visitor.app.config.demonstration,
        organisation: open.organisation_name,
        email: open.email,
        roles: roles.join(", "),
        has_account: open.has_account,
        f: if f.get("name").is_empty() {
            Form::filled([("name", open.name)])
        } else {
            f
        },
    })
}

/// Shows the invitation. Nothing happens by opening the link.
pub async fn show(visitor: Visitor, Extension(visit): Extension<Visit>, Path(token): Path<String>) -> Answer {
    let hash = hash_of(&token)?;
    let open = visitor
        .app
        .doors
        .find_invitation(&visit, &hash)
        .await?
        .ok_or_else(over)?;
    if open.link_is_over {
        return Ok(visitor.remember(html(&again_page(&visitor, token, &open, false))?));
    }
    let page = page(&visitor, &visit, &hash, Form::default()).await?;
    Ok(visitor.remember(html(&page)?))
}

#[derive(Template)]
#[template(path = "door/invitation_again.html")]
struct AgainPage {
    head: Head,
    csrf: String,
    demonstration: bool,
    token: String,
    organisation: String,
    email: String,
    sent: bool,
}

/// What is shown of an address to whoever found an old link: enough for its owner to know the mailbox.
fn hint(email: &str) -> String {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    format!("{}\u{2026}@{host}", name.chars().take(2).collect::<String>())
}

fn again_page(visitor: &Visitor, token: String, open: &OpenInvitation, sent: bool) -> AgainPage {
    AgainPage {
        head: Head::new(),
        csrf: visitor.csrf.clone(),
        demonstration: visitor.app.config.demonstration,
        token,
        organisation: open.organisation_name.clone(),
        email: hint(&open.email),
        sent,
    }
}

/// Mails a new link in place of one that is over: to the invited address, whoever asks.
pub async fn again(
    visitor: Visitor,
    Extension(visit): Extension<Visit>,
    Path(token): Path<String>,
    _f: Form,
) -> Answer {
    let app = &visitor.app;
    let old = hash_of(&token)?;
    let open = app.doors.find_invitation(&visit, &old).await?.ok_or_else(over)?;
    if !open.link_is_over {
        return Ok(see_other(&format!("/invitation/{token}")));
    }
    let wait = app.doors.throttle("invitation link", &open.email, 3, 1_200.0).await?;
    if wait > 0 {
        return Err(Failure::TooOften(wait));
    }
    let fresh = Token::random()?;
    let link = format!("{}/invitation/{}", app.config.origin, fresh.to_text().expose());
    let hashes = (&old, &fresh.hash(TokenDomain::INVITATION));
    let write = |organisation: &str, name: &str| {
        let body = format!(
            "{name}, here is a new link to join {organisation}. Open it within thirty minutes:\n{link}\n\nIf you did not expect this, do nothing."
        );
        (format!("Join {organisation}"), body)
    };
    app.doors.renew_invitation(&visit, &app.mails, hashes, write).await?;
    Ok(visitor.remember(html(&again_page(&visitor, token, &open, true))?))
}

/// Accepts it: a new account gets its password here, an existing one keeps its own and signs in with it.
pub async fn accept(
    visitor: Visitor,
    Extension(visit): Extension<Visit>,
    Path(token): Path<String>,
    headers: HeaderMap,
    mut f: Form,
) -> Answer {
    let token = hash_of(&token)?;
    let open = visitor
        .app
        .doors
        .find_invitation(&visit, &token)
        .await?
        .filter(|open| !open.link_is_over)
        .ok_or_else(over)?;
    let name = f.parse("name", PersonName::parse);
    let typed = f.get("password").to_owned();
    let hash = if open.has_account {
        String::new()
    } else {
        let about = vec![
            open.email.clone(),
            open.name.clone(),
            f.get("name").to_owned(),
            open.organisation_name.clone(),
        ];
        match choose(&visitor.app, typed, about).await {
            Ok(hash) => hash.as_str().to_owned(),
            Err(Failure::Refused(sentence)) => {
                f.complain("password", sentence);
                String::new()
            }
            Err(other) => return Err(other),
        }
    };
    let Some(name) = name.filter(|_| f.is_fine()) else {
        f.set("password", "");
        let mut shown = page(&visitor, &visit, &token, f.clone()).await?;
        shown.f = f;
        return Ok(visitor.remember(refused(&shown)?));
    };
    let (user, is_new) = visitor
        .app
        .doors
        .accept_invitation(&visit, &token, name.as_str(), &hash)
        .await?
        .ok_or_else(over)?;
    // Somebody else may have made the account while this password was hashed: then the link opens nothing of theirs.
    if !is_new {
        return Ok(see_other("/sign-in"));
    }
    let next = match open.roles.contains(Role::Owner) {
        true => "/?to=settings",
        false => "/",
    };
    let known = KnownPassword { user, version: 1 };
    enter(&visitor, &visit, &known, &headers, next).await
}
