//! Time that the desk blocks in one diary on one day: a meeting, a call-out, a machine that is down.

use aloe_domain::ids::{LocationId, ResourceId};
use aloe_domain::permission::need::Schedule;
use aloe_domain::scheduling::{Period, Span};
use jiff::civil::Date;
use uuid::Uuid;

use super::place::note_change;
use super::read::{Clash, clashes};
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::{Param, Tx};

/// A stretch of one diary on one day in which nothing is offered.
pub struct Block {
    /// Where.
    pub location: LocationId,
    /// In whose diary.
    pub resource: ResourceId,
    /// On which day.
    pub day: Date,
    /// From when to when, by the clock of the place, in steps of five minutes.
    pub part: Period,
    /// Why, as it stands in the calendar.
    pub reason: String,
}

/// Blocks time, and answers the block's id. Bookings that stand in it stay.
///
/// # Errors
/// What the database answered.
pub async fn block(tx: &mut Tx<Schedule>, b: &Block) -> Result<Uuid, DbError> {
    let id = Uuid::now_v7();
    let minutes = |m: aloe_domain::scheduling::MinuteOfDay| i16::try_from(m.minutes()).ok();
    let params: [Param<'_>; 9] = [
        &id,
        &b.location.as_uuid(),
        &Some(b.resource.as_uuid()),
        &b.day,
        &b.day,
        &minutes(b.part.from()),
        &minutes(b.part.to()),
        &"closed",
        &b.reason,
    ];
    tx.run_one(sql!("settings/add_closure"), &params).await?;
    note_change(tx, "calendar").await?;
    Ok(id)
}

/// Gives blocked time back.
///
/// # Errors
/// `Conflict` when it is gone already.
pub async fn unblock(tx: &mut Tx<Schedule>, id: Uuid) -> Result<(), DbError> {
    tx.run_one(sql!("settings/remove_closure"), &[&id]).await?;
    note_change(tx, "calendar").await
}

/// The bookings that stand in a stretch of a diary, five at most.
///
/// # Errors
/// What the database answered.
pub async fn standing_in(tx: &mut Tx<Schedule>, resource: ResourceId, span: Span) -> Result<Vec<Clash>, DbError> {
    clashes(tx, resource, span.starts_at(), span.ends_at(), None).await
}
