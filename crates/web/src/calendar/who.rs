//! Whom a booking is for, while it is being made: somebody on file is found by what was typed, and chosen.

use aloe_db::agenda::Agenda;
use aloe_db::patients;
use aloe_domain::ids::PatientId;
use aloe_domain::permission::need::{Patients, Schedule};
use aloe_domain::phone::PhoneNumber;

use super::form::form_page;
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, html};
use crate::people::list::{Line, cleaned, is_enough};
use crate::session::Staff;

/// Who was found for a booking.
#[derive(Default)]
pub(super) struct Who {
    /// Those on file who match.
    pub(super) matches: Vec<Line>,
    /// Whether anybody was looked for.
    pub(super) searched: bool,
}

/// The form again, after a press on "Find on file", on one of those found, or on "Not this person". Nothing is booked.
pub(super) async fn answer(staff: &Staff<Schedule>, agenda: &Agenda, mut f: Form) -> Answer {
    let mut who = Who::default();
    match f.get("who") {
        "find" => who = find(staff, &f).await?,
        "none" => clear(&mut f),
        id => {
            let id = id.parse().map_err(|_| Failure::Malformed)?;
            choose(staff, &mut f, id).await?;
        }
    }
    let mut page = form_page(staff, agenda, f, None);
    page.who = who;
    page.typed = true;
    html(&page)
}

async fn find(staff: &Staff<Schedule>, f: &Form) -> Result<Who, Failure> {
    let typed = [cleaned(f.get("name")), cleaned(f.get("phone"))];
    let Some(typed) = typed.iter().find(|typed| is_enough(typed)) else {
        return Ok(Who::default());
    };
    let mut tx = staff.begin_for::<Patients>().await?;
    let found = patients::search(&mut tx, &staff.app.keys, typed, staff.today()).await?;
    tx.commit().await?;
    Ok(Who {
        matches: found.iter().take(8).map(|f| Line::of(f, staff.today())).collect(),
        searched: true,
    })
}

fn clear(f: &mut Form) {
    for field in ["patient", "known", "name", "phone"] {
        f.set(field, "");
    }
}

/// Puts somebody on file into the form.
pub(super) async fn choose(staff: &Staff<Schedule>, f: &mut Form, id: PatientId) -> Result<(), Failure> {
    let mut tx = staff.begin_for::<Patients>().await?;
    let record = patients::find(&mut tx, id).await?;
    tx.done().await?;
    let phone = PhoneNumber::parse(&record.phone).map(|p| p.national());
    let born = record.birth_date.map_or_else(String::new, |b| {
        format!(", born {} ({})", clock::plain_date(b), clock::age(b, staff.today()))
    });
    f.set("patient", id.to_string());
    f.set(
        "known",
        format!("{}{born}, file {}", record.full_name(), record.file_number),
    );
    f.set("name", record.full_name());
    f.set("phone", phone.unwrap_or_default());
    Ok(())
}
