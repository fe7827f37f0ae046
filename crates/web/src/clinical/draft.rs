//! Saving what is typed: by the script every few seconds, by a button without it.

use aloe_db::clinical::{self, ClinicalError, Sections};
use aloe_domain::permission::need::Clinical;
use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::file::{Unsaved, seconds, unsaved};
use super::id_of;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, see_other};
use crate::session::Staff;

/// Characters that one section holds.
const LONGEST: usize = 20_000;

/// The sections of a form: kept exactly as typed, line ends apart.
fn sections(f: &Form) -> Sections {
    let read = |name: &str| f.get(name).replace("\r\n", "\n");
    Sections {
        subjective: read("subjective"),
        objective: read("objective"),
        assessment: read("assessment"),
        plan: read("plan"),
    }
}

/// Complains beside each section that holds more than fits.
fn complain_of_length(f: &mut Form) {
    for (name, label) in [
        ("subjective", "Subjective"),
        ("objective", "Objective"),
        ("assessment", "Assessment"),
        ("plan", "Plan"),
    ] {
        let long = f.get(name).replace("\r\n", "\n").chars().count();
        if long > LONGEST {
            f.complain(
                name,
                format!(
                    "{label} holds {LONGEST} characters, and this is {long}. Shorten it, or go on in an amendment."
                ),
            );
        }
    }
}

/// Saves over the version that was on screen; another window's newer one is never overwritten.
pub async fn save(
    staff: Staff<Clinical>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    mut f: Form,
) -> Result<Response, Response> {
    let script = headers
        .get("accept")
        .is_some_and(|v| v.to_str().is_ok_and(|v| v.starts_with("application/json")));
    complain_of_length(&mut f);
    if !f.is_fine() && !script {
        return kept(staff, &id, f).await.map_err(|failure| failure.page(&headers));
    }
    let saved = store(&staff, &id, &f).await;
    match saved {
        Ok((version, at)) if script => {
            Ok(Json(serde_json::json!({ "version": version, "saved_at": seconds(at, staff.zone()) })).into_response())
        }
        Ok(_) => Ok(see_other(&staff.link(&format!("/consultations/{id}")))),
        Err(Failure::Stale) if !script => kept(staff, &id, f).await.map_err(|failure| failure.page(&headers)),
        Err(failure) => Err(failure.page(&headers)),
    }
}

/// The page again with what was typed: something is wrong with it, or a newer version was saved elsewhere.
async fn kept(staff: Staff<Clinical>, id: &str, f: Form) -> Answer {
    let version = f.get("version").parse().map_err(|_| Failure::Malformed)?;
    let typed = sections(&f);
    let why = if f.is_fine() {
        Unsaved::Overtaken
    } else {
        Unsaved::Refused(f)
    };
    unsaved(staff, id, version, typed, why).await
}

async fn store(staff: &Staff<Clinical>, id: &str, f: &Form) -> Result<(i32, jiff::Timestamp), Failure> {
    let id = id_of(id)?;
    let version: i32 = f.get("version").parse().map_err(|_| Failure::Malformed)?;
    if let Some((_, sentence)) = f.errors().first() {
        return Err(Failure::Refused(sentence.clone()));
    }
    let sections = sections(f);
    let mut tx = staff.begin().await?;
    let encounter = clinical::encounter(&mut tx, &staff.app.keys, id).await?;
    let saved = clinical::save_draft(&mut tx, &encounter, version, &sections, &staff.member).await;
    match saved {
        Ok(saved) => {
            tx.commit().await?;
            Ok(saved)
        }
        // A page that was left while its last save was on the way sends the same text again: that is no conflict.
        Err(ClinicalError::Stale) => match clinical::draft(&mut tx, &encounter).await? {
            Some(draft) if draft.sections == sections => {
                tx.done().await?;
                Ok((draft.version, draft.saved_at))
            }
            _ => Err(Failure::Stale),
        },
        Err(error) => Err(error.into()),
    }
}

/// Saves and leads to the page before signing.
pub async fn review(staff: Staff<Clinical>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    complain_of_length(&mut f);
    if !f.is_fine() {
        return kept(staff, &id, f).await;
    }
    match store(&staff, &id, &f).await {
        Ok(_) => Ok(see_other(&staff.link(&format!("/consultations/{id}/review")))),
        Err(Failure::Stale) => kept(staff, &id, f).await,
        Err(failure) => Err(failure),
    }
}
