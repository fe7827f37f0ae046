//! Reviewing and signing: the draft as it will stand, and a button that makes it a note for good.

use aloe_db::clinical;
use aloe_domain::permission::need::Clinical;
use askama::Template;
use axum::extract::Path;

use super::{FileFrame, frame, id_of, registration_number, title};
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html, refused, see_other, see_other_saying};
use crate::session::Staff;

#[derive(Template)]
#[template(path = "clinical/review.html")]
struct ReviewPage {
    shell: Shell,
    file: FileFrame,
    id: String,
    title: String,
    version: i32,
    parts: Vec<(&'static str, String)>,
    empty: Vec<&'static str>,
    nothing: bool,
    signer: String,
    /// Who began the consultation, when it was somebody else.
    begun_by: String,
    f: Form,
}

/// Shows the draft as it will be signed, and what is left empty.
pub async fn review(staff: Staff<Clinical>, Path((_, id)): Path<(String, String)>) -> Answer {
    review_with(staff, &id, Form::default()).await
}

async fn review_with(staff: Staff<Clinical>, id: &str, f: Form) -> Answer {
    let id = id_of(id)?;
    let mut tx = staff.begin().await?;
    let encounter = clinical::encounter(&mut tx, &staff.app.keys, id).await?;
    if encounter.signed_at.is_some() {
        tx.done().await?;
        return Ok(see_other(&staff.link(&format!("/consultations/{id}"))));
    }
    let visits = clinical::open_file(&mut tx, encounter.patient, super::NEWEST).await?;
    let draft = clinical::draft(&mut tx, &encounter).await?;
    tx.commit().await?;
    let file = frame(&staff, encounter.patient, &visits, Some(id)).await?;
    let number = registration_number(&staff).await?;
    let (version, sections) = draft.map(|d| (d.version, d.sections)).unwrap_or_default();
    let parts = sections.parts();
    let page = ReviewPage {
        shell: Shell::new(&staff),
        file,
        id: id.to_string(),
        title: title(&encounter, staff.zone()),
        version,
        parts: parts
            .iter()
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(h, t)| (*h, (*t).to_owned()))
            .collect(),
        empty: parts
            .iter()
            .filter(|(_, text)| text.trim().is_empty())
            .map(|(h, _)| *h)
            .collect(),
        nothing: sections.is_empty(),
        signer: if number.is_empty() {
            staff.member.name.clone()
        } else {
            format!("{}, {number}", staff.member.name)
        },
        begun_by: if encounter.is_by(&staff.member) {
            String::new()
        } else {
            encounter.practitioner
        },
        f,
    };
    if page.f.is_fine() { html(&page) } else { refused(&page) }
}

/// Signs the version that was reviewed.
pub async fn sign(staff: Staff<Clinical>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id = id_of(&id)?;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let number = registration_number(&staff).await?;
    let mut tx = staff.begin().await?;
    let encounter = clinical::encounter(&mut tx, &staff.app.keys, id).await?;
    if encounter.signed_at.is_some() {
        tx.done().await?;
        let note = staff.link(&format!("/consultations/{id}"));
        return Ok(see_other_saying(&staff.app, &note, "This note is signed already."));
    }
    if !encounter.is_by(&staff.member) && !f.ticked("answer") {
        tx.done().await?;
        f.complain(
            "answer",
            "Tick that you answer for this note, or leave it to whoever began it.",
        );
        return review_with(staff, &id.to_string(), f).await;
    }
    clinical::sign(&mut tx, &encounter, version, &staff.member, &number).await?;
    tx.commit().await?;
    let back = staff.link(&format!("/consultations/{id}"));
    Ok(see_other_saying(
        &staff.app,
        &back,
        "Signed. From here on it can be amended, never changed.",
    ))
}
