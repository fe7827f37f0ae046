//! Whether a starting time is offered now, and by whom.

use aloe_domain::ids::{LocationId, ResourceId, ServiceId};
use aloe_domain::scheduling::{Diary, SlotQuery, free_slots, free_slots_of_any};
use jiff::Timestamp;
use uuid::Uuid;

use super::BookingError;
use super::place::Placement;
use crate::agenda::{Agenda, Busy, busy_and_stale};
use crate::statement::sql;
use crate::tx::Tx;

/// A time that may be taken: where in which diary, and when the booking ends.
pub(super) struct Offer {
    pub at: Placement,
    pub ends_at: Timestamp,
}

/// Looks whether a starting time is offered now, and by whom; clears the diary that is chosen of holds that have run out.
/// `holding` leaves the holder's own hold out of what is busy.
pub(super) async fn offered<N>(
    tx: &mut Tx<N>,
    agenda: &Agenda,
    wanted: (ServiceId, LocationId, Option<ResourceId>, Timestamp),
    holding: &[Uuid],
    now: Timestamp,
) -> Result<Offer, BookingError> {
    let (service, place, chosen, starts_at) = wanted;
    let rules = agenda
        .service(service)
        .filter(|s| s.active && s.online)
        .and_then(|s| s.rules());
    let rules = rules.ok_or(BookingError::NotOffered)?;
    let wanted_one = |r: ResourceId| chosen.is_none_or(|c| c == r);
    let resources: Vec<_> = agenda
        .diaries_for(service, place)
        .into_iter()
        .filter(|r| r.bookable_online && wanted_one(r.id))
        .collect();
    let ids: Vec<ResourceId> = resources.iter().map(|r| r.id).collect();
    let calendar = agenda.location_calendar(place);
    let day = calendar.zone.to_datetime(starts_at).date();
    if rules.has_daily_limit() {
        // The times of a day collide in the diary only when they overlap; its count is decided by one after the other.
        tx.find(sql!("bookings/one_by_one"), &[&service.as_uuid(), &day])
            .await?;
    }
    let (taken, stale) = busy_and_stale(tx, &ids, starts_at, starts_at, holding).await?;
    let diaries: Vec<Diary> = resources.iter().map(|r| agenda.diary(r, place, &taken)).collect();
    let query = SlotQuery {
        service,
        rules: &rules,
        location: &calendar,
        first_day: day,
        last_day: day,
        now,
    };
    let free = if chosen.is_some() {
        free_slots(&query, &diaries)
    } else {
        free_slots_of_any(&query, &diaries)
    };
    let Some(slot) = free.iter().find(|slot| slot.starts_at == starts_at) else {
        return Err(refusal(&query, &diaries, starts_at));
    };
    let span = rules.occupied(starts_at).ok_or(BookingError::NotOffered)?;
    if stale.contains(&slot.resource_id) {
        tx.run(sql!("bookings/end_expired_holds"), &[&slot.resource_id.as_uuid()])
            .await?;
    }
    let at = Placement {
        service,
        resource: slot.resource_id,
        lane: slot.lane,
        span,
    };
    Ok(Offer {
        at,
        ends_at: slot.ends_at,
    })
}

/// Tells a time that others took from one that was never offered.
fn refusal(query: &SlotQuery<'_>, diaries: &[Diary], starts_at: Timestamp) -> BookingError {
    let emptied = |d: &Diary| Diary {
        busy: Vec::new(),
        ..d.clone()
    };
    if offers(query, diaries.iter().map(emptied), starts_at) {
        BookingError::Taken
    } else {
        BookingError::NotOffered
    }
}

fn offers(query: &SlotQuery<'_>, diaries: impl Iterator<Item = Diary>, starts_at: Timestamp) -> bool {
    let diaries: Vec<Diary> = diaries.collect();
    free_slots(query, &diaries)
        .iter()
        .any(|slot| slot.starts_at == starts_at)
}

/// Whether a time would be offered if nobody had booked.
pub(super) fn opens(
    agenda: &Agenda,
    (service, place, chosen, starts_at): (ServiceId, LocationId, Option<ResourceId>, Timestamp),
    now: Timestamp,
) -> bool {
    let Some(rules) = agenda.service(service).and_then(|s| s.rules()) else {
        return false;
    };
    let calendar = agenda.location_calendar(place);
    let day = calendar.zone.to_datetime(starts_at).date();
    let query = SlotQuery {
        service,
        rules: &rules,
        location: &calendar,
        first_day: day,
        last_day: day,
        now,
    };
    let diaries = agenda.diaries_for(service, place).into_iter();
    let diaries = diaries.filter(|r| chosen.is_none_or(|c| c == r.id));
    let nobody = Busy::new();
    offers(&query, diaries.map(|r| agenda.diary(r, place, &nobody)), starts_at)
}
