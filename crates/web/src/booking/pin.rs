//! Proving the phone by a one-time PIN, and the booking that follows.

use aloe_db::bookings::{self, BookingError, Confirmed, IdempotencyKey, PersonBooking};
use aloe_db::doors::Limit;
use aloe_db::error::DbError;
use aloe_db::messages::{self, Channel, Message};
use aloe_db::proofs::{self, PROOF_SECONDS, Verdict};
use aloe_domain::phone::PhoneNumber;
use aloe_vault::{Pin, Token, TokenDomain, TokenHash};
use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use uuid::Uuid;

use super::details::{Person, person};
use super::front::{Front, Guest};
use super::times::lost;
use super::trip::{Trip, TripQuery};
use crate::clock;
use crate::cookies::{Cookie, add};
use crate::failure::Failure;
use crate::form::Form;
use crate::notify::{self, About};
use crate::page::{Answer, html, see_other};

/// Seconds between two PINs to one phone.
const PAUSE: u64 = 60;

#[derive(Template)]
#[template(path = "booking/pin.html")]
struct PinPage {
    front: Front,
    when: String,
    phone: String,
    proof: String,
    fields: Vec<(&'static str, String)>,
    error: Option<String>,
    locked: bool,
    pause: u64,
}

/// Sends a PIN and asks for it.
///
/// # Errors
/// `TooOften` beyond the limits for the number, the source or the organisation.
pub async fn send(guest: &Guest, trip: &Trip<'_>, person: &Person) -> Answer {
    admit(guest, &person.phone).await?;
    let app = &guest.visitor.app;
    let proof = Uuid::now_v7();
    let pin = Pin::random()?;
    let mut tx = app.doors.public(&guest.visit, &guest.slug).await?;
    proofs::begin(
        &mut tx,
        proof,
        &person.phone,
        &app.pins.pin_mac(proof, person.phone.e164(), &pin),
    )
    .await?;
    let text = guest.l.say(
        "{org}: your code is {pin}. It works for 5 minutes. Give it to nobody.",
        &[("org", &guest.agenda.profile.name), ("pin", pin.to_text().expose())],
    );
    let message = Message {
        channel: Channel::Sms,
        template: "pin",
        language: guest.l.code(),
        to: person.phone.e164(),
        subject: "",
        body: &text,
        booking: None,
        dedupe_key: &format!("pin {proof}"),
    };
    messages::queue(&mut tx, &app.keys, &message).await?;
    tx.commit().await?;
    ask(guest, trip, person, proof, None, false)
}

/// The limits of a code, each with what stands in the alert when it is met, blank where that is no news. Those of money hold by the
/// hour: half at once, half over the hour.
fn limits(guest: &Guest, phone: &PhoneNumber) -> [(Limit, &'static str); 7] {
    let limit = |act, key: &str, burst, period| Limit {
        act,
        key: key.to_owned(),
        burst,
        period,
    };
    let hourly = |act, key: &str, most: u32| {
        let most = most.max(2);
        let burst = i32::try_from(most / 2).unwrap_or(i32::MAX);
        limit(act, key, burst, 7_200.0 / f64::from(most))
    };
    let all = guest.visitor.app.config.sms_per_hour;
    [
        (limit("pin source", &guest.visit.network(), 10, 6.0 * 60.0), ""),
        (limit("pin pause", phone.e164(), 1, PAUSE as f64), ""),
        (limit("pin number", phone.e164(), 3, 5.0 * 60.0), ""),
        (limit("pin number day", phone.e164(), 6, 4.0 * 3600.0), ""),
        (
            hourly("pin range", phone.range(), 20),
            "twenty an hour for neighbouring numbers",
        ),
        (
            hourly("pin organisation", &guest.slug, 200),
            "two hundred an hour for the booking page",
        ),
        (
            hourly("pin installation", "", all),
            "that of all booking pages of this installation",
        ),
    ]
}

/// Counts a PIN about to be sent: a pause between two, and a few a day for one number; more for a source, a range of numbers, an
/// organisation, and all of them. A code that is refused by one counts for none: nobody uses up what is another's. Whoever pumps SMS
/// through this page is made known.
async fn admit(guest: &Guest, phone: &PhoneNumber) -> Result<(), Failure> {
    let doors = &guest.visitor.app.doors;
    let (limits, alarms): (Vec<Limit>, Vec<&str>) = limits(guest, phone).into_iter().unzip();
    let (wait, met) = doors.throttle_all(&limits).await?;
    if wait == 0 {
        return Ok(());
    }
    let alarm = met.and_then(|at| alarms.get(at)).copied().unwrap_or_default();
    if !alarm.is_empty() {
        doors.alarm_sms(&guest.visit, &guest.slug, alarm, phone.range()).await?;
    }
    Err(Failure::TooOften(wait))
}

fn ask(guest: &Guest, trip: &Trip<'_>, person: &Person, proof: Uuid, error: Option<String>, locked: bool) -> Answer {
    // A version-7 id tells when it was made, so the pause goes on counting through wrong codes.
    let sent = proof.get_timestamp().map_or(0, |at| at.to_unix().0);
    let passed = u64::try_from(clock::now().as_second())
        .unwrap_or(0)
        .saturating_sub(sent);
    ask_after(guest, trip, person, proof, error, locked, PAUSE.saturating_sub(passed))
}

/// The page of a code, with the seconds until another can be asked for.
fn ask_after(
    guest: &Guest,
    trip: &Trip<'_>,
    person: &Person,
    proof: Uuid,
    error: Option<String>,
    locked: bool,
    pause: u64,
) -> Answer {
    let mut fields = trip.fields();
    fields.extend(person.fields());
    let failed = error.is_some();
    let page = PinPage {
        front: guest.front(4),
        when: trip.when(guest.l, &guest.agenda),
        phone: person.phone.masked(),
        proof: proof.to_string(),
        fields,
        error,
        locked,
        pause,
    };
    let mut response = html(&page)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(guest.answer(response))
}

/// Who books, as on the page before: every step asks for all of it, the privacy notice in force included.
fn typed(guest: &Guest, f: &mut Form) -> Result<Person, Failure> {
    person(guest, f).ok_or_else(|| match f.error("notice") {
        Some(sentence) => Failure::Refused(sentence.to_owned()),
        None => Failure::Malformed,
    })
}

/// Checks the PIN and books.
pub async fn prove(guest: Guest, mut f: Form) -> Answer {
    let query = TripQuery::of(&f);
    let trip = query.resolve(&guest.agenda)?;
    let person = typed(&guest, &mut f)?;
    let proof: Uuid = f.get("proof").parse().map_err(|_| Failure::Malformed)?;
    if let Some(known) = guest.proof
        && let Some(booked) = book_if_proven(&guest, &trip, &person, &known, None).await?
    {
        // Sent twice: the first answer proved the phone, and the booking's key makes the second the same booking.
        return Ok(booked);
    }
    let app = &guest.visitor.app;
    let token = Token::random()?;
    let hash = token.hash(TokenDomain::SESSION);
    let mut tx = app.doors.public(&guest.visit, &guest.slug).await?;
    let same_phone = proofs::phone_of(&mut tx, proof)
        .await?
        .is_none_or(|phone| phone == person.phone);
    let verdict = proofs::guess(&mut tx, &app.pins, proof, f.get("pin"), &hash).await?;
    tx.commit().await?;
    let l = guest.l;
    let again = |error: String, locked: bool| ask(&guest, &trip, &person, proof, Some(error), locked);
    match verdict {
        Verdict::Proven if same_phone => {
            let booked = book_if_proven(&guest, &trip, &person, &hash, Some(&token)).await?;
            booked.ok_or(Failure::Malformed)
        }
        Verdict::Proven => Err(Failure::Malformed),
        Verdict::Wrong(left) => again(
            l.say("That code is not right. {n} tries left.", &[("n", &left.to_string())]),
            false,
        ),
        Verdict::Spent => again(l.t("Too many wrong codes. Ask for a new one.").to_owned(), true),
        Verdict::Expired => again(l.t("This code is over. Ask for a new one.").to_owned(), true),
    }
}

/// Sends another PIN.
pub async fn again(guest: Guest, mut f: Form) -> Answer {
    let query = TripQuery::of(&f);
    let trip = query.resolve(&guest.agenda)?;
    let person = typed(&guest, &mut f)?;
    match (send(&guest, &trip, &person).await, f.get("proof").parse()) {
        (Err(Failure::TooOften(wait)), Ok(proof)) => wait_here(&guest, &trip, &person, proof, wait),
        (sent, _) => sent,
    }
}

/// The page of the code that was sent last, with how long another has to wait: nothing is lost by having asked too soon.
fn wait_here(guest: &Guest, trip: &Trip<'_>, person: &Person, proof: Uuid, wait: u64) -> Answer {
    let minutes = wait.div_ceil(60).to_string();
    let sentence = guest.l.say(
        "A new code can be sent in {n} min. The last one works until its 5 minutes are over.",
        &[("n", &minutes)],
    );
    let mut response = ask_after(guest, trip, person, proof, Some(sentence), false, wait)?;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
    Ok(response)
}

/// Books for a phone that this browser has proven: from the page of someone whose time was taken.
pub async fn confirm(guest: Guest, mut f: Form) -> Answer {
    let query = TripQuery::of(&f);
    let trip = query.resolve(&guest.agenda)?;
    let person = typed(&guest, &mut f)?;
    book_or_send(&guest, &trip, &person).await
}

/// Books when this browser has proven the phone; sends a PIN when it has not.
///
/// # Errors
/// As `send` and `book_if_proven`.
pub async fn book_or_send(guest: &Guest, trip: &Trip<'_>, person: &Person) -> Answer {
    if let Some(proof) = guest.proof
        && let Some(booked) = book_if_proven(guest, trip, person, &proof, None).await?
    {
        return Ok(booked);
    }
    send(guest, trip, person).await
}

/// Books, sends the confirmation, and leads to the booking's own page; nothing when the proof is not this phone's, or over.
///
/// # Errors
/// What the database answered.
pub async fn book_if_proven(
    guest: &Guest,
    trip: &Trip<'_>,
    who: &Person,
    proof: &TokenHash,
    fresh: Option<&Token>,
) -> Result<Option<Response>, Failure> {
    let app = &guest.visitor.app;
    let key = IdempotencyKey::parse(&who.key).ok_or(Failure::Malformed)?;
    let wanted = wanted(guest, trip, who)?;
    let (mut tx, phone) = match app.doors.person(&guest.visit, &guest.slug, proof).await {
        Ok(entered) => entered,
        Err(DbError::NotEntered) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if phone != who.phone {
        tx.done().await?;
        return Ok(None);
    }
    let token = Token::random()?;
    let hash = token.hash(TokenDomain::MANAGE_LINK);
    let booked = bookings::book_with_proof(&mut tx, &guest.agenda, &phone, &wanted, &key, &hash, clock::now()).await;
    let booking = match booked {
        Ok(booking) => booking,
        Err(BookingError::Taken | BookingError::NotOffered) => {
            tx.roll_back().await?;
            let response = lost(guest, trip, &guest.link("/confirm"), with_fresh_key(who), None).await?;
            return Ok(Some(remember_proof(guest, fresh, response)));
        }
        Err(error) => return Err(error.into()),
    };
    let link = notify::link_of(app, &guest.agenda, &token);
    notify::tell(&mut tx, app, &guest.agenda, &about(&booking), "booked", &link).await?;
    tx.commit().await?;
    let path = link.strip_prefix(&app.config.origin).unwrap_or(&link);
    let response = guest.answer(see_other(&format!("{path}?booked=1")));
    Ok(Some(remember_proof(guest, fresh, response)))
}

fn wanted(guest: &Guest, trip: &Trip<'_>, who: &Person) -> Result<PersonBooking, Failure> {
    Ok(PersonBooking {
        service: trip.service.id,
        location: trip.place.id,
        resource: trip.with.map(|r| r.id),
        starts_at: trip.start()?,
        name: who.name.clone(),
        for_whom: who.for_whom.clone(),
        language: guest.l.language(),
        notice_version: who.notice_version,
        hold: Some(guest.visitor.hash),
    })
}

fn about(booking: &Confirmed) -> About<'_> {
    About {
        id: booking.id,
        version: 1,
        reference: booking.reference.to_string(),
        location: booking.location,
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        phone: &booking.phone,
        language: &booking.language,
    }
}

/// Another time is another act: its form gets a key of its own.
fn with_fresh_key(who: &Person) -> Vec<(&'static str, String)> {
    let mut fields: Vec<_> = who.fields().into_iter().filter(|(name, _)| *name != "key").collect();
    fields.push(("key", Uuid::new_v4().to_string()));
    fields
}

fn remember_proof(guest: &Guest, fresh: Option<&Token>, mut response: Response) -> Response {
    if let Some(token) = fresh {
        let text = token.to_text();
        let cookie = Cookie::Proof.set(&guest.visitor.app.config, text.expose(), PROOF_SECONDS as u32);
        add(response.headers_mut(), cookie);
    }
    response
}
