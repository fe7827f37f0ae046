//! What of the calendar is shown: bookings of one service, in one state, at one place.

use aloe_db::agenda::{Agenda, Resource};
use aloe_db::bookings::BookingRow;
use aloe_domain::booking::Status;
use aloe_domain::ids::{LocationId, ServiceId};

/// The states that can be asked for, and their words.
const STATES: [(&str, &str); 6] = [
    ("expected", "Expected"),
    ("to_confirm", "To confirm"),
    ("waiting", "Waiting"),
    ("in", "With the practitioner"),
    ("done", "Done"),
    ("missed", "Did not come"),
];

/// A choice in a list: value, words, chosen.
pub type Choice = (String, String, bool);

/// A filter. Nothing asked for shows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    service: Option<ServiceId>,
    place: Option<LocationId>,
    state: Option<&'static str>,
}

impl Filter {
    /// Reads the address. What is not known is not asked for.
    pub fn read(agenda: &Agenda, service: &str, place: &str, state: &str) -> Self {
        let known = STATES.iter().find(|(code, _)| *code == state);
        Self {
            service: service.parse().ok().filter(|id| agenda.service(*id).is_some()),
            place: place.parse().ok().filter(|id| agenda.location(*id).is_some()),
            state: known.map(|(code, _)| *code),
        }
    }

    /// Whether anything is left out.
    pub fn is_on(&self) -> bool {
        *self != Self::default()
    }

    /// The same, as the end of an address.
    pub fn query(&self) -> String {
        let mut query = String::new();
        if let Some(service) = self.service {
            query.push_str(&format!("&s={service}"));
        }
        if let Some(place) = self.place {
            query.push_str(&format!("&l={place}"));
        }
        if let Some(state) = self.state {
            query.push_str(&format!("&st={state}"));
        }
        query
    }

    /// What is shown, in words: `Consultation, waiting`.
    pub fn words(&self, agenda: &Agenda) -> String {
        let service = self.service.and_then(|id| agenda.service(id)).map(|s| s.name.clone());
        let place = self.place.and_then(|id| agenda.location(id)).map(|l| l.name.clone());
        let state = STATES.iter().find(|(code, _)| Some(*code) == self.state);
        let state = state.map(|(_, words)| words.to_lowercase());
        [service, place, state]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Whether a booking is shown.
    pub fn shows(&self, b: &BookingRow) -> bool {
        self.service.is_none_or(|id| id == b.service)
            && self.place.is_none_or(|id| id == b.location)
            && self.state.is_none_or(|state| state == state_of(b.status))
    }

    /// Whether a diary is shown: one that works at the place, or has a booking there.
    pub fn shows_diary(&self, agenda: &Agenda, resource: &Resource, shown: &[BookingRow]) -> bool {
        self.place.is_none_or(|place| {
            agenda
                .hours
                .iter()
                .any(|h| h.resource == resource.id && h.location == place)
                || shown.iter().any(|b| b.resource == resource.id)
        })
    }

    /// The services in use.
    pub fn services(&self, agenda: &Agenda) -> Vec<Choice> {
        let used = agenda
            .services
            .iter()
            .filter(|s| s.active || self.service == Some(s.id));
        used.map(|s| (s.id.to_string(), s.name.clone(), self.service == Some(s.id)))
            .collect()
    }

    /// The places in use.
    pub fn places(&self, agenda: &Agenda) -> Vec<Choice> {
        let used = agenda.locations.iter().filter(|l| l.active || self.place == Some(l.id));
        used.map(|l| (l.id.to_string(), l.name.clone(), self.place == Some(l.id)))
            .collect()
    }

    /// The states.
    pub fn states(&self) -> Vec<Choice> {
        let choice = |(code, words): &(&str, &str)| ((*code).to_owned(), (*words).to_owned(), self.state == Some(code));
        STATES.iter().map(choice).collect()
    }
}

fn state_of(status: Status) -> &'static str {
    match status {
        Status::Held | Status::Pending => "to_confirm",
        Status::Confirmed => "expected",
        Status::Arrived => "waiting",
        Status::InProgress => "in",
        Status::Completed => "done",
        Status::NoShow | Status::Cancelled => "missed",
    }
}
