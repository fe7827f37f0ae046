//! Amending a signed note: the note stays, the amendment stands under it.

use aloe_db::clinical::{self, Sections};
use aloe_domain::permission::need::Clinical;
use axum::extract::Path;
use axum::http::StatusCode;

use super::{file, id_of, registration_number};
use crate::form::Form;
use crate::page::{Answer, see_other_saying};
use crate::session::Staff;

/// Adds an amendment.
pub async fn amend(staff: Staff<Clinical>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let encounter_id = id_of(&id)?;
    let reason = f.line::<180>("reason");
    let text = f.text::<20000>("text");
    if reason.is_empty() {
        f.complain("reason", "Say why the note is amended.");
    }
    if text.is_empty() {
        f.complain("text", "Write the amendment.");
    }
    if !f.is_fine() {
        let mut response = file::show_with(staff, &id, f).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let number = registration_number(&staff).await?;
    let sections = Sections {
        plan: text,
        ..Sections::default()
    };
    let mut tx = staff.begin().await?;
    if !staff.is_first(&mut tx, &f).await? {
        return Ok(staff.sent_twice(&format!("/consultations/{encounter_id}")));
    }
    let encounter = clinical::encounter(&mut tx, &staff.app.keys, encounter_id).await?;
    clinical::amend(&mut tx, &encounter, &reason, &sections, &staff.member, &number).await?;
    tx.commit().await?;
    let back = staff.link(&format!("/consultations/{encounter_id}"));
    Ok(see_other_saying(
        &staff.app,
        &back,
        "The amendment is signed and stands under the note.",
    ))
}
