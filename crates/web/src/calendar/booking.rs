//! Making, moving and correcting a booking: by form, and by drag in the calendar.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, BookingError, BookingRow, Clash, DeskBooking, Edit, IdempotencyKey, Move};
use aloe_db::patients;
use aloe_domain::booking::Channel;
use aloe_domain::ids::{BookingId, LocationId, PatientId, ResourceId, ServiceId};
use aloe_domain::name::PersonName;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::{Patients, Schedule};
use aloe_domain::phone::PhoneNumber;
use aloe_domain::scheduling::MinuteOfDay;
use askama::Template;
use axum::extract::Path;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{agenda, day_of, show};
use crate::clock;
use crate::failure::Failure;
use crate::form::Form;
use crate::notify;
use crate::page::{Answer, Shell, conflict, html, refused, see_other, see_other_saying};
use crate::query::Query;
use crate::session::Staff;

/// What a press on an empty place of the calendar, or a patient's page, hands over.
#[derive(serde::Deserialize)]
pub struct Wanted {
    #[serde(default)]
    resource: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    time: String,
    #[serde(default)]
    patient: String,
}

/// A choice in a list.
type Choice = (String, String);

#[derive(Template)]
#[template(path = "calendar/form.html")]
struct BookingForm {
    shell: Shell,
    title: String,
    action: String,
    button: &'static str,
    back: String,
    is_new: bool,
    services: Vec<Choice>,
    resources: Vec<Choice>,
    locations: Vec<Choice>,
    channels: Vec<Choice>,
    clashes: Vec<String>,
    may_overbook: bool,
    f: Form,
}

/// When and where, read from a form.
pub(super) struct Chosen {
    pub(super) service: ServiceId,
    pub(super) resource: ResourceId,
    pub(super) location: LocationId,
    pub(super) starts_at: Timestamp,
    pub(super) minutes: i32,
}

fn form_page(staff: &Staff<Schedule>, agenda: &Agenda, f: Form, editing: Option<&BookingRow>) -> BookingForm {
    let services = agenda.services.iter().filter(|s| s.active);
    let resources = agenda.resources.iter().filter(|r| r.active);
    let date = day_of(f.get("date"), &agenda.calendar_zone());
    let (title, action, button) = match editing {
        None => ("New booking".to_owned(), staff.link("/bookings"), "Book"),
        Some(b) => (
            format!("Change {}", b.person()),
            staff.link(&format!("/bookings/{}", b.id)),
            "Save",
        ),
    };
    BookingForm {
        shell: Shell::new(staff),
        title,
        action,
        button,
        back: staff.link(&format!("/calendar?date={date}")),
        is_new: editing.is_none(),
        services: services
            .map(|s| (s.id.to_string(), format!("{}, {} min", s.name, s.minutes)))
            .collect(),
        resources: resources.map(|r| (r.id.to_string(), r.name.clone())).collect(),
        locations: agenda
            .locations
            .iter()
            .filter(|l| l.active)
            .map(|l| (l.id.to_string(), l.name.clone()))
            .collect(),
        channels: [
            ("desk", "At the desk"),
            ("phone", "By telephone"),
            ("walk_in", "Walked in, is here now"),
        ]
        .map(|(code, words)| (code.to_owned(), words.to_owned()))
        .to_vec(),
        clashes: Vec::new(),
        may_overbook: staff.may(Permission::Overbook),
        f,
    }
}

/// The empty form.
pub async fn new(staff: Staff<Schedule>, Query(wanted): Query<Wanted>) -> Answer {
    let agenda = agenda(&staff).await?;
    let zone = agenda.calendar_zone();
    let resource: Option<ResourceId> = wanted.resource.parse().ok().or(staff.member.resource);
    let resource = resource.or_else(|| agenda.resources.iter().find(|r| r.active).map(|r| r.id));
    let place = place_of(&agenda, resource);
    let service = agenda.services.iter().find(|s| s.active);
    let time = MinuteOfDay::parse(&wanted.time)
        .map(|m| m.to_string())
        .unwrap_or_default();
    let mut f = Form::filled([
        ("date", day_of(&wanted.date, &zone).to_string()),
        ("start", time),
        ("resource", resource.map(|r| r.to_string()).unwrap_or_default()),
        ("location", place.map(|l| l.to_string()).unwrap_or_default()),
        ("service", service.map(|s| s.id.to_string()).unwrap_or_default()),
        ("minutes", String::new()),
        ("channel", "desk".to_owned()),
        ("tell", "1".to_owned()),
        ("key", uuid::Uuid::new_v4().to_string()),
    ]);
    if let Ok(patient) = wanted.patient.parse::<PatientId>() {
        let mut tx = staff.begin_for::<Patients>().await?;
        let record = aloe_db::patients::find(&mut tx, patient).await?;
        tx.done().await?;
        f.set("patient", patient.to_string());
        f.set("name", record.full_name());
        f.set(
            "phone",
            PhoneNumber::parse(&record.phone)
                .map(|p| p.national())
                .unwrap_or_default(),
        );
    }
    html(&form_page(&staff, &agenda, f, None))
}

/// The place where a diary works, for the form's first guess.
pub(super) fn place_of(agenda: &Agenda, resource: Option<ResourceId>) -> Option<LocationId> {
    let works = agenda
        .hours
        .iter()
        .find(|h| Some(h.resource) == resource)
        .map(|h| h.location);
    works.or_else(|| agenda.locations.iter().find(|l| l.active).map(|l| l.id))
}

impl Chosen {
    /// A time that reads like the booking's own is its own: when clocks are put back, an hour comes twice.
    fn unless_where(mut self, before: &BookingRow, agenda: &Agenda) -> Self {
        let wall = |at: jiff::Timestamp| at.to_zoned(agenda.zone(self.location)).datetime();
        if wall(self.starts_at) == wall(before.starts_at) {
            self.starts_at = before.starts_at;
        }
        self
    }
}

/// Reads when and where; complaints stand beside their fields.
pub(super) fn chosen(agenda: &Agenda, f: &mut Form) -> Option<Chosen> {
    let service = f.id::<ServiceId>("service");
    let resource = f.id::<ResourceId>("resource");
    let location = if agenda.locations.len() == 1 {
        agenda.locations.first().map(|l| l.id)
    } else {
        f.id::<LocationId>("location")
    };
    let date = f.parse("date", |text| text.parse::<Date>().map_err(|_| "Choose the date."));
    let start = f.parse("start", MinuteOfDay::parse);
    let usual = service.and_then(|s| agenda.service(s)).map_or(20, |s| s.minutes);
    let minutes = if f.get("minutes").trim().is_empty() {
        Some(usual)
    } else {
        f.number("minutes", 5, 480)
    };
    let (service, resource, location) = (service?, resource?, location?);
    let start = start?;
    let time = jiff::civil::Time::new(
        i8::try_from(start.minutes() / 60 % 24).ok()?,
        i8::try_from(start.minutes() % 60).ok()?,
        0,
        0,
    )
    .ok()?;
    let starts_at = clock::moment(date?, time, &agenda.zone(location));
    if starts_at.is_none() {
        f.complain("start", "The clocks skip this time on that day. Choose another.");
    }
    if agenda.service(service).is_none() || agenda.resource(resource).is_none() || agenda.location(location).is_none() {
        f.complain("service", "Choose one from the list.");
    }
    Some(Chosen {
        service,
        resource,
        location,
        starts_at: starts_at?,
        minutes: minutes?,
    })
    .filter(|_| f.is_fine())
}

/// Name and phone of the person.
pub(crate) fn person(f: &mut Form) -> (Option<PersonName>, String) {
    let name = f.parse("name", PersonName::parse);
    let phone = f
        .parse_optional("phone", PhoneNumber::parse)
        .map(|p| p.e164().to_owned())
        .unwrap_or_default();
    (name, phone)
}

/// Makes the booking.
pub async fn create(staff: Staff<Schedule>, mut f: Form) -> Answer {
    let agenda = agenda(&staff).await?;
    let key = IdempotencyKey::parse(f.get("key")).ok_or(Failure::Malformed)?;
    let chosen = chosen(&agenda, &mut f);
    let (name, phone) = person(&mut f);
    let note = f.line::<600>("note");
    let reason = overbook_reason(&staff, &mut f);
    let channel =
        Channel::from_code(f.get("channel")).filter(|c| matches!(c, Channel::Desk | Channel::Phone | Channel::WalkIn));
    let (Some(at), Some(name), true) = (chosen, name, f.is_fine()) else {
        return refused(&form_page(&staff, &agenda, f, None));
    };
    let wanted = DeskBooking {
        service: at.service,
        location: at.location,
        resource: at.resource,
        starts_at: at.starts_at,
        minutes: Some(at.minutes),
        patient: f.get("patient").parse().ok(),
        name: name.as_str().to_owned(),
        phone,
        note,
        channel: channel.unwrap_or(Channel::Desk),
        language: language_of(&staff, &agenda, f.get("patient").parse().ok()).await?,
        overbook_reason: reason,
        booked_by: staff.member.name.clone(),
    };
    let mut tx = staff.begin().await?;
    let id = match bookings::book_at_desk(&mut tx, &agenda, &wanted, &key).await {
        Ok(id) => id,
        Err(BookingError::Clash(clashes)) => return clash(&staff, &agenda, f, None, &clashes),
        Err(BookingError::Taken) => return clash(&staff, &agenda, f, None, &[]),
        Err(error) => return Err(error.into()),
    };
    let booking = bookings::find(&mut tx, id).await?;
    if f.ticked("tell") {
        notify::booked(&mut tx, &staff.app, &agenda, &booking).await?;
    }
    tx.commit().await?;
    let said = format!(
        "{} is booked for {}.",
        booking.person(),
        clock::short_moment(booking.starts_at, &agenda.zone(booking.location))
    );
    Ok(see_other_saying(
        &staff.app,
        &show::path_to(&staff, &agenda, &booking)?,
        &said,
    ))
}

/// The language that messages about a booking speak: the person's where their file is known, else the organisation's.
pub async fn language_of(
    staff: &Staff<Schedule>,
    agenda: &Agenda,
    patient: Option<PatientId>,
) -> Result<String, Failure> {
    let Some(patient) = patient else {
        return Ok(agenda.profile.language.clone());
    };
    let mut tx = staff.begin_for::<Patients>().await?;
    let language = patients::find(&mut tx, patient).await?.language;
    tx.done().await?;
    Ok(language)
}

/// The reason for an overbooking, from those who may give one.
fn overbook_reason(staff: &Staff<Schedule>, f: &mut Form) -> String {
    if staff.may(Permission::Overbook) {
        f.line::<180>("overbook_reason")
    } else {
        String::new()
    }
}

/// The page again, with what is in the way.
fn clash(staff: &Staff<Schedule>, agenda: &Agenda, f: Form, editing: Option<&BookingRow>, clashes: &[Clash]) -> Answer {
    let zone = agenda.calendar_zone();
    let line = |c: &Clash| {
        format!(
            "{} to {}, {}",
            clock::hour_in(c.starts_at, &zone),
            clock::hour_in(c.ends_at, &zone),
            c.contact_name
        )
    };
    let mut page = form_page(staff, agenda, f, editing);
    page.clashes = clashes.iter().map(line).collect();
    if page.clashes.is_empty() {
        page.clashes
            .push("Somebody takes this time at this moment: online it is kept for five minutes at most.".to_owned());
    }
    conflict(&page)
}

/// The form of an existing booking.
pub async fn edit(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let mut tx = staff.begin().await?;
    let b = bookings::find(&mut tx, id).await?;
    tx.done().await?;
    html(&form_page(&staff, &agenda, on_file(&agenda, &b), Some(&b)))
}

/// What is on file, in the fields of the form.
fn on_file(agenda: &Agenda, b: &BookingRow) -> Form {
    let at = b.starts_at.to_zoned(agenda.zone(b.location));
    Form::filled([
        ("date", at.date().to_string()),
        ("start", clock::hour(&at)),
        (
            "minutes",
            ((b.ends_at.as_second() - b.starts_at.as_second()) / 60).to_string(),
        ),
        ("resource", b.resource.to_string()),
        ("location", b.location.to_string()),
        ("service", b.service.to_string()),
        ("name", b.contact_name.clone()),
        (
            "phone",
            PhoneNumber::parse(&b.contact_phone)
                .map(|p| p.national())
                .unwrap_or_default(),
        ),
        ("note", b.note.clone()),
        ("version", b.version.to_string()),
        ("tell", "1".to_owned()),
    ])
}

/// Fields that two people may change at once, and their labels.
const FIELDS: [(&str, &str); 6] = [
    ("date", "Date"),
    ("start", "Start"),
    ("minutes", "Minutes"),
    ("name", "Name"),
    ("phone", "Phone"),
    ("note", "Note"),
];

/// Saves a changed booking: first where it stands, then what is written on it.
pub async fn save(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>, mut f: Form) -> Answer {
    let id: BookingId = id.parse().map_err(|_| Failure::Missing)?;
    let agenda = agenda(&staff).await?;
    let version = f.number("version", 1, i32::MAX).ok_or(Failure::Malformed)?;
    let mut tx = staff.begin().await?;
    let before = bookings::find(&mut tx, id).await?;
    let chosen = chosen(&agenda, &mut f);
    let (name, phone) = person(&mut f);
    let note = f.line::<600>("note");
    let reason = overbook_reason(&staff, &mut f);
    let (Some(at), Some(name), true) = (chosen, name, f.is_fine()) else {
        tx.done().await?;
        return refused(&form_page(&staff, &agenda, f, Some(&before)));
    };
    let at = at.unless_where(&before, &agenda);
    if before.version != version {
        tx.done().await?;
        f.overtake(&on_file(&agenda, &before), &FIELDS);
        return conflict(&form_page(&staff, &agenda, f, Some(&before)));
    }
    let to = Edit {
        version,
        name: name.as_str().to_owned(),
        phone,
        note,
        service: at.service,
    };
    bookings::edit(&mut tx, id, &to).await?;
    let edited = bookings::find(&mut tx, id).await?;
    let moved = edited.starts_at != at.starts_at
        || edited.resource != at.resource
        || edited.location != at.location
        || (edited.ends_at.as_second() - edited.starts_at.as_second()) / 60 != i64::from(at.minutes);
    if moved {
        let to = Move {
            version: edited.version,
            resource: at.resource,
            location: at.location,
            starts_at: at.starts_at,
            minutes: at.minutes,
            overbook_reason: reason,
        };
        match bookings::move_at_desk(&mut tx, &agenda, id, &to).await {
            Ok(()) => {}
            Err(BookingError::Clash(clashes)) => return clash(&staff, &agenda, f, Some(&before), &clashes),
            Err(BookingError::Taken) => return clash(&staff, &agenda, f, Some(&before), &[]),
            Err(error) => return Err(error.into()),
        }
    }
    let after = bookings::find(&mut tx, id).await?;
    if f.ticked("tell") {
        notify::moved(&mut tx, &staff.app, &agenda, &before, &after).await?;
    }
    tx.commit().await?;
    Ok(see_other(&show::path_to(&staff, &agenda, &after)?))
}
