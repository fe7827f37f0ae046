//! What an organisation says about itself: profile, places, diaries, services, hours, closures, booking page.

use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use aloe_domain::permission::need::{Owners, Settings};
use jiff::civil::Date;
use uuid::Uuid;

use crate::agenda::{Location, Profile, Resource, Service};
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::{Param, Tx};

/// Saves name, numbers, letterhead and information officer over the version in `profile`.
///
/// # Errors
/// `Conflict` for a stale page.
pub async fn save_profile(tx: &mut Tx<Settings>, profile: &Profile) -> Result<(), DbError> {
    let p = profile;
    let params: [Param<'_>; 8] = [
        &p.version,
        &p.name,
        &p.practice_number,
        &p.letterhead,
        &p.officer_name,
        &p.officer_email,
        &p.officer_phone,
        &p.language,
    ];
    tx.run_one(sql!("settings/save_profile"), &params).await
}

/// Saves the booking page: its words, and whether it takes bookings.
///
/// # Errors
/// `Conflict` for a stale page.
pub async fn save_booking_page(tx: &mut Tx<Settings>, version: i32, welcome: &str, live: bool) -> Result<(), DbError> {
    tx.run_one(sql!("settings/save_booking_page"), &[&version, &welcome, &live])
        .await
}

/// Lets reception reveal identifiers, or no longer: an owner's decision.
///
/// # Errors
/// `Conflict` for a stale page.
pub async fn let_reception_reveal(tx: &mut Tx<Owners>, version: i32, may: bool) -> Result<(), DbError> {
    tx.run_one(sql!("settings/save_reveal"), &[&version, &may]).await
}

/// Publishes a privacy notice as the next version.
///
/// # Errors
/// What the database answered.
pub async fn publish_notice<N>(tx: &mut Tx<N>, body: &str) -> Result<(), DbError> {
    tx.run_one(sql!("settings/publish_notice"), &[&body]).await
}

/// Adds a place.
///
/// # Errors
/// What the database answered.
pub async fn add_location<N>(tx: &mut Tx<N>, l: &Location) -> Result<(), DbError> {
    let params: [Param<'_>; 7] = [
        &l.id.as_uuid(),
        &l.name,
        &l.address,
        &l.directions,
        &l.phone,
        &l.time_zone,
        &l.opens_on_public_holidays,
    ];
    tx.run_one(sql!("settings/add_location"), &params).await
}

/// Saves a place over its version.
///
/// # Errors
/// `Conflict` for a stale page.
pub async fn save_location(tx: &mut Tx<Settings>, l: &Location) -> Result<(), DbError> {
    let params: [Param<'_>; 9] = [
        &l.id.as_uuid(),
        &l.version,
        &l.name,
        &l.address,
        &l.directions,
        &l.phone,
        &l.time_zone,
        &l.opens_on_public_holidays,
        &l.active,
    ];
    tx.run_one(sql!("settings/save_location"), &params).await
}

/// Adds a diary.
///
/// # Errors
/// What the database answered.
pub async fn add_resource<N>(tx: &mut Tx<N>, r: &Resource) -> Result<(), DbError> {
    let params: [Param<'_>; 8] = [
        &r.id.as_uuid(),
        &r.kind,
        &r.name,
        &r.discipline,
        &r.registration_number,
        &r.capacity,
        &r.bookable_online,
        &r.position,
    ];
    tx.run_one(sql!("settings/add_resource"), &params).await
}

/// Saves a diary over its version.
///
/// # Errors
/// `Conflict` for a stale page.
pub async fn save_resource(tx: &mut Tx<Settings>, r: &Resource) -> Result<(), DbError> {
    let params: [Param<'_>; 9] = [
        &r.id.as_uuid(),
        &r.version,
        &r.kind,
        &r.name,
        &r.discipline,
        &r.registration_number,
        &r.capacity,
        &r.bookable_online,
        &r.active,
    ];
    tx.run_one(sql!("settings/save_resource"), &params).await
}

/// Adds a service and the diaries that offer it.
///
/// # Errors
/// What the database answered.
pub async fn add_service<N>(tx: &mut Tx<N>, s: &Service, offered_by: &[ResourceId]) -> Result<(), DbError> {
    let params: [Param<'_>; 13] = [
        &s.id.as_uuid(),
        &s.name,
        &s.description,
        &s.bring,
        &s.minutes,
        &s.buffer_before,
        &s.buffer_after,
        &s.step,
        &s.lead_minutes,
        &s.horizon_days,
        &s.daily_limit,
        &s.online,
        &s.position,
    ];
    tx.run_one(sql!("settings/add_service"), &params).await?;
    add_offers(tx, s.id, offered_by).await
}

/// Saves a service over its version, and the diaries that offer it.
///
/// # Errors
/// `Conflict` for a stale page.
pub async fn save_service(tx: &mut Tx<Settings>, s: &Service, offered_by: &[ResourceId]) -> Result<(), DbError> {
    let params: [Param<'_>; 14] = [
        &s.id.as_uuid(),
        &s.version,
        &s.name,
        &s.description,
        &s.bring,
        &s.minutes,
        &s.buffer_before,
        &s.buffer_after,
        &s.step,
        &s.lead_minutes,
        &s.horizon_days,
        &s.daily_limit,
        &s.online,
        &s.active,
    ];
    tx.run_one(sql!("settings/save_service"), &params).await?;
    let ids: Vec<Uuid> = offered_by.iter().map(|r| r.as_uuid()).collect();
    tx.run(sql!("settings/remove_offers"), &[&s.id.as_uuid(), &ids]).await?;
    add_offers(tx, s.id, offered_by).await
}

async fn add_offers<N>(tx: &mut Tx<N>, service: ServiceId, offered_by: &[ResourceId]) -> Result<(), DbError> {
    let ids: Vec<Uuid> = offered_by.iter().map(|r| r.as_uuid()).collect();
    tx.run(sql!("settings/add_offers"), &[&service.as_uuid(), &ids]).await?;
    Ok(())
}

/// Adds one period of weekly hours: weekday 1 is Monday, times in minutes after midnight.
///
/// # Errors
/// What the database answered.
pub async fn add_hours<N>(
    tx: &mut Tx<N>,
    resource: ResourceId,
    location: LocationId,
    period: (i16, i16, i16),
) -> Result<(), DbError> {
    let (weekday, opens, closes) = period;
    let params: [Param<'_>; 6] = [
        &Uuid::now_v7(),
        &resource.as_uuid(),
        &location.as_uuid(),
        &weekday,
        &opens,
        &closes,
    ];
    tx.run_one(sql!("settings/add_hours"), &params).await
}

/// Puts these weekly hours in place of those that a diary has at a place.
///
/// # Errors
/// What the database answered.
pub async fn replace_hours(
    tx: &mut Tx<Settings>,
    resource: ResourceId,
    location: LocationId,
    periods: &[(i16, i16, i16)],
) -> Result<(), DbError> {
    tx.run(
        sql!("settings/remove_hours"),
        &[&resource.as_uuid(), &location.as_uuid()],
    )
    .await?;
    for period in periods {
        add_hours(tx, resource, location, *period).await?;
    }
    Ok(())
}

/// A closure, or an extra opening, about to be added.
pub struct NewClosure {
    /// Where.
    pub location: LocationId,
    /// Whose, or everyone's there.
    pub resource: Option<ResourceId>,
    /// First and last day.
    pub days: (Date, Date),
    /// Part of the day, in minutes after midnight, or all of it.
    pub part: Option<(i16, i16)>,
    /// Whether it opens instead of closing.
    pub opens: bool,
    /// Why.
    pub reason: String,
}

/// Adds a closure.
///
/// # Errors
/// What the database answered.
pub async fn add_closure(tx: &mut Tx<Settings>, c: &NewClosure) -> Result<(), DbError> {
    let (from, to) = c.part.unzip();
    let kind = if c.opens { "open" } else { "closed" };
    let resource = c.resource.map(ResourceId::as_uuid);
    let params: [Param<'_>; 9] = [
        &Uuid::now_v7(),
        &c.location.as_uuid(),
        &resource,
        &c.days.0,
        &c.days.1,
        &from,
        &to,
        &kind,
        &c.reason,
    ];
    tx.run_one(sql!("settings/add_closure"), &params).await
}

/// Removes a closure.
///
/// # Errors
/// `Conflict` when it is gone already.
pub async fn remove_closure(tx: &mut Tx<Settings>, id: Uuid) -> Result<(), DbError> {
    tx.run_one(sql!("settings/remove_closure"), &[&id]).await
}
