//! The settings of an organisation, a page for each subject.

pub mod booking_page;
pub mod closures;
pub mod diaries;
pub mod hours;
pub mod places;
pub mod profile;
pub mod programs;
pub mod services;

use aloe_db::agenda::Agenda;
use aloe_domain::permission::need::Settings;
use jiff::ToSpan;

use crate::failure::Failure;
use crate::session::Staff;

/// The pages under settings, in the order of setting up.
pub const PAGES: [(&str, &str); 9] = [
    ("/settings", "Going live"),
    ("/settings/profile", "Profile"),
    ("/settings/places", "Places"),
    ("/settings/diaries", "Diaries"),
    ("/settings/services", "Services"),
    ("/settings/hours", "Weekly hours"),
    ("/settings/closures", "Closures"),
    ("/settings/booking", "Booking page"),
    ("/settings/programs", "Programs"),
];

/// One line of the sub-navigation.
pub struct Tab {
    /// Where.
    pub href: String,
    /// Words.
    pub words: &'static str,
    /// Whether the page is this one.
    pub here: bool,
}

/// The sub-navigation.
pub(crate) fn tabs(staff: &Staff<Settings>) -> Vec<Tab> {
    let here = |rest: &str| {
        staff.path == staff.link(rest) || (rest != "/settings" && staff.path.starts_with(&staff.link(rest)))
    };
    PAGES
        .iter()
        .map(|(rest, words)| Tab {
            href: staff.link(rest),
            words,
            here: here(rest),
        })
        .collect()
}

/// What a box that is ticked on file holds in a form.
fn tick(on: bool) -> String {
    if on { "1".to_owned() } else { String::new() }
}

/// Everything that is set.
pub(crate) async fn agenda(staff: &Staff<Settings>) -> Result<Agenda, Failure> {
    let mut tx = staff.begin_as_member().await?;
    let today = staff.today();
    let agenda = Agenda::load(&mut tx, today.checked_sub(7.days()).unwrap_or(today)).await?;
    tx.done().await?;
    Ok(agenda)
}
