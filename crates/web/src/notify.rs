//! Messages to the person who booked: written with the act that causes them, in their language, with nothing about why
//! they come.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, BookingRow};
use aloe_db::keys::Keys;
use aloe_db::messages::{self, Channel, Message};
use aloe_db::tx::Tx;
use aloe_domain::ids::{BookingId, LocationId};
use aloe_domain::language::Language;
use aloe_vault::{Token, TokenDomain};
use jiff::Timestamp;

use crate::failure::Failure;
use crate::speech::Speech;
use crate::state::Aloe;

/// What a message about a booking is made from.
pub struct About<'a> {
    /// The booking.
    pub id: BookingId,
    /// Its row's version: each change is told once.
    pub version: i32,
    /// The reference as read aloud.
    pub reference: String,
    /// Where.
    pub location: LocationId,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Phone in E.164.
    pub phone: &'a str,
    /// Language code.
    pub language: &'a str,
}

impl<'a> About<'a> {
    fn of(b: &'a BookingRow) -> Self {
        Self {
            id: b.id,
            version: b.version,
            reference: crate::calendar::panel::reference(&b.reference),
            location: b.location,
            starts_at: b.starts_at,
            ends_at: b.ends_at,
            phone: &b.contact_phone,
            language: &b.language,
        }
    }
}

/// Tells that a booking was made, with a link to move or cancel it. Who gave no phone is told nothing, nor who stands there.
///
/// # Errors
/// What the database or the keys answered.
pub async fn booked<N>(tx: &mut Tx<N>, app: &Aloe, agenda: &Agenda, b: &BookingRow) -> Result<(), Failure> {
    if b.contact_phone.is_empty() || b.channel == aloe_domain::booking::Channel::WalkIn {
        return Ok(());
    }
    with_link(tx, app, agenda, &About::of(b), "booked").await
}

/// Tells that a booking was moved, if it starts at another time than before or in another place.
///
/// # Errors
/// What the database or the keys answered.
pub async fn moved<N>(
    tx: &mut Tx<N>,
    app: &Aloe,
    agenda: &Agenda,
    before: &BookingRow,
    after: &BookingRow,
) -> Result<(), Failure> {
    let stays = after.starts_at == before.starts_at && after.location == before.location;
    if stays || after.contact_phone.is_empty() {
        return Ok(());
    }
    with_link(tx, app, agenda, &About::of(after), "moved").await
}

/// Tells that a booking was cancelled.
///
/// # Errors
/// What the database or the keys answered.
pub async fn cancelled<N>(tx: &mut Tx<N>, keys: &Keys, agenda: &Agenda, b: &BookingRow) -> Result<(), Failure> {
    if b.contact_phone.is_empty() {
        return Ok(());
    }
    let speech = Speech::of(Language::from_code(&b.language).unwrap_or_default());
    let when = speech.moment(b.starts_at, &agenda.zone(b.location));
    let text = speech.say(
        "{org}: your booking on {when} is cancelled. Ref {ref}.",
        &[
            ("org", &agenda.profile.name),
            ("when", &when),
            ("ref", &crate::calendar::panel::reference(&b.reference)),
        ],
    );
    send(tx, keys, &About::of(b), "cancelled", &text).await
}

/// Tells about a booking with a fresh link to it; answers the link.
///
/// # Errors
/// What the database or the keys answered.
async fn with_link<N>(
    tx: &mut Tx<N>,
    app: &Aloe,
    agenda: &Agenda,
    about: &About<'_>,
    template: &str,
) -> Result<(), Failure> {
    let token = Token::random()?;
    bookings::add_link(tx, about.id, &token.hash(TokenDomain::MANAGE_LINK), about.ends_at).await?;
    tell(tx, app, agenda, about, template, &link_of(app, agenda, &token)).await
}

/// The address that a booking's link has.
pub fn link_of(app: &Aloe, agenda: &Agenda, token: &Token) -> String {
    format!(
        "{}/b/{}/m/{}",
        app.config.origin,
        agenda.profile.slug,
        token.to_text().expose()
    )
}

/// Tells when and where a booking is, or is now, with the link that opens it.
///
/// # Errors
/// What the database or the keys answered.
pub async fn tell<N>(
    tx: &mut Tx<N>,
    app: &Aloe,
    agenda: &Agenda,
    about: &About<'_>,
    template: &str,
    link: &str,
) -> Result<(), Failure> {
    let speech = Speech::of(Language::from_code(about.language).unwrap_or_default());
    let place = agenda
        .location(about.location)
        .map(|l| l.name.as_str())
        .unwrap_or_default();
    let key = if template == "moved" {
        "{org}: your booking is now {when}, {place}. Ref {ref}. Change or cancel: {link}"
    } else {
        "{org}: you are booked for {when}, {place}. Ref {ref}. Change or cancel: {link}"
    };
    let text = speech.say(
        key,
        &[
            ("org", &agenda.profile.name),
            ("when", &speech.moment(about.starts_at, &agenda.zone(about.location))),
            ("place", place),
            ("ref", &about.reference),
            ("link", link),
        ],
    );
    send(tx, &app.keys, about, template, &text).await
}

async fn send<N>(tx: &mut Tx<N>, keys: &Keys, about: &About<'_>, template: &str, text: &str) -> Result<(), Failure> {
    let message = Message {
        channel: Channel::Sms,
        template,
        language: about.language,
        to: about.phone,
        subject: "",
        body: text,
        booking: Some(about.id),
        dedupe_key: &format!("{template} {} {}", about.id, about.version),
    };
    Ok(messages::queue(tx, keys, &message).await?)
}
