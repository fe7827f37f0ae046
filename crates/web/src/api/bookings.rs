//! Bookings at the desk as JSON.

use aloe_db::agenda::Agenda;
use aloe_db::bookings::{self, BookingError, BookingRow, Clash, DeskBooking};
use aloe_domain::booking::{Channel, Status};
use aloe_domain::ids::{BookingId, LocationId, PatientId, ResourceId, ServiceId};
use aloe_domain::language::Language;
use aloe_domain::permission::Permission;
use aloe_domain::permission::need::Schedule;
use aloe_domain::scheduling::LONGEST_BOOKING;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use uuid::Uuid;

use super::answer::{Answer, Refusal};
use super::body::{Asked, Json, Key};
use crate::calendar::agenda;
use crate::calendar::booking::language_of;
use crate::calendar::form::person;
use crate::failure::Failure;
use crate::form::Form;
use crate::notify;
use crate::session::Staff;

/// Days that one question may span.
const MOST_DAYS: i64 = 62;

/// A booking.
#[derive(serde::Serialize, JsonSchema)]
pub struct Booking {
    id: Uuid,
    /// Eight characters, read aloud at the desk.
    reference: String,
    service: Uuid,
    location: Uuid,
    /// In whose diary.
    resource: Uuid,
    /// Who it is for, once reception has registered or recognised them.
    patient: Option<Uuid>,
    /// `pending`, `confirmed`, `arrived`, `in_progress`, `completed`, `no_show` or `cancelled`.
    status: String,
    /// `web`, `desk`, `phone`, `api` or `walk_in`.
    channel: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    /// The name given.
    name: String,
    /// Whom it is for, when for someone else.
    for_whom: String,
    /// E.164, or blank.
    phone: String,
    language: String,
    note: String,
    overbook_reason: String,
    cancel_reason: String,
    arrived_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    created_at: Timestamp,
    /// Grows with each change; sent back, it makes sure that nobody else's change is overwritten.
    version: i32,
}

impl Booking {
    fn of(b: BookingRow) -> Self {
        Self {
            id: b.id.as_uuid(),
            reference: b.reference,
            service: b.service.as_uuid(),
            location: b.location.as_uuid(),
            resource: b.resource.as_uuid(),
            patient: b.patient.map(PatientId::as_uuid),
            status: b.status.code().to_owned(),
            channel: b.channel.code().to_owned(),
            starts_at: b.starts_at,
            ends_at: b.ends_at,
            name: b.contact_name,
            for_whom: b.for_whom,
            phone: b.contact_phone,
            language: b.language,
            note: b.note,
            overbook_reason: b.overbook_reason,
            cancel_reason: b.cancel_reason,
            arrived_at: b.arrived_at,
            started_at: b.started_at,
            completed_at: b.completed_at,
            created_at: b.created_at,
            version: b.version,
        }
    }
}

/// Several bookings.
#[derive(serde::Serialize, JsonSchema)]
pub struct Bookings {
    bookings: Vec<Booking>,
}

/// Which bookings are asked for.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// From when.
    from: Timestamp,
    /// Until when, at most 62 days later.
    to: Timestamp,
}

fn yes() -> bool {
    true
}

/// How a booking comes in.
#[derive(serde::Deserialize, JsonSchema, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum Way {
    #[default]
    Desk,
    Phone,
    WalkIn,
}

/// A booking to be made.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBooking {
    service: Uuid,
    location: Uuid,
    /// In whose diary.
    resource: Uuid,
    starts_at: Timestamp,
    /// The service's own length when it is left out.
    #[schemars(range(min = 5, max = 720))]
    minutes: Option<i32>,
    /// Who it is for, when they are on file.
    patient: Option<Uuid>,
    /// The name to call.
    #[schemars(length(min = 1, max = 100))]
    name: String,
    /// As people write it; blank when there is none.
    #[serde(default)]
    phone: String,
    #[serde(default)]
    #[schemars(length(max = 600))]
    note: String,
    #[serde(default)]
    channel: Way,
    /// A reason makes an overbooking out of a clash, for those who may.
    #[serde(default)]
    #[schemars(length(max = 180))]
    overbook_reason: String,
    /// Whether the person is told by SMS, where a phone number is known.
    #[serde(default = "yes")]
    tell: bool,
}

/// Where a booking goes.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MoveBooking")]
pub struct Move {
    /// The version that was seen.
    #[schemars(range(min = 1))]
    version: i32,
    resource: Uuid,
    location: Uuid,
    starts_at: Timestamp,
    #[schemars(range(min = 5, max = 720))]
    minutes: i32,
    #[serde(default)]
    #[schemars(length(max = 180))]
    overbook_reason: String,
    /// Whether the person is told by SMS, where a phone number is known.
    #[serde(default = "yes")]
    tell: bool,
}

/// The next state of a booking.
#[derive(serde::Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum NextStatus {
    Confirmed,
    Arrived,
    InProgress,
    Completed,
    NoShow,
    Cancelled,
}

/// A change of state.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// The version that was seen.
    #[schemars(range(min = 1))]
    version: i32,
    status: NextStatus,
    /// Why; needed to cancel.
    #[serde(default)]
    #[schemars(length(max = 200))]
    reason: String,
    /// Whether the person is told by SMS, where a phone number is known.
    #[serde(default = "yes")]
    tell: bool,
}

/// Lists bookings.
pub async fn list(staff: Staff<Schedule>, Asked(between): Asked<Between>) -> Answer<axum::Json<Bookings>> {
    let longest = SignedDuration::from_hours(24 * MOST_DAYS);
    if between.to <= between.from || between.to.duration_since(between.from) > longest {
        return Err(Refusal::field(
            "to",
            "Ask for a stretch of at most 62 days that ends after it begins.",
        ));
    }
    let mut tx = staff.begin().await?;
    let found = bookings::between(&mut tx, between.from, between.to).await?;
    tx.done().await?;
    Ok(axum::Json(Bookings {
        bookings: found.into_iter().map(Booking::of).collect(),
    }))
}

/// Shows one booking.
pub async fn show(staff: Staff<Schedule>, Path((_, id)): Path<(String, String)>) -> Answer<axum::Json<Booking>> {
    let id = id_of(&id)?;
    let mut tx = staff.begin().await?;
    let found = bookings::find(&mut tx, id).await?;
    tx.done().await?;
    Ok(axum::Json(Booking::of(found)))
}

/// Makes a booking.
pub async fn create(
    staff: Staff<Schedule>,
    Key(key): Key,
    Json(body): Json<NewBooking>,
) -> Answer<(StatusCode, axum::Json<Booking>)> {
    let agenda = agenda(&staff).await?;
    let tell = body.tell;
    let language = language_of(&staff, &agenda, body.patient.map(PatientId::from_uuid)).await?;
    let wanted = DeskBooking {
        language,
        ..read(&staff, &agenda, body)?
    };
    may_tell(&staff, tell).await?;
    let mut tx = staff.begin().await?;
    let id = bookings::book_at_desk(&mut tx, &agenda, &wanted, &key)
        .await
        .map_err(|e| refusal(e, &agenda))?;
    let booking = bookings::find(&mut tx, id).await?;
    if tell {
        notify::booked(&mut tx, &staff.app, &agenda, &booking).await?;
    }
    tx.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(Booking::of(booking))))
}

fn read(staff: &Staff<Schedule>, agenda: &Agenda, body: NewBooking) -> Answer<DeskBooking> {
    let mut f = Form::filled([
        ("name", body.name),
        ("phone", body.phone),
        ("note", body.note),
        ("overbook_reason", body.overbook_reason),
    ]);
    let (name, phone) = person(&mut f);
    let note = f.line::<600>("note");
    let reason = reason(staff, &mut f);
    let (service, location) = (ServiceId::from_uuid(body.service), LocationId::from_uuid(body.location));
    let resource = ResourceId::from_uuid(body.resource);
    known(agenda, &mut f, Some(service), location, resource);
    if !within_reason(body.starts_at) {
        f.complain("starts_at", "No diary reaches that far.");
    }
    if body
        .minutes
        .is_some_and(|minutes| !(5..=LONGEST_BOOKING).contains(&minutes))
    {
        f.complain("minutes", "Give 5 to 720 minutes.");
    }
    let (Some(name), true) = (name, f.is_fine()) else {
        return Err(Refusal::of(&f));
    };
    Ok(DeskBooking {
        service,
        location,
        resource,
        starts_at: body.starts_at,
        minutes: body.minutes,
        patient: body.patient.map(PatientId::from_uuid),
        name: name.as_str().to_owned(),
        phone,
        note,
        channel: match body.channel {
            Way::Desk => Channel::Desk,
            Way::Phone => Channel::Phone,
            Way::WalkIn => Channel::WalkIn,
        },
        language: Language::default().code().to_owned(),
        overbook_reason: reason,
        booked_by: staff.member.name.clone(),
    })
}

fn reason(staff: &Staff<Schedule>, f: &mut Form) -> String {
    if staff.may(Permission::Overbook) {
        f.line::<180>("overbook_reason")
    } else {
        String::new()
    }
}

/// Complains about ids that are not this organisation's.
fn known(agenda: &Agenda, f: &mut Form, service: Option<ServiceId>, location: LocationId, resource: ResourceId) {
    if service.is_some_and(|service| agenda.service(service).is_none()) {
        f.complain("service", "There is no such service here.");
    }
    if agenda.location(location).is_none() {
        f.complain("location", "There is no such place here.");
    }
    if agenda.resource(resource).is_none() {
        f.complain("resource", "There is no such diary here.");
    }
}

/// Whether a diary reaches so far: a century either way.
fn within_reason(at: Timestamp) -> bool {
    at.as_second().abs() < 4_102_444_800 * 2 && at.as_second() > -2_208_988_800
}

/// Moves or resizes a booking.
pub async fn move_it(
    staff: Staff<Schedule>,
    Path((_, id)): Path<(String, String)>,
    Json(body): Json<Move>,
) -> Answer<axum::Json<Booking>> {
    let id = id_of(&id)?;
    let agenda = agenda(&staff).await?;
    let mut f = Form::filled([("overbook_reason", body.overbook_reason)]);
    let (location, resource) = (
        LocationId::from_uuid(body.location),
        ResourceId::from_uuid(body.resource),
    );
    known(&agenda, &mut f, None, location, resource);
    if !within_reason(body.starts_at) {
        f.complain("starts_at", "No diary reaches that far.");
    }
    if !(5..=LONGEST_BOOKING).contains(&body.minutes) {
        f.complain("minutes", "Give 5 to 720 minutes.");
    }
    let overbook_reason = reason(&staff, &mut f);
    if !f.is_fine() {
        return Err(Refusal::of(&f));
    }
    let to = bookings::Move {
        version: body.version,
        resource,
        location,
        starts_at: body.starts_at,
        minutes: body.minutes,
        overbook_reason,
    };
    may_tell(&staff, body.tell).await?;
    let mut tx = staff.begin().await?;
    let before = bookings::find(&mut tx, id).await?;
    bookings::move_at_desk(&mut tx, &agenda, id, &to)
        .await
        .map_err(|e| refusal(e, &agenda))?;
    let moved = bookings::find(&mut tx, id).await?;
    if body.tell {
        notify::moved(&mut tx, &staff.app, &agenda, &before, &moved).await?;
    }
    tx.commit().await?;
    Ok(axum::Json(Booking::of(moved)))
}

/// Takes a booking to its next state.
pub async fn set_status(
    staff: Staff<Schedule>,
    Path((_, id)): Path<(String, String)>,
    Json(body): Json<StatusChange>,
) -> Answer<axum::Json<Booking>> {
    let id = id_of(&id)?;
    let status = match body.status {
        NextStatus::Confirmed => Status::Confirmed,
        NextStatus::Arrived => Status::Arrived,
        NextStatus::InProgress => Status::InProgress,
        NextStatus::Completed => Status::Completed,
        NextStatus::NoShow => Status::NoShow,
        NextStatus::Cancelled => Status::Cancelled,
    };
    let mut f = Form::filled([("reason", body.reason)]);
    let reason = f.line::<200>("reason");
    if status == Status::Cancelled && reason.is_empty() {
        f.complain("reason", "Say why it is cancelled.");
    }
    if !f.is_fine() {
        return Err(Refusal::of(&f));
    }
    let agenda = agenda(&staff).await?;
    may_tell(&staff, body.tell && status == Status::Cancelled).await?;
    let mut tx = staff.begin().await?;
    let changed = bookings::set_status(&mut tx, &agenda, id, body.version, status, &reason).await;
    changed.map_err(|e| refusal(e, &agenda))?;
    let booking = bookings::find(&mut tx, id).await?;
    if body.tell && status == Status::Cancelled {
        notify::cancelled(&mut tx, &staff.app.keys, &agenda, &booking).await?;
    }
    tx.commit().await?;
    Ok(axum::Json(Booking::of(booking)))
}

fn id_of(text: &str) -> Result<BookingId, Failure> {
    text.parse().map_err(|_| Failure::Missing)
}

/// A clash in words; everything else as on a page.
fn refusal(error: BookingError, agenda: &Agenda) -> Refusal {
    let zone = agenda.calendar_zone();
    let hour = |at: Timestamp| crate::clock::hour_in(at, &zone);
    match error {
        BookingError::Clash(clashes) if clashes.is_empty() => Refusal::Clash(
            "Nothing was changed. Somebody is booking this time online just now; it is kept for them for five minutes at most.".into(),
        ),
        BookingError::Clash(clashes) => {
            let line = |c: &Clash| format!("{} to {}", hour(c.starts_at), hour(c.ends_at));
            let list: Vec<String> = clashes.iter().map(line).collect();
            Refusal::Clash(format!(
                "Nothing was changed. The diary is taken from {}. Choose another time.",
                list.join(", from ")
            ))
        }
        BookingError::Taken => {
            Refusal::Clash("Nothing was changed. Someone has just taken this time. Choose another.".into())
        }
        other => other.into(),
    }
}

/// A program tells as many people by SMS as a busy desk would: sixty, then one a minute. Beyond that the organisation is warned.
async fn may_tell<N>(staff: &Staff<N>, tell: bool) -> Result<(), Refusal> {
    if !tell || !staff.signed_in.is_program {
        return Ok(());
    }
    let program = staff.member.id.to_string();
    let wait = staff.app.doors.throttle("program sms", &program, 60, 60.0).await?;
    if wait == 0 {
        return Ok(());
    }
    let met = "sixty messages of a program, and one a minute";
    staff
        .app
        .doors
        .alarm_sms(&staff.visit, &staff.member.slug, met, "")
        .await?;
    Err(Refusal::Failure(Failure::TooOften(wait)))
}
