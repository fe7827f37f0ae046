//! Two files of one person made into one, and apart again.

use aloe_db::patients;
use aloe_domain::ids::PatientId;
use aloe_domain::permission::need::{AllPatients, Patients};
use askama::Template;
use axum::extract::Path;
use uuid::Uuid;

use super::list::{Line, cleaned, is_enough, is_number};
use super::show::id_of;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html, see_other, see_other_saying};
use crate::query::Query;
use crate::session::{Staff, urlencode};

/// The search for the other file.
#[derive(serde::Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "people/merge.html")]
struct MergePage {
    shell: Shell,
    id: String,
    name: String,
    file: i64,
    facts: Vec<(&'static str, String)>,
    q: String,
    lines: Vec<Line>,
    searched: bool,
}

/// Asks which file is the same person's.
pub async fn ask(
    staff: Staff<AllPatients>,
    Path((_, id)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let id = id_of(&id)?;
    let q = cleaned(&wanted.q);
    if is_number(&q) {
        return Ok(see_other(&staff.link(&format!("/patients/{id}/merge"))));
    }
    page(&staff, id, q).await
}

/// Looks for the other file. A number that was typed stays out of the address.
pub async fn find(staff: Staff<AllPatients>, Path((_, id)): Path<(String, String)>, f: Form) -> Answer {
    let id = id_of(&id)?;
    let q = cleaned(f.get("q"));
    if is_number(&q) {
        return page(&staff, id, q).await;
    }
    Ok(see_other(
        &staff.link(&format!("/patients/{id}/merge?q={}", urlencode(&q))),
    ))
}

async fn page(staff: &Staff<AllPatients>, id: PatientId, q: String) -> Answer {
    let today = staff.today();
    let mut tx = staff.begin_for::<Patients>().await?;
    let record = patients::find(&mut tx, id).await?;
    let found = if is_enough(&q) {
        patients::search(&mut tx, &staff.app.keys, &q, today).await?
    } else {
        Vec::new()
    };
    tx.commit().await?;
    html(&MergePage {
        shell: Shell::new(staff),
        id: id.to_string(),
        name: record.full_name(),
        file: record.file_number,
        facts: super::show::facts(&record, staff.zone()),
        searched: !q.is_empty(),
        lines: found
            .iter()
            .filter(|f| f.id != id)
            .map(|f| Line::of(f, staff.today()))
            .collect(),
        q,
    })
}

/// Merges the other file into this one.
pub async fn merge(staff: Staff<AllPatients>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let keep = id_of(&id)?;
    let other = f.id("other").ok_or(Failure::Malformed)?;
    let mut tx = staff.begin().await?;
    patients::merge(&mut tx, keep, other).await?;
    tx.commit().await?;
    let back = staff.link(&format!("/patients/{keep}"));
    Ok(see_other_saying(
        &staff.app,
        &back,
        "The two files are one now. It can be undone on this page.",
    ))
}

/// Takes a merge back.
pub async fn undo(staff: Staff<AllPatients>, Path((_, id, merge)): Path<(String, String, String)>, _f: Form) -> Answer {
    let keep = id_of(&id)?;
    let merge: Uuid = merge.parse().map_err(|_| Failure::Missing)?;
    let mut tx = staff.begin().await?;
    patients::undo_merge(&mut tx, merge).await?;
    tx.commit().await?;
    Ok(see_other_saying(
        &staff.app,
        &staff.link(&format!("/patients/{keep}")),
        "The two files are apart again.",
    ))
}
