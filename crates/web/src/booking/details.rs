//! Who is coming: name, phone, privacy notice. Then a PIN, unless this browser has proven that phone already.

use aloe_db::agenda::{Notice, notice};
use aloe_db::bookings;
use aloe_domain::name::PersonName;
use aloe_domain::phone::PhoneNumber;
use askama::Template;

use super::front::{Front, Guest};
use super::pin;
use super::trip::{Trip, TripQuery};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::page::{Answer, html, refused};
use crate::query::Query;

#[derive(Template)]
#[template(path = "booking/details.html")]
struct DetailsPage {
    front: Front,
    when: String,
    seconds_left: i64,
    change: String,
    fields: Vec<(&'static str, String)>,
    notice: Option<Notice>,
    /// Who answers for personal information here, and how to reach them.
    officer: Vec<String>,
    f: Form,
}

/// What the person typed, checked.
pub struct Person {
    /// Who books.
    pub name: PersonName,
    /// Whom it is for, when for someone else.
    pub for_whom: Option<PersonName>,
    /// Where the PIN goes.
    pub phone: PhoneNumber,
    /// The accepted notice.
    pub notice_version: Option<i32>,
    /// Makes a repeated form count once.
    pub key: String,
}

impl Person {
    /// What was typed, as hidden fields for the next page.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let other = self
            .for_whom
            .as_ref()
            .map(|n| n.as_str().to_owned())
            .unwrap_or_default();
        vec![
            ("name", self.name.as_str().to_owned()),
            ("for", if other.is_empty() { "me" } else { "other" }.to_owned()),
            ("other", other),
            ("phone", self.phone.national()),
            ("notice", self.notice_version.map(|v| v.to_string()).unwrap_or_default()),
            ("key", self.key.clone()),
        ]
    }
}

async fn read_notice(guest: &Guest) -> Result<Option<Notice>, Failure> {
    let mut tx = guest.visitor.app.doors.public(&guest.visit, &guest.slug).await?;
    let found = notice(&mut tx).await?;
    tx.done().await?;
    Ok(found)
}

async fn page(guest: &Guest, trip: &Trip<'_>, notice: Option<Notice>, mut f: Form) -> Result<DetailsPage, Failure> {
    let mut tx = guest.visitor.app.doors.public(&guest.visit, &guest.slug).await?;
    let hold = bookings::find_hold(&mut tx, &guest.visitor.hash).await?;
    tx.done().await?;
    let left = hold.map_or(0, |h| h.expires_at.as_second() - clock::now().as_second());
    if f.get("key").is_empty() {
        f.set("key", uuid::Uuid::new_v4().to_string());
    }
    let mut change = trip.clone();
    change.start = None;
    let profile = &guest.agenda.profile;
    let officer_phone = PhoneNumber::parse(&profile.officer_phone)
        .map(|phone| phone.national())
        .unwrap_or_default();
    Ok(DetailsPage {
        front: guest.front(3),
        when: trip.when(guest.l, &guest.agenda),
        seconds_left: left.max(0),
        change: guest.link(&format!("/times?{}", change.query())),
        fields: trip.fields(),
        notice,
        officer: [&profile.officer_name, &profile.officer_email, &officer_phone]
            .into_iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect(),
        f,
    })
}

/// The form.
pub async fn show(guest: Guest, Query(query): Query<TripQuery>) -> Answer {
    let trip = query.resolve(&guest.agenda)?;
    trip.start()?;
    let notice = read_notice(&guest).await?;
    let page = page(&guest, &trip, notice, Form::filled([("for", "me".to_owned())])).await?;
    Ok(guest.answer(html(&page)?))
}

/// Reads the person from a form, with complaints in the person's language where we have them.
pub fn person(guest: &Guest, f: &mut Form) -> Option<Person> {
    let l = guest.l;
    let spoken = |e: &dyn std::fmt::Display| l.translated(&e.to_string());
    let phone = f.parse("phone", |text| {
        let phone = PhoneNumber::parse(text).map_err(|e| spoken(&e))?;
        let reachable = phone.can_receive_pin();
        let refusal = l.t("This number cannot receive an SMS. Type a South African cell number.");
        if reachable { Ok(phone) } else { Err(refusal.to_owned()) }
    });
    let read_name = |text: &str| PersonName::parse(text).map_err(|e| spoken(&e));
    let name = f.parse("name", read_name);
    let for_whom = if f.get("for") == "other" {
        f.parse("other", read_name).map(Some)
    } else {
        Some(None)
    };
    let accepted: Option<i32> = f.get("notice").parse().ok();
    if let Some(current) = guest.agenda.notice_version
        && accepted != Some(current)
    {
        f.complain("notice", l.t("Read the privacy notice and tick the box."));
    }
    let key = f.get("key").to_owned();
    let person = Person {
        name: name?,
        for_whom: for_whom?,
        phone: phone?,
        notice_version: accepted,
        key,
    };
    Some(person).filter(|_| f.is_fine())
}

/// Checks the details. A phone that this browser has proven is booked at once; another gets a PIN.
pub async fn submit(guest: Guest, mut f: Form) -> Answer {
    let query = TripQuery::of(&f);
    let trip = query.resolve(&guest.agenda)?;
    trip.start()?;
    let notice = read_notice(&guest).await?;
    let Some(person) = person(&guest, &mut f) else {
        let page = page(&guest, &trip, notice, f).await?;
        return Ok(guest.answer(refused(&page)?));
    };
    pin::book_or_send(&guest, &trip, &person).await
}
