//! Reading the settings, and what of the diaries is taken.

use std::collections::HashSet;

use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use aloe_domain::scheduling::{Lane, Occupancy, Span};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Agenda, Busy, Closure, Hours, Location, Notice, Profile, Resource, Service};
use crate::error::DbError;
use crate::statement::{Statement, sql};
use crate::tx::Tx;

impl Agenda {
    /// Reads everything, closures from a day on, with why it is closed: for those who work here.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn load<N>(tx: &mut Tx<N>, from_day: Date) -> Result<Self, DbError> {
        Self::with_closures(tx, sql!("diaries/closures"), from_day).await
    }

    /// The same for public pages: why it is closed is not theirs to know.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn offered<N>(tx: &mut Tx<N>, from_day: Date) -> Result<Self, DbError> {
        Self::with_closures(tx, sql!("diaries/closures_offered"), from_day).await
    }

    async fn with_closures<N>(tx: &mut Tx<N>, closures: Statement, from_day: Date) -> Result<Self, DbError> {
        let services = tx.rows(sql!("diaries/services"), &[]).await?;
        let resources = tx.rows(sql!("diaries/resources"), &[]).await?;
        let locations = tx.rows(sql!("diaries/locations"), &[]).await?;
        let offers = tx.rows(sql!("diaries/service_resources"), &[]).await?;
        let hours = tx.rows(sql!("diaries/weekly_hours"), &[]).await?;
        let closures = tx.rows(closures, &[&from_day]).await?;
        let notice = tx.get(sql!("diaries/notice_version"), &[]).await?;
        Ok(Self {
            notice_version: notice.get("version"),
            profile: profile(tx).await?,
            services: services.iter().map(service).collect(),
            resources: resources.iter().map(resource).collect(),
            locations: locations.iter().map(location).collect(),
            hours: hours.iter().map(weekly).collect(),
            closures: closures.iter().map(closure).collect(),
            offers: offers.iter().map(offer).collect(),
        })
    }
}

/// The busy lanes of diaries between two moments, a day more on either side, without some occupancies (the one being moved).
///
/// # Errors
/// What the database answered.
pub async fn busy<N>(
    tx: &mut Tx<N>,
    resources: &[ResourceId],
    from: Timestamp,
    to: Timestamp,
    except: &[Uuid],
) -> Result<Busy, DbError> {
    Ok(busy_and_stale(tx, resources, from, to, except).await?.0)
}

/// The busy lanes, and the diaries in which a hold has run out but still stands in the way of the next one.
///
/// # Errors
/// What the database answered.
pub(crate) async fn busy_and_stale<N>(
    tx: &mut Tx<N>,
    resources: &[ResourceId],
    from: Timestamp,
    to: Timestamp,
    except: &[Uuid],
) -> Result<(Busy, HashSet<ResourceId>), DbError> {
    let day = SignedDuration::from_hours(24);
    let (from, to) = (from.checked_sub(day).unwrap_or(from), to.checked_add(day).unwrap_or(to));
    let ids: Vec<Uuid> = resources.iter().map(|r| r.as_uuid()).collect();
    let (mut busy, mut stale) = (Busy::new(), HashSet::new());
    for row in tx.rows(sql!("diaries/busy"), &[&ids, &from, &to, &except]).await? {
        let resource = ResourceId::from_uuid(row.get("resource_id"));
        if row.get::<_, Option<bool>>("expired") == Some(true) {
            stale.insert(resource);
            continue;
        }
        let Some(span) = Span::new(row.get("starts_at"), row.get("ends_at")) else {
            continue;
        };
        let lane = Lane::new(u16::try_from(row.get::<_, i16>("lane")).unwrap_or(0));
        let service = row.get::<_, Option<Uuid>>("service_id").map(ServiceId::from_uuid);
        busy.entry(resource)
            .or_default()
            .push(Occupancy { lane, span, service });
    }
    Ok((busy, stale))
}

/// The newest privacy notice.
///
/// # Errors
/// What the database answered.
pub async fn notice<N>(tx: &mut Tx<N>) -> Result<Option<Notice>, DbError> {
    let row = tx.find(sql!("diaries/notice"), &[]).await?;
    Ok(row.map(|row| Notice {
        version: row.get("notice_version"),
        body: row.get("body"),
        published_at: row.get("published_at"),
    }))
}

/// The organisation's own details.
///
/// # Errors
/// `Conflict` when the organisation is not there for this transaction.
pub async fn profile<N>(tx: &mut Tx<N>) -> Result<Profile, DbError> {
    let row = tx.get(sql!("diaries/organisation"), &[]).await?;
    Ok(Profile {
        slug: row.get("slug"),
        kind: row.get("kind"),
        name: row.get("name"),
        practice_number: row.get("practice_number"),
        letterhead: row.get("letterhead"),
        officer_name: row.get("officer_name"),
        officer_email: row.get("officer_email"),
        officer_phone: row.get("officer_phone"),
        language: row.get("language"),
        reception_may_reveal: row.get("reception_may_reveal"),
        live: row.get("live"),
        synthetic: row.get("synthetic"),
        welcome: row.get("welcome"),
        version: row.get("version"),
    })
}

fn service(row: &Row) -> Service {
    Service {
        id: ServiceId::from_uuid(row.get("service_id")),
        name: row.get("name"),
        description: row.get("description"),
        bring: row.get("bring"),
        minutes: row.get("minutes"),
        buffer_before: row.get("buffer_before"),
        buffer_after: row.get("buffer_after"),
        step: row.get("step"),
        lead_minutes: row.get("lead_minutes"),
        horizon_days: row.get("horizon_days"),
        daily_limit: row.get("daily_limit"),
        online: row.get("online"),
        position: row.get("position"),
        active: row.get("active"),
        version: row.get("version"),
    }
}

fn resource(row: &Row) -> Resource {
    Resource {
        id: ResourceId::from_uuid(row.get("resource_id")),
        kind: row.get("kind"),
        name: row.get("name"),
        discipline: row.get("discipline"),
        registration_number: row.get("registration_number"),
        capacity: row.get("capacity"),
        bookable_online: row.get("bookable_online"),
        position: row.get("position"),
        active: row.get("active"),
        version: row.get("version"),
    }
}

fn location(row: &Row) -> Location {
    Location {
        id: LocationId::from_uuid(row.get("location_id")),
        name: row.get("name"),
        address: row.get("address"),
        directions: row.get("directions"),
        phone: row.get("phone"),
        time_zone: row.get("time_zone"),
        opens_on_public_holidays: row.get("opens_on_public_holidays"),
        active: row.get("active"),
        version: row.get("version"),
    }
}

fn weekly(row: &Row) -> Hours {
    Hours {
        id: row.get("weekly_hours_id"),
        resource: ResourceId::from_uuid(row.get("resource_id")),
        location: LocationId::from_uuid(row.get("location_id")),
        weekday: row.get("weekday"),
        opens: row.get("opens"),
        closes: row.get("closes"),
    }
}

fn closure(row: &Row) -> Closure {
    let part: Option<i16> = row.get("opens");
    let end: Option<i16> = row.get("closes");
    Closure {
        id: row.get("closure_id"),
        location: LocationId::from_uuid(row.get("location_id")),
        resource: row.get::<_, Option<Uuid>>("resource_id").map(ResourceId::from_uuid),
        first_day: row.get("first_day"),
        last_day: row.get("last_day"),
        part: part.zip(end),
        opens: row.get::<_, &str>("kind") == "open",
        reason: row.get("reason"),
    }
}

fn offer(row: &Row) -> (ServiceId, ResourceId) {
    (
        ServiceId::from_uuid(row.get("service_id")),
        ResourceId::from_uuid(row.get("resource_id")),
    )
}
