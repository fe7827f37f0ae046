//! A patient's bookings, for the desk.

use aloe_domain::ids::{BookingId, PatientId};
use aloe_domain::permission::need::Patients;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::PatientError;
use crate::statement::sql;
use crate::tx::Tx;

/// One booking of a patient.
#[derive(Clone, Debug)]
pub struct PastBooking {
    /// The booking.
    pub id: BookingId,
    /// Its reference, eight characters.
    pub reference: String,
    /// Start.
    pub starts_at: Timestamp,
    /// Status code.
    pub status: String,
    /// What.
    pub service: String,
    /// With whom.
    pub resource: String,
    /// Zone of the place.
    pub time_zone: String,
}

impl PastBooking {
    /// The zone of the place.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}

/// A patient's bookings, newest first, forty at most.
///
/// # Errors
/// What the database answered.
pub async fn bookings_of(tx: &mut Tx<Patients>, patient: PatientId) -> Result<Vec<PastBooking>, PatientError> {
    let rows = tx.rows(sql!("patients/bookings"), &[&patient.as_uuid()]).await?;
    Ok(rows
        .iter()
        .map(|row| PastBooking {
            id: BookingId::from_uuid(row.get("booking_id")),
            reference: row.get("reference"),
            starts_at: row.get("starts_at"),
            status: row.get("status"),
            service: row.get("service"),
            resource: row.get("resource"),
            time_zone: row.get("time_zone"),
        })
        .collect())
}
