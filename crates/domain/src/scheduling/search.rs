//! The questions that pages ask.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};

use super::{Diary, Lane, LocationCalendar, ServiceRules, day::LocationDay, openings::Segments, sweep::Sweep};
use crate::ids::{ResourceId, ServiceId};

/// What is looked for, where and when.
#[derive(Clone, Copy, Debug)]
pub struct SlotQuery<'a> {
    /// The service.
    pub service: ServiceId,
    /// How it is booked.
    pub rules: &'a ServiceRules,
    /// Where.
    pub location: &'a LocationCalendar,
    /// The first day at the location; earlier days than today are left out.
    pub first_day: Date,
    /// The last day at the location; later days than the horizon are left out.
    pub last_day: Date,
    /// The present moment.
    pub now: Timestamp,
}

/// A time that can be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FreeSlot {
    /// When the booking starts.
    pub starts_at: Timestamp,
    /// When it ends; buffers come on top.
    pub ends_at: Timestamp,
    /// In whose diary.
    pub resource_id: ResourceId,
    /// The lowest ordinary lane that is free, buffers included.
    pub lane: Lane,
}

/// How many times a day offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The day at the location.
    pub date: Date,
    /// Different starting times with at least one free diary.
    pub times: usize,
}

impl SlotQuery<'_> {
    pub(super) fn earliest(&self) -> Option<Timestamp> {
        self.now
            .checked_add(SignedDuration::from_secs(self.rules.lead_time.seconds()))
            .ok()
    }

    /// The days to look at, first and last, once today and the horizon are taken into account.
    fn bounds(&self) -> Option<(Date, Date)> {
        let today = self.location.zone.to_datetime(self.now).date();
        let horizon = today
            .checked_add(i64::from(self.rules.horizon_days).days())
            .unwrap_or(Date::MAX);
        let (first, last) = (self.first_day.max(today), self.last_day.min(horizon));
        (first <= last).then_some((first, last))
    }

    fn days(&self) -> impl Iterator<Item = Date> {
        let bounds = self.bounds();
        let next = move |date: &Date| {
            date.tomorrow()
                .ok()
                .filter(|next| bounds.is_some_and(|(_, last)| *next <= last))
        };
        std::iter::successors(bounds.map(|(first, _)| first), next)
    }
}

/// Every free slot of every diary, by time and then in the order of the diaries.
pub fn free_slots(query: &SlotQuery<'_>, diaries: &[Diary]) -> Vec<FreeSlot> {
    let mut found = Vec::new();
    each_day(query, diaries, |_, by_diary| {
        found.extend(by_diary.iter().flat_map(|(_, slots)| slots));
        true
    });
    found.sort_by_key(|slot: &FreeSlot| slot.starts_at);
    found
}

/// One slot for each starting time, for people who take any practitioner: the diary with the fewest bookings that day, and
/// among equals the first in the order given.
pub fn free_slots_of_any(query: &SlotQuery<'_>, diaries: &[Diary]) -> Vec<FreeSlot> {
    let mut chosen: Vec<FreeSlot> = Vec::new();
    each_day(query, diaries, |_, by_diary| {
        chosen.extend(fairest(by_diary));
        true
    });
    chosen.sort_by_key(|slot| slot.starts_at);
    chosen
}

/// The earliest free slot, chosen as in [`free_slots_of_any`]; later days are not looked at.
pub fn first_free(query: &SlotQuery<'_>, diaries: &[Diary]) -> Option<FreeSlot> {
    let mut first = None;
    each_day(query, diaries, |_, by_diary| {
        first = fairest(by_diary).into_iter().next();
        first.is_none()
    });
    first
}

/// Every day of the query within today and the horizon, with the number of times it offers, 0 included.
pub fn days_with_counts(query: &SlotQuery<'_>, diaries: &[Diary]) -> Vec<DayCount> {
    let mut counts = Vec::new();
    each_day(query, diaries, |date, by_diary| {
        counts.push(DayCount {
            date,
            times: fairest(by_diary).len(),
        });
        true
    });
    counts
}

/// The `n` slots that start nearest to a wanted moment, in order of time; among equally near ones the earlier.
pub fn nearest(free: &[FreeSlot], wanted: Timestamp, n: usize) -> Vec<FreeSlot> {
    let mut by_distance = free.to_vec();
    by_distance.sort_by_key(|slot| (slot.starts_at.duration_since(wanted).abs(), slot.starts_at));
    by_distance.truncate(n);
    by_distance.sort_by_key(|slot| slot.starts_at);
    by_distance
}

/// The free slots of one diary on a day, after the number of bookings it has that day.
type DiaryDay = (usize, Vec<FreeSlot>);

/// Goes through the days until `visit` says no.
fn each_day(query: &SlotQuery<'_>, diaries: &[Diary], mut visit: impl FnMut(Date, &[DiaryDay]) -> bool) {
    let Some((first, last)) = query.bounds() else { return };
    let segments = Segments::covering(&query.location.zone, first, last);
    let mut sweeps: Vec<Sweep<'_>> = diaries.iter().map(|diary| Sweep::new(query, diary)).collect();
    for date in query.days() {
        let day = LocationDay::new(query.location, date);
        let by_diary: Vec<DiaryDay> = sweeps
            .iter_mut()
            .map(|sweep| (sweep.booked_on(date), sweep.day(&day, &segments)))
            .collect();
        if !visit(date, &by_diary) {
            return;
        }
    }
}

fn fairest(by_diary: &[DiaryDay]) -> Vec<FreeSlot> {
    let mut best: BTreeMap<Timestamp, (usize, FreeSlot)> = BTreeMap::new();
    for (booked, slots) in by_diary {
        for slot in slots {
            let entry = best.entry(slot.starts_at).or_insert((*booked, *slot));
            if *booked < entry.0 {
                *entry = (*booked, *slot);
            }
        }
    }
    best.into_values().map(|(_, slot)| slot).collect()
}
