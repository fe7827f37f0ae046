//! One's own second factors: an authenticator app is added, shown to work, and turned off; recovery codes are shown once.

use aloe_db::error::{DbError, Refusal};
use aloe_vault::{RecoveryCode, TotpSecret};
use askama::Template;
use uuid::Uuid;

use super::proof::Asked;
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Head, html, refused, see_other, see_other_saying};
use crate::session::Someone;

/// How many recovery codes there are.
const CODES: usize = 10;

#[derive(Template)]
#[template(path = "door/add_app.html")]
struct AddAppPage {
    head: Head,
    csrf: String,
    demonstrated: Option<String>,
    drawing: String,
    width: usize,
    secret: String,
    email: String,
    f: Form,
}

#[derive(Template)]
#[template(path = "door/codes.html")]
struct CodesPage {
    head: Head,
    csrf: String,
    codes: Vec<String>,
    /// Where one goes on: to work, when that waited for the factor.
    onward: &'static str,
}

/// Begins an app: a secret is drawn and shown until a code of it was typed.
pub async fn begin(someone: Someone, mut f: Form) -> Answer {
    let asked = Asked::of(&someone, "/account/app", "add a second factor");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let (app, who) = (&someone.app, &someone.signed_in);
    let secret = TotpSecret::random()?;
    let begun = app
        .doors
        .begin_app(&someone.visit, who, &app.factors, "Authenticator app", &secret);
    match asked.ask(begun.await, &f).await? {
        Ok(_) => Ok(see_other("/account/app")),
        Err(page) => Ok(page),
    }
}

/// Shows the secret as a drawing and as text.
pub async fn show(someone: Someone) -> Answer {
    if !is_fresh(&someone).await? {
        return Ok(see_other("/account/confirm?next=%2Faccount%2Fapp"));
    }
    match page(&someone, Form::default()).await? {
        Some((_, page, _)) => html(&page),
        None => Ok(see_other("/account")),
    }
}

/// Whether the secret may be shown: never on a screen that somebody left open.
async fn is_fresh(someone: &Someone) -> Result<bool, Failure> {
    let doors = &someone.app.doors;
    Ok(doors.proof_is_fresh(&someone.visit, &someone.signed_in).await?)
}

type Begun = (Uuid, AddAppPage, TotpSecret);

async fn page(someone: &Someone, f: Form) -> Result<Option<Begun>, Failure> {
    let (app, who) = (&someone.app, &someone.signed_in);
    let Some((id, secret)) = app.doors.begun_app(&someone.visit, who, &app.factors).await? else {
        return Ok(None);
    };
    let url = secret.to_url(&who.email);
    let (drawing, width) = draw(url.expose()).ok_or(Failure::Broken)?;
    let shown_in_demonstration = match app.config.demonstration {
        true => secret
            .next_code(clock::seconds(), 0)
            .map(|code| code.expose().to_owned()),
        false => None,
    };
    let page = AddAppPage {
        head: Head::new(),
        csrf: someone.csrf.clone(),
        demonstrated: shown_in_demonstration,
        drawing,
        width,
        secret: secret.to_text().expose().to_owned(),
        email: who.email.clone(),
        f,
    };
    Ok(Some((id, page, secret)))
}

/// The dark squares of a QR code as a path of an SVG, four squares of light around them.
fn draw(text: &str) -> Option<(String, usize)> {
    let code = qrcode::QrCode::new(text).ok()?;
    let width = code.width();
    let dark = code
        .to_colors()
        .into_iter()
        .enumerate()
        .filter(|(_, color)| *color == qrcode::Color::Dark);
    let squares = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
    Some((squares.collect(), width + 8))
}

/// Takes the first code: from here on the factor counts. Whoever has no recovery codes is shown some.
pub async fn finish(someone: Someone, mut f: Form) -> Answer {
    let (app, who) = (&someone.app, &someone.signed_in);
    let asked = Asked::of(&someone, "/account/app/code", "add a second factor");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    if !is_fresh(&someone).await? {
        let owed: Result<(), DbError> = Err(DbError::Refused(Refusal::ProofNeeded));
        if let Err(page) = asked.ask(owed, &f).await? {
            return Ok(page);
        }
    }
    let typed = f.get("code").to_owned();
    let Some((id, _, secret)) = page(&someone, Form::default()).await? else {
        return Ok(see_other("/account"));
    };
    let Some(step) = secret.check(&typed, clock::seconds()) else {
        f.set("code", "");
        f.complain(
            "code",
            "That is not the code of this app. Wait for the next one; if it is refused too, see that the telephone's clock is right.",
        );
        let (_, page, _) = page(&someone, f).await?.ok_or(Failure::Missing)?;
        return refused(&page);
    };
    let confirmed = app.doors.confirm_app(&someone.visit, who, id, step.number()).await;
    if let Err(page) = asked.ask(confirmed, &f).await? {
        return Ok(page);
    }
    let (_, left) = app.doors.own_factors(&someone.visit, who).await?;
    if left > 0 {
        return Ok(see_other_saying(
            app,
            "/account",
            "The app is added. Every other session is ended.",
        ));
    }
    fresh_codes(&someone).await
}

/// Makes fresh recovery codes, in place of all earlier ones.
pub async fn make_codes(someone: Someone, mut f: Form) -> Answer {
    let asked = Asked::of(&someone, "/account/codes", "make new recovery codes");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let (app, who) = (&someone.app, &someone.signed_in);
    let fresh = app.doors.proof_is_fresh(&someone.visit, who).await?;
    let settled = if fresh {
        Ok(())
    } else {
        Err(DbError::Refused(Refusal::ProofNeeded))
    };
    if let Err(page) = asked.ask(settled, &f).await? {
        return Ok(page);
    }
    fresh_codes(&someone).await
}

async fn fresh_codes(someone: &Someone) -> Answer {
    let (app, who) = (&someone.app, &someone.signed_in);
    let codes = (0..CODES)
        .map(|_| RecoveryCode::random())
        .collect::<Result<Vec<_>, _>>()?;
    app.doors.set_recovery_codes(&someone.visit, who, &codes).await?;
    html(&CodesPage {
        head: Head::new(),
        csrf: someone.csrf.clone(),
        onward: if who.memberships.iter().any(|m| m.owes_factor) {
            "/"
        } else {
            "/account"
        },
        codes: codes.iter().map(|code| code.to_text().expose().to_owned()).collect(),
    })
}

/// Stops what a colleague asked for, who said that the factors are lost.
pub async fn keep(someone: Someone, _f: Form) -> Answer {
    let app = &someone.app;
    app.doors
        .stop_factor_removal(&someone.visit, &someone.signed_in)
        .await?;
    Ok(see_other_saying(
        app,
        "/account",
        "It is stopped. Your second factor stays as it is.",
    ))
}

/// Turns a factor off.
pub async fn remove(someone: Someone, mut f: Form) -> Answer {
    let factor: Uuid = f.get("factor").parse().map_err(|_| Failure::Missing)?;
    let asked = Asked::of(&someone, "/account/factors/remove", "turn off a second factor");
    if let Some(page) = asked.take(&mut f).await? {
        return Ok(page);
    }
    let (app, who) = (&someone.app, &someone.signed_in);
    let removed = app.doors.remove_factor(&someone.visit, who, factor).await;
    match asked.ask(removed, &f).await? {
        Ok(true) => Ok(see_other_saying(
            app,
            "/account",
            "It is turned off, and every other session is ended.",
        )),
        Ok(false) => Ok(see_other_saying(app, "/account", "It was turned off already.")),
        Err(page) => Ok(page),
    }
}
