//! What a person has chosen so far: carried from page to page in the address and in hidden fields, never in the server.

use aloe_db::agenda::{Agenda, Location, Resource, Service};
use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use jiff::Timestamp;

use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::speech::Speech;

/// Service, place, with whom, when.
#[derive(Clone, Debug, serde::Deserialize, Default)]
pub struct TripQuery {
    /// Service id.
    #[serde(default)]
    pub service: String,
    /// Location id.
    #[serde(default)]
    pub place: String,
    /// Resource id, or blank for anyone.
    #[serde(default)]
    pub with: String,
    /// Start, RFC 3339.
    #[serde(default)]
    pub start: String,
    /// A day to look at.
    #[serde(default)]
    pub day: String,
}

/// A trip whose parts exist.
#[derive(Clone, Debug)]
pub struct Trip<'a> {
    /// What.
    pub service: &'a Service,
    /// Where.
    pub place: &'a Location,
    /// With whom; nothing for anyone.
    pub with: Option<&'a Resource>,
    /// When, once chosen.
    pub start: Option<Timestamp>,
}

impl TripQuery {
    /// Reads the fields of a form.
    pub fn of(f: &Form) -> Self {
        let get = |name: &str| f.get(name).to_owned();
        Self {
            service: get("service"),
            place: get("place"),
            with: get("with"),
            start: get("start"),
            day: get("day"),
        }
    }

    /// Looks the parts up. The place falls back to the first that offers the service.
    ///
    /// # Errors
    /// `Missing` for a service that is not offered online, `Refused` while the page is closed.
    pub fn resolve<'a>(&self, agenda: &'a Agenda) -> Result<Trip<'a>, Failure> {
        if !agenda.profile.live {
            return Err(Failure::Refused(
                "Online booking is closed at the moment. Telephone us or come to the desk.".into(),
            ));
        }
        let service: ServiceId = self.service.parse().map_err(|_| Failure::Missing)?;
        let service = agenda
            .service(service)
            .filter(|s| s.active && s.online)
            .ok_or(Failure::Missing)?;
        let places = agenda.places_for(service.id);
        let wanted: Option<LocationId> = self.place.parse().ok();
        let place = places
            .iter()
            .find(|l| Some(l.id) == wanted)
            .or(places.first())
            .copied()
            .ok_or(Failure::Missing)?;
        let with: Option<ResourceId> = self.with.parse().ok();
        let with = agenda
            .diaries_for(service.id, place.id)
            .into_iter()
            .find(|r| r.bookable_online && Some(r.id) == with);
        Ok(Trip {
            service,
            place,
            with,
            start: self.start.parse().ok(),
        })
    }
}

impl Trip<'_> {
    /// The choice as a query, with a start or without.
    pub fn query(&self) -> String {
        let with = self.with.map(|r| r.id.to_string()).unwrap_or_default();
        let start = self.start.map(|s| format!("&start={s}")).unwrap_or_default();
        format!("service={}&place={}&with={with}{start}", self.service.id, self.place.id)
    }

    /// The choice as hidden fields.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let with = self.with.map(|r| r.id.to_string()).unwrap_or_default();
        let start = self.start.map(|s| s.to_string()).unwrap_or_default();
        vec![
            ("service", self.service.id.to_string()),
            ("place", self.place.id.to_string()),
            ("with", with),
            ("start", start),
        ]
    }

    /// `Tue 24 Nov, 09:00`.
    pub fn when(&self, l: Speech, agenda: &Agenda) -> String {
        self.start
            .map(|start| l.moment(start, &agenda.zone(self.place.id)))
            .unwrap_or_default()
    }

    /// The start, or the sentence that it is missing.
    ///
    /// # Errors
    /// `Malformed` without one.
    pub fn start(&self) -> Result<Timestamp, Failure> {
        let horizon = clock::now()
            .checked_add(jiff::SignedDuration::from_hours(24 * 400))
            .unwrap_or(Timestamp::MAX);
        self.start.filter(|start| *start < horizon).ok_or(Failure::Malformed)
    }
}
