//! Whom a booking is for: somebody on file is found by what was typed, and chosen, while it is made and later.

use aloe_db::agenda::Agenda;
use aloe_db::{bookings, patients};
use aloe_domain::ids::{BookingId, PatientId};
use aloe_domain::permission::need::{Patients, Schedule};
use aloe_domain::phone::PhoneNumber;
use askama::Template;
use axum::extract::Path;

use super::form::form_page;
use super::{agenda, show};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, Shell, html};
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
        "find" => who = search(staff, &[&cleaned(f.get("name")), &cleaned(f.get("phone"))]).await?,
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

#[derive(Template)]
#[template(path = "calendar/who.html")]
struct WhoPage {
    shell: Shell,
    id: String,
    name: String,
    back: String,
    q: String,
    who: Who,
}

/// Asks whose a booking is, when its phone number does not tell: those on file with its name, and a search for others.
pub async fn ask(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>) -> Answer {
    page(&staff, &id, None).await
}

/// Looks for others.
pub async fn look(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, f: Form) -> Answer {
    page(&staff, &id, Some(cleaned(f.get("q")))).await
}

async fn page(staff: &Staff<Schedule>, id: &str, q: Option<String>) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(staff).await?;
    let mut tx = staff.begin().await?;
    let booking = bookings::find(&mut tx, id).await?;
    tx.done().await?;
    // Nobody has asked yet: the whole name, or else its last word, which is the surname more often than not.
    let surname = booking.person().rsplit(' ').next().filter(|_| q.is_none());
    let surname = surname.unwrap_or_default().to_owned();
    let q = q.unwrap_or_else(|| booking.person().to_owned());
    html(&WhoPage {
        shell: Shell::new(staff),
        id: id.to_string(),
        name: booking.person().to_owned(),
        back: show::path_to(staff, &agenda, &booking)?,
        who: search(staff, &[&q, &surname]).await?,
        q,
    })
}

/// Those on file who match the first of some texts that finds anybody.
async fn search(staff: &Staff<Schedule>, typed: &[&str]) -> Result<Who, Failure> {
    let mut who = Who::default();
    for typed in typed.iter().filter(|typed| is_enough(typed)) {
        let mut tx = staff.begin_for::<Patients>().await?;
        let found = patients::search(&mut tx, &staff.app.keys, typed, staff.today()).await?;
        tx.commit().await?;
        who.searched = true;
        who.matches = found.iter().take(8).map(|f| Line::of(f, staff.today())).collect();
        if !who.matches.is_empty() {
            break;
        }
    }
    Ok(who)
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
