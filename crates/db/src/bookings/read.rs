//! Reading bookings for the calendar, the day list and the side panel.

use aloe_domain::booking::{Channel, Status};
use aloe_domain::ids::{BookingId, LocationId, PatientId, ResourceId, ServiceId};
use aloe_domain::permission::need::Schedule;
use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::BookingError;
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;

/// A booking as the staff sees it.
#[derive(Clone, Debug)]
pub struct BookingRow {
    /// The booking.
    pub id: BookingId,
    /// Its reference, eight characters.
    pub reference: String,
    /// What.
    pub service: ServiceId,
    /// Where.
    pub location: LocationId,
    /// In whose diary.
    pub resource: ResourceId,
    /// The patient, once reception has registered or recognised them.
    pub patient: Option<PatientId>,
    /// State.
    pub status: Status,
    /// How it came in.
    pub channel: Channel,
    /// Start.
    pub starts_at: Timestamp,
    /// End, without buffers.
    pub ends_at: Timestamp,
    /// The name given.
    pub contact_name: String,
    /// The phone given, E.164 or blank.
    pub contact_phone: String,
    /// Whom it is for, when for someone else.
    pub for_whom: String,
    /// Language code.
    pub language: String,
    /// Note for reception.
    pub note: String,
    /// Why it was overbooked, or blank.
    pub overbook_reason: String,
    /// Why it was cancelled, or blank.
    pub cancel_reason: String,
    /// The privacy notice shown when it was booked online.
    pub notice_version: Option<i32>,
    /// When they arrived.
    pub arrived_at: Option<Timestamp>,
    /// When the consultation began.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub completed_at: Option<Timestamp>,
    /// Who booked it, in words.
    pub booked_by: String,
    /// When it was booked.
    pub created_at: Timestamp,
    /// Row version.
    pub version: i32,
    /// The lane it takes.
    pub lane: i16,
}

impl BookingRow {
    fn from_row(row: &Row) -> Self {
        Self {
            id: BookingId::from_uuid(row.get("booking_id")),
            reference: row.get("reference"),
            service: ServiceId::from_uuid(row.get("service_id")),
            location: LocationId::from_uuid(row.get("location_id")),
            resource: ResourceId::from_uuid(row.get("resource_id")),
            patient: row.get::<_, Option<Uuid>>("patient_id").map(PatientId::from_uuid),
            // The database admits known codes only.
            status: Status::from_code(row.get("status")).unwrap_or(Status::Confirmed),
            channel: Channel::from_code(row.get("channel")).unwrap_or(Channel::Desk),
            starts_at: row.get("starts_at"),
            ends_at: row.get("ends_at"),
            contact_name: row.get("contact_name"),
            contact_phone: row.get("contact_phone"),
            for_whom: row.get("for_whom"),
            language: row.get("language"),
            note: row.get("note"),
            overbook_reason: row.get("overbook_reason"),
            cancel_reason: row.get("cancel_reason"),
            notice_version: row.get("notice_version"),
            arrived_at: row.get("arrived_at"),
            started_at: row.get("started_at"),
            completed_at: row.get("completed_at"),
            booked_by: row.get("booked_by"),
            created_at: row.get("created_at"),
            version: row.get("version"),
            lane: row.get("lane"),
        }
    }

    /// The person to call: whom it is for, else who booked.
    pub fn person(&self) -> &str {
        if self.for_whom.is_empty() {
            &self.contact_name
        } else {
            &self.for_whom
        }
    }
}

/// What is in the way: another booking, or a closure.
#[derive(Clone, Debug)]
pub struct Clash {
    /// Its start.
    pub starts_at: Timestamp,
    /// Its end.
    pub ends_at: Timestamp,
    /// Whose booking, or why it is closed.
    pub what: String,
}

/// What became of a message about a booking.
#[derive(Clone, Debug)]
pub struct MessageState {
    /// `sms` or `email`.
    pub channel: String,
    /// Which message.
    pub template: String,
    /// `queued`, `shown`, `sent`, `failed` or `suppressed`.
    pub state: String,
    /// Why, if it is not simply sent.
    pub reason: String,
    /// When it was settled, else when it was made.
    pub at: Timestamp,
}

/// The bookings that start in a stretch of time, cancelled ones left out.
///
/// # Errors
/// What the database answered.
pub async fn between(tx: &mut Tx<Schedule>, from: Timestamp, to: Timestamp) -> Result<Vec<BookingRow>, DbError> {
    Ok(tx
        .rows(sql!("bookings/between"), &[&from, &to])
        .await?
        .iter()
        .map(BookingRow::from_row)
        .collect())
}

/// One booking.
///
/// # Errors
/// `Missing` when it is not in this member's calendar.
pub async fn find(tx: &mut Tx<Schedule>, id: BookingId) -> Result<BookingRow, BookingError> {
    let row = tx.find(sql!("bookings/get"), &[&id.as_uuid()]).await?;
    row.as_ref().map(BookingRow::from_row).ok_or(BookingError::Missing)
}

/// What was sent about a booking, and what became of it.
///
/// # Errors
/// What the database answered.
pub async fn messages_of(tx: &mut Tx<Schedule>, id: BookingId) -> Result<Vec<MessageState>, DbError> {
    let rows = tx.rows(sql!("messages/of_booking"), &[&id.as_uuid()]).await?;
    Ok(rows
        .iter()
        .map(|row| MessageState {
            channel: row.get("channel"),
            template: row.get("template"),
            state: row.get("state"),
            reason: row.get("state_reason"),
            at: row
                .get::<_, Option<Timestamp>>("settled_at")
                .unwrap_or_else(|| row.get("created_at")),
        })
        .collect())
}

/// How many bookings of a diary are still to come.
///
/// # Errors
/// What the database answered.
pub async fn to_come(tx: &mut Tx<Schedule>, resource: ResourceId) -> Result<i64, DbError> {
    Ok(tx
        .get(sql!("bookings/to_come"), &[&resource.as_uuid()])
        .await?
        .get("bookings"))
}

/// The bookings in the way of a stretch of one diary.
pub(super) async fn clashes<N>(
    tx: &mut Tx<N>,
    resource: ResourceId,
    from: Timestamp,
    to: Timestamp,
    except: Option<BookingId>,
) -> Result<Vec<Clash>, DbError> {
    let except = except.map(BookingId::as_uuid);
    let rows = tx
        .rows(sql!("bookings/clashes"), &[&resource.as_uuid(), &from, &to, &except])
        .await?;
    Ok(rows
        .iter()
        .map(|row| Clash {
            starts_at: row.get("starts_at"),
            ends_at: row.get("ends_at"),
            what: row.get("contact_name"),
        })
        .collect())
}
