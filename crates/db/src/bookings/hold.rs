//! Keeping a time for someone while they type.

use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use aloe_domain::scheduling::{Lane, Span};
use aloe_vault::TokenHash;
use jiff::Timestamp;
use tokio_postgres::Row;

use super::BookingError;
use super::offer::offered;
use super::place::occupy_for;
use crate::agenda::Agenda;
use crate::doors::Public;
use crate::statement::sql;
use crate::tx::Tx;

/// Seconds that a time is kept while someone types.
pub const HOLD_SECONDS: f64 = 300.0;

/// A time that is kept for the holder of a token.
#[derive(Clone, Debug)]
pub struct Hold {
    /// For which service; nothing when an earlier version held it.
    pub service: Option<ServiceId>,
    /// In whose diary.
    pub resource: ResourceId,
    /// What the diary gives up, buffers included.
    pub span: Span,
    /// The lane.
    pub lane: Lane,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

impl Hold {
    /// Reads a hold; nothing when the row holds none.
    pub(super) fn from_row(row: &Row) -> Option<Self> {
        let resource: Option<uuid::Uuid> = row.get("resource_id");
        let lane: i16 = resource.map(|_| row.get("lane"))?;
        Some(Self {
            service: row.get::<_, Option<uuid::Uuid>>("service_id").map(ServiceId::from_uuid),
            resource: ResourceId::from_uuid(resource?),
            span: Span::new(row.get("starts_at"), row.get("ends_at"))?,
            lane: Lane::new(u16::try_from(lane).ok()?),
            expires_at: row.get("expires_at"),
        })
    }
}

/// Keeps a time for five minutes for the holder of a token, in place of what that token held before.
///
/// # Errors
/// `Taken` or `NotOffered`.
pub async fn hold(
    tx: &mut Tx<Public>,
    agenda: &Agenda,
    wanted: (ServiceId, LocationId, Option<ResourceId>, Timestamp),
    token: &TokenHash,
    now: Timestamp,
) -> Result<ResourceId, BookingError> {
    let hash = token.as_bytes().as_slice();
    tx.run(sql!("bookings/end_hold"), &[&hash]).await?;
    let offer = offered(tx, agenda, wanted, &[], now).await?;
    occupy_for(tx, &offer.at, hash, HOLD_SECONDS).await?;
    Ok(offer.at.resource)
}

/// The time that a token holds, if it still does.
///
/// # Errors
/// What the database answered.
pub async fn find_hold<N>(tx: &mut Tx<N>, token: &TokenHash) -> Result<Option<Hold>, BookingError> {
    let row = tx.find(sql!("bookings/hold"), &[&token.as_bytes().as_slice()]).await?;
    Ok(row.as_ref().and_then(Hold::from_row))
}

/// Gives a held time back.
///
/// # Errors
/// What the database answered.
pub async fn drop_hold(tx: &mut Tx<Public>, token: &TokenHash) -> Result<(), BookingError> {
    tx.run(sql!("bookings/end_hold"), &[&token.as_bytes().as_slice()])
        .await?;
    Ok(())
}
