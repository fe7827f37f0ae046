//! The first page: what can be booked here.

use askama::Template;

use super::front::{Front, Guest};
use crate::page::{Answer, html};

/// One service.
pub struct Line {
    id: String,
    name: String,
    description: String,
    minutes: i32,
}

#[derive(Template)]
#[template(path = "booking/services.html")]
struct ServicesPage {
    front: Front,
    welcome: String,
    address: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "booking/closed.html")]
struct ClosedPage {
    front: Front,
}

/// Shows the services, or that booking is closed.
pub async fn show(guest: Guest) -> Answer {
    let agenda = &guest.agenda;
    let offered = agenda
        .services
        .iter()
        .filter(|s| s.active && s.online && !agenda.places_for(s.id).is_empty());
    let line = |s: &aloe_db::agenda::Service| Line {
        id: s.id.to_string(),
        name: s.name.clone(),
        description: s.description.clone(),
        minutes: s.minutes,
    };
    let lines: Vec<Line> = offered.map(line).collect();
    if !agenda.profile.live || lines.is_empty() {
        return Ok(guest.answer(html(&ClosedPage { front: guest.front(0) })?));
    }
    let page = ServicesPage {
        front: guest.front(1),
        welcome: agenda.profile.welcome.clone(),
        address: agenda
            .locations
            .first()
            .filter(|_| agenda.locations.len() == 1)
            .map(|l| l.address.clone())
            .unwrap_or_default(),
        lines,
    };
    Ok(guest.answer(html(&page)?))
}
