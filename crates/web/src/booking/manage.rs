//! A booking by its link: see it, move it, cancel it. Opening the link changes nothing; each change is a form with its own
//! button. It shows a first name, a reference and a time, and while the booking stands, what for, with whom and where.

use aloe_db::bookings::{self, BookingError, Confirmed};
use aloe_db::error::DbError;
use aloe_domain::booking::Status;
use aloe_vault::{Token, TokenDomain, TokenHash};
use askama::Template;
use axum::extract::Path;
use uuid::Uuid;

use super::front::{Front, Guest};
use super::times::{self, Moving};
use super::trip::{Trip, TripQuery};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::notify::{self, About};
use crate::page::{Answer, html, see_other};
use crate::query::Query;

/// Marks the visit right after booking.
#[derive(serde::Deserialize)]
pub struct Arriving {
    #[serde(default)]
    booked: String,
    #[serde(default)]
    moved: String,
}

#[derive(Template)]
#[template(path = "booking/manage.html")]
struct ManagePage {
    front: Front,
    token: String,
    booked: bool,
    moved: bool,
    cancelled: bool,
    open: bool,
    when: String,
    what: String,
    reference: String,
    first_name: String,
    place: String,
    directions: String,
    bring: String,
}

#[derive(Template)]
#[template(path = "booking/cancel.html")]
struct CancelPage {
    front: Front,
    token: String,
    when: String,
    what: String,
}

#[derive(Template)]
#[template(path = "booking/move.html")]
struct MovePage {
    front: Front,
    token: String,
    when: String,
    what: String,
    fields: Vec<(&'static str, String)>,
    to: String,
    to_what: String,
    others: String,
}

fn hash_of(token: &str) -> Result<TokenHash, Failure> {
    Token::parse(token)
        .map(|t| t.hash(TokenDomain::MANAGE_LINK))
        .map_err(|_| over())
}

fn over() -> Failure {
    Failure::Refused("This link does not open a booking any more. Links end a day after the booking.".into())
}

fn opened(error: DbError) -> Failure {
    if matches!(error, DbError::NotEntered) {
        over()
    } else {
        error.into()
    }
}

async fn booking_of(guest: &Guest, token: &TokenHash) -> Result<Confirmed, Failure> {
    Ok(booking_and_place(guest, token).await?.0)
}

/// The booking of a link, and what of the diaries it takes.
async fn booking_and_place(guest: &Guest, token: &TokenHash) -> Result<(Confirmed, Vec<Uuid>), Failure> {
    let doors = &guest.visitor.app.doors;
    let (mut tx, id) = doors.link(&guest.visit, &guest.slug, token).await.map_err(opened)?;
    let booking = bookings::of_link(&mut tx, id).await?;
    let own = bookings::occupied_by(&mut tx, id).await?;
    tx.done().await?;
    Ok((booking, own))
}

fn is_open(b: &Confirmed) -> bool {
    matches!(b.status, Status::Pending | Status::Confirmed) && b.starts_at > clock::now()
}

fn words(guest: &Guest, b: &Confirmed) -> (String, String) {
    let agenda = &guest.agenda;
    let service = agenda.service(b.service).map(|s| s.name.as_str()).unwrap_or_default();
    let with = agenda.resource(b.resource).map(|r| r.name.as_str()).unwrap_or_default();
    let when = guest.l.moment(b.starts_at, &agenda.zone(b.location));
    (when, service_with(guest, service, with))
}

fn service_with(guest: &Guest, service: &str, with: &str) -> String {
    let words = [("service", service), ("with", with)];
    guest.l.say("{service} with {with}", &words)
}

/// Shows the booking.
pub async fn show(guest: Guest, Path((_, token)): Path<(String, String)>, Query(arriving): Query<Arriving>) -> Answer {
    let b = booking_of(&guest, &hash_of(&token)?).await?;
    let (when, what) = words(&guest, &b);
    let place = guest.agenda.location(b.location);
    let page = ManagePage {
        front: guest.front(0),
        token,
        booked: !arriving.booked.is_empty(),
        moved: !arriving.moved.is_empty(),
        cancelled: b.status == Status::Cancelled,
        open: is_open(&b),
        when,
        what,
        reference: b.reference.to_string(),
        first_name: b.first_name.clone(),
        place: place
            .map(|p| {
                [p.name.as_str(), p.address.as_str()]
                    .join(", ")
                    .trim_end_matches(", ")
                    .to_owned()
            })
            .unwrap_or_default(),
        directions: place.map(|p| p.directions.clone()).unwrap_or_default(),
        bring: guest
            .agenda
            .service(b.service)
            .map(|s| s.bring.clone())
            .unwrap_or_default(),
    };
    Ok(guest.answer(html(&page)?))
}

/// The booking as an entry for a calendar program.
pub async fn calendar_entry(guest: Guest, Path((_, token)): Path<(String, String)>) -> Answer {
    let b = booking_of(&guest, &hash_of(&token)?).await?;
    let link = format!(
        "{}{}",
        guest.visitor.app.config.origin,
        guest.link(&format!("/m/{token}"))
    );
    Ok(guest.answer(super::ics::entry(&guest, &b, &link)))
}

/// Shows the times to move to.
pub async fn choose(guest: Guest, Path((_, token)): Path<(String, String)>, Query(query): Query<TripQuery>) -> Answer {
    let hash = hash_of(&token)?;
    let (b, own) = booking_and_place(&guest, &hash).await?;
    if !is_open(&b) {
        return Err(over());
    }
    let query = TripQuery {
        service: b.service.to_string(),
        place: if query.place.is_empty() {
            b.location.to_string()
        } else {
            query.place
        },
        ..query
    };
    let trip = query.resolve(&guest.agenda)?;
    let (when, _) = words(&guest, &b);
    let moving = Moving {
        token: &token,
        own: &own,
        at: (b.starts_at, b.resource),
        when: &when,
    };
    let answer = times::show_to_move(&guest, &trip, &query.day, moving).await?;
    Ok(guest.answer(answer))
}

/// Asks before moving: the old time is given away, and a thumb slips.
fn ask_to_move(guest: &Guest, b: &Confirmed, trip: &Trip<'_>, token: String) -> Answer {
    let (when, what) = words(guest, b);
    let service = trip.service.name.as_str();
    let to_what = trip
        .with
        .map_or_else(|| service.to_owned(), |r| service_with(guest, service, &r.name));
    let mut others = trip.clone();
    others.start = None;
    let page = MovePage {
        front: guest.front(0),
        when,
        what,
        fields: trip.fields(),
        to: trip.when(guest.l, &guest.agenda),
        to_what,
        others: guest.link(&format!("/m/{token}/move?{}", others.query())),
        token,
    };
    Ok(guest.answer(html(&page)?))
}

/// Moves the booking, once the person has said that they are sure.
pub async fn move_it(guest: Guest, Path((_, token)): Path<(String, String)>, mut f: Form) -> Answer {
    let hash = hash_of(&token)?;
    let app = &guest.visitor.app;
    let (mut tx, id) = app.doors.link(&guest.visit, &guest.slug, &hash).await.map_err(opened)?;
    let b = bookings::of_link(&mut tx, id).await?;
    if !is_open(&b) {
        return Err(over());
    }
    f.set("service", b.service.to_string());
    let query = TripQuery::of(&f);
    let trip = query.resolve(&guest.agenda)?;
    let to = (trip.place.id, trip.with.map(|r| r.id), trip.start()?);
    let stays = to.2 == b.starts_at && to.0 == b.location && to.1.is_none_or(|with| with == b.resource);
    if stays {
        tx.done().await?;
        return Ok(guest.answer(see_other(&guest.link(&format!("/m/{token}")))));
    }
    if f.get("sure").is_empty() {
        tx.done().await?;
        return ask_to_move(&guest, &b, &trip, token);
    }
    match bookings::move_by_link(&mut tx, &guest.agenda, &b, to, clock::now()).await {
        Ok(()) => {}
        Err(BookingError::Taken | BookingError::NotOffered) => {
            tx.roll_back().await?;
            let (_, own) = booking_and_place(&guest, &hash).await?;
            let action = guest.link(&format!("/m/{token}/move"));
            let (when, _) = words(&guest, &b);
            let moving = Moving {
                token: &token,
                own: &own,
                at: (b.starts_at, b.resource),
                when: &when,
            };
            return times::lost(&guest, &trip, &action, Vec::new(), Some(moving)).await;
        }
        Err(error) => return Err(error.into()),
    }
    let after = bookings::of_link(&mut tx, id).await?;
    let about = About {
        id,
        version: i32::try_from(after.starts_at.as_second() % 1_000_000_000).unwrap_or(0),
        reference: after.reference.to_string(),
        location: after.location,
        starts_at: after.starts_at,
        ends_at: after.ends_at,
        phone: &after.phone,
        language: &after.language,
    };
    // The link stays the same.
    let link = format!("{}{}", app.config.origin, guest.link(&format!("/m/{token}")));
    notify::tell(&mut tx, app, &guest.agenda, &about, "moved", &link).await?;
    tx.commit().await?;
    Ok(guest.answer(see_other(&guest.link(&format!("/m/{token}?moved=1")))))
}

/// Asks before cancelling.
pub async fn ask_to_cancel(guest: Guest, Path((_, token)): Path<(String, String)>) -> Answer {
    let b = booking_of(&guest, &hash_of(&token)?).await?;
    if !is_open(&b) {
        return Err(over());
    }
    let (when, what) = words(&guest, &b);
    let page = CancelPage {
        front: guest.front(0),
        token,
        when,
        what,
    };
    Ok(guest.answer(html(&page)?))
}

/// Cancels the booking. It is not reopened: whoever wants to come after all books again.
pub async fn cancel(guest: Guest, Path((_, token)): Path<(String, String)>, f: Form) -> Answer {
    let hash = hash_of(&token)?;
    let reason = match f.get("reason") {
        "time" => "by the person: the time does not suit",
        "travel" => "by the person: cannot get there",
        "done" => "by the person: no longer needed",
        _ => "by the person",
    };
    let (mut tx, id) = guest
        .visitor
        .app
        .doors
        .link(&guest.visit, &guest.slug, &hash)
        .await
        .map_err(opened)?;
    bookings::cancel_by_link(&mut tx, id, reason).await?;
    tx.commit().await?;
    Ok(guest.answer(see_other(&guest.link(&format!("/m/{token}")))))
}
