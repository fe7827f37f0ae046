//! The booking page: its words, its privacy notice, and whether it takes bookings.

use aloe_db::agenda::notice;
use aloe_db::error::DbError;
use aloe_db::settings;
use aloe_domain::permission::need::Settings;
use askama::Template;

use super::{Tab, agenda, tabs, tick};
use crate::failure::Failure;
use crate::form::Form;
use crate::office::setup;
use crate::page::{Answer, Shell, conflict, html, refused, see_other_saying};
use crate::session::Staff;

#[derive(Template)]
#[template(path = "office/settings/booking.html")]
struct BookingPage {
    shell: Shell,
    tabs: Vec<Tab>,
    address: String,
    notice_version: i32,
    f: Form,
}

async fn page(staff: &Staff<Settings>, f: Form) -> Result<BookingPage, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let current = notice(&mut tx).await?;
    tx.done().await?;
    Ok(BookingPage {
        shell: Shell::new(staff),
        tabs: tabs(staff),
        address: format!("{}/b/{}", staff.app.config.origin, staff.member.slug),
        notice_version: current.map_or(0, |n| n.version),
        f,
    })
}

/// The form.
pub async fn show(staff: Staff<Settings>) -> Answer {
    let f = on_file(&staff).await?;
    html(&page(&staff, f).await?)
}

async fn on_file(staff: &Staff<Settings>) -> Result<Form, Failure> {
    let p = agenda(staff).await?.profile;
    let mut tx = staff.begin_as_member().await?;
    let current = notice(&mut tx).await?;
    tx.done().await?;
    Ok(Form::filled([
        ("version", p.version.to_string()),
        ("welcome", p.welcome),
        ("live", tick(p.live)),
        ("notice", current.map(|n| n.body).unwrap_or_default()),
    ]))
}

/// Saves it. A changed notice becomes the next version; the page opens once nothing needed is missing.
pub async fn save(staff: Staff<Settings>, mut f: Form) -> Answer {
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let welcome = f.text::<600>("welcome");
    let body = f.text::<8000>("notice");
    let agenda = agenda(&staff).await?;
    if f.ticked("live") && !agenda.profile.live {
        let steps = setup::steps(&staff, &agenda).await?;
        let missing: Vec<&str> = steps.iter().filter(|s| s.needed && !s.done).map(|s| s.words).collect();
        if !missing.is_empty() {
            f.complain("live", format!("Still missing: {}.", missing.join(", ")));
        }
    }
    if !f.is_fine() {
        return refused(&page(&staff, f).await?);
    }
    let mut tx = staff.begin().await?;
    let current = notice(&mut tx).await?;
    if !body.is_empty() && current.is_none_or(|n| n.body != body) {
        settings::publish_notice(&mut tx, &body).await?;
    }
    match settings::save_booking_page(&mut tx, version, &welcome, f.ticked("live")).await {
        Err(DbError::Conflict) => {
            drop(tx);
            let newer = on_file(&staff).await?;
            f.overtake(&newer, &[("welcome", "Words at the top"), ("notice", "Privacy notice")]);
            f.overtake_ticks(&newer, &[("live", "Take bookings")]);
            return conflict(&page(&staff, f).await?);
        }
        saved => saved?,
    }
    tx.commit().await?;
    Ok(see_other_saying(&staff.app, &staff.link("/settings/booking"), "Saved."))
}
