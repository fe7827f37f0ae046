//! What is still missing before an organisation can go live.

use aloe_db::agenda::{Agenda, notice};
use aloe_domain::permission::need::Settings;
use askama::Template;

use super::settings::{Tab, agenda, tabs};
use crate::failure::Failure;
use crate::page::{Answer, Shell, html};
use crate::session::Staff;

/// One step of setting up.
pub struct Step {
    /// What.
    pub words: &'static str,
    /// Why, or what to do.
    pub hint: &'static str,
    /// Where.
    pub link: String,
    /// Whether it is done.
    pub done: bool,
    /// Whether the booking page can open without it.
    pub needed: bool,
}

#[derive(Template)]
#[template(path = "office/settings/setup.html")]
struct SetupPage {
    shell: Shell,
    tabs: Vec<Tab>,
    steps: Vec<Step>,
    missing: usize,
    live: bool,
    booking_page: String,
}

/// The steps, done or not.
pub(crate) async fn steps(staff: &Staff<Settings>, agenda: &Agenda) -> Result<Vec<Step>, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let notice = notice(&mut tx).await?;
    tx.done().await?;
    let p = &agenda.profile;
    let practice = p.kind == "practice";
    let step = |words, hint, rest: &str, done, needed| Step {
        words,
        hint,
        link: staff.link(rest),
        done,
        needed,
    };
    let bookable = agenda
        .services
        .iter()
        .any(|s| s.active && s.online && !agenda.places_for(s.id).is_empty());
    let mut steps = vec![
        step(
            "Information officer",
            "Named by the privacy act. People who book read the name under the privacy notice.",
            "/settings/profile",
            !p.officer_name.is_empty(),
            true,
        ),
        step(
            "A place",
            "With an address, so that people find it.",
            "/settings/places",
            agenda.locations.iter().any(|l| l.active && !l.address.is_empty()),
            true,
        ),
        step(
            "A diary",
            "A practitioner, a counter or a room.",
            "/settings/diaries",
            agenda.resources.iter().any(|r| r.active),
            true,
        ),
        step(
            "A service",
            "Something to book, with its length.",
            "/settings/services",
            agenda.services.iter().any(|s| s.active),
            true,
        ),
        step(
            "Weekly hours",
            "When each diary is open, and where.",
            "/settings/hours",
            !agenda.hours.is_empty(),
            true,
        ),
        step(
            "Something bookable online",
            "A service offered by a diary with hours.",
            "/settings/services",
            bookable,
            true,
        ),
        step(
            "Privacy notice",
            "Shown before anything is collected.",
            "/settings/booking",
            notice.is_some(),
            true,
        ),
    ];
    if practice {
        steps.insert(
            1,
            step(
                "Practice number",
                "For claims. Not needed to take bookings.",
                "/settings/profile",
                p.practice_number.is_some(),
                false,
            ),
        );
    }
    Ok(steps)
}

/// Shows the list.
pub async fn show(staff: Staff<Settings>) -> Answer {
    let agenda = agenda(&staff).await?;
    let steps = steps(&staff, &agenda).await?;
    html(&SetupPage {
        shell: Shell::new(&staff),
        tabs: tabs(&staff),
        missing: steps.iter().filter(|s| s.needed && !s.done).count(),
        live: agenda.profile.live,
        booking_page: format!("{}/b/{}", staff.app.config.origin, staff.member.slug),
        steps,
    })
}
