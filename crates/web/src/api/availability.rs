//! What can be booked, and when it is free, as the public pages offer it.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use uuid::Uuid;

use super::answer::{Answer, Refusal};
use super::body::Asked;
use crate::booking::front::Guest;
use crate::booking::times::Offer;
use crate::booking::trip::TripQuery;
use crate::clock;

/// Days that one question may span.
const MOST_DAYS: i64 = 31;

/// What an organisation offers.
#[derive(serde::Serialize, JsonSchema)]
pub struct Offered {
    /// The organisation's name.
    organisation: String,
    /// Whether it takes bookings now.
    open: bool,
    /// What can be booked.
    services: Vec<Service>,
}

/// A service.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "OfferedService")]
struct Service {
    id: Uuid,
    name: String,
    minutes: i32,
    places: Vec<Place>,
}

/// A place where a service can be had.
#[derive(serde::Serialize, JsonSchema)]
struct Place {
    id: Uuid,
    name: String,
    address: String,
    /// IANA name of its time zone.
    time_zone: String,
    diaries: Vec<Named>,
}

/// Someone or something with a diary.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "Diary")]
struct Named {
    id: Uuid,
    name: String,
}

/// Which free times are asked for.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The service.
    service: Uuid,
    /// The place; the first that offers the service when it is left out.
    place: Option<Uuid>,
    /// With whom; anyone when it is left out.
    with: Option<Uuid>,
    /// The first day; today when it is left out.
    from: Option<Date>,
    /// How many days, at most 31; seven when it is left out.
    #[schemars(range(min = 1, max = 31))]
    days: Option<i64>,
}

/// Free times.
#[derive(serde::Serialize, JsonSchema)]
pub struct FreeTimes {
    times: Vec<FreeTime>,
}

/// One free time.
#[derive(serde::Serialize, JsonSchema)]
struct FreeTime {
    starts_at: Timestamp,
    ends_at: Timestamp,
    /// In whose diary.
    with: Uuid,
}

/// Lists what can be booked.
pub async fn services(guest: Guest) -> Answer<axum::Json<Offered>> {
    let agenda = &guest.agenda;
    let places = |service: &aloe_db::agenda::Service| -> Vec<Place> {
        let places = agenda.places_for(service.id);
        let diaries = |place| {
            agenda
                .diaries_for(service.id, place)
                .into_iter()
                .filter(|r| r.bookable_online)
        };
        let place = |l: &&aloe_db::agenda::Location| Place {
            id: l.id.as_uuid(),
            name: l.name.clone(),
            address: l.address.clone(),
            time_zone: l.time_zone.clone(),
            diaries: diaries(l.id)
                .map(|r| Named {
                    id: r.id.as_uuid(),
                    name: r.name.clone(),
                })
                .collect(),
        };
        places.iter().map(place).collect()
    };
    let online = agenda.services.iter().filter(|s| s.active && s.online);
    let services = online
        .map(|s| Service {
            id: s.id.as_uuid(),
            name: s.name.clone(),
            minutes: s.minutes,
            places: places(s),
        })
        .collect();
    Ok(axum::Json(Offered {
        organisation: agenda.profile.name.clone(),
        open: agenda.profile.live,
        services,
    }))
}

/// Lists free times.
pub async fn free(guest: Guest, Asked(wanted): Asked<Wanted>) -> Answer<axum::Json<FreeTimes>> {
    let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let query = TripQuery {
        service: wanted.service.to_string(),
        place: text(wanted.place),
        with: text(wanted.with),
        ..TripQuery::default()
    };
    let trip = query.resolve(&guest.agenda)?;
    // The pages fall back to what there is; a program is told that what it asked for is not there.
    if wanted.place.is_some_and(|place| place != trip.place.id.as_uuid()) {
        return Err(Refusal::field("place", "The service is not offered at this place."));
    }
    if wanted.with.is_some() && trip.with.is_none() {
        return Err(Refusal::field("with", "Nobody of this id offers the service there."));
    }
    let days = wanted.days.unwrap_or(7);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Refusal::field("days", "Ask for 1 to 31 days."));
    }
    let now = clock::now();
    let first = wanted
        .from
        .unwrap_or_else(|| now.to_zoned(guest.agenda.zone(trip.place.id)).date());
    let last = first
        .checked_add((days - 1).days())
        .map_err(|_| Refusal::field("from", "No diary reaches that far."))?;
    if first.year() < 1900 || last.year() > 2200 {
        return Err(Refusal::field("from", "No diary reaches that far."));
    }
    let offer = Offer::load(&guest, &trip, (first, last), &[]).await?;
    let times = offer.free(first, last, now);
    let times = times
        .iter()
        .map(|slot| FreeTime {
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            with: slot.resource_id.as_uuid(),
        })
        .collect();
    Ok(axum::Json(FreeTimes { times }))
}
