//! One pass through a diary: starts and busy times both in order, neither looked at twice.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{Diary, FreeSlot, Lane, Occupancy, SlotQuery, Span, day::LocationDay, openings::Segments};

/// The busy times of one lane and how far the pass has come.
struct LaneCursor {
    lane: Lane,
    busy: Vec<Span>,
    passed: usize,
}

impl LaneCursor {
    fn new(lane: Lane, busy: &[Occupancy]) -> Self {
        let mut busy: Vec<Span> = busy.iter().filter(|o| o.lane == lane).map(|o| o.span).collect();
        busy.sort_unstable();
        Self { lane, busy, passed: 0 }
    }

    /// Whether the lane is free throughout `wanted`. Starts must not go back, or `rewind` comes first.
    fn is_free(&mut self, wanted: Span) -> bool {
        while let Some(busy) = self.busy.get(self.passed) {
            if busy.ends_at() > wanted.starts_at() {
                return busy.starts_at() >= wanted.ends_at();
            }
            self.passed += 1;
        }
        true
    }
}

/// The pass through one diary.
pub(super) struct Sweep<'a> {
    query: &'a SlotQuery<'a>,
    diary: &'a Diary,
    lanes: Vec<LaneCursor>,
    latest: Timestamp,
    booked: BTreeMap<Date, Booked>,
}

/// What begins in a diary on a day.
#[derive(Clone, Copy, Default)]
struct Booked {
    in_all: usize,
    of_service: usize,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(query: &'a SlotQuery<'a>, diary: &'a Diary) -> Self {
        let lanes = (0..diary.capacity)
            .map(|number| LaneCursor::new(Lane::new(number), &diary.busy))
            .collect();
        let mut booked = BTreeMap::new();
        for busy in &diary.busy {
            let day = query.location.zone.to_datetime(busy.span.starts_at()).date();
            let booked: &mut Booked = booked.entry(day).or_default();
            booked.in_all += 1;
            booked.of_service += usize::from(busy.service.is_none_or(|service| service == query.service));
        }
        Self {
            query,
            diary,
            lanes,
            latest: Timestamp::MIN,
            booked,
        }
    }

    /// How many occupancies begin on a day, overbooked ones included.
    pub(super) fn booked_on(&self, date: Date) -> usize {
        self.on(date).in_all
    }

    fn on(&self, date: Date) -> Booked {
        self.booked.get(&date).copied().unwrap_or_default()
    }

    /// The free slots of a day in order of time.
    pub(super) fn day(&mut self, day: &LocationDay<'_>, segments: &Segments) -> Vec<FreeSlot> {
        let rules = self.query.rules;
        if rules
            .daily_limit
            .is_some_and(|limit| self.on(day.date()).of_service >= usize::from(limit))
        {
            return Vec::new();
        }
        let periods = day.open_periods(self.diary);
        let openings = segments.openings(day.date(), &periods);
        let starts = openings
            .into_iter()
            .flat_map(|o| o.starts(rules.step.seconds(), rules.duration.seconds()));
        starts
            .filter_map(|second| self.slot(Timestamp::from_second(second).ok()?))
            .collect()
    }

    fn slot(&mut self, starts_at: Timestamp) -> Option<FreeSlot> {
        if starts_at < self.query.earliest()? {
            return None;
        }
        let wanted = self.query.rules.occupied(starts_at)?;
        // A zone that turns its clock back across midnight gives a day some instants before those of the day before.
        if starts_at < self.latest {
            self.lanes.iter_mut().for_each(|lane| lane.passed = 0);
        }
        self.latest = starts_at;
        let lane = self
            .lanes
            .iter_mut()
            .find_map(|lane| lane.is_free(wanted).then_some(lane.lane))?;
        let ends_at = self.query.rules.ends_at(starts_at)?;
        Some(FreeSlot {
            starts_at,
            ends_at,
            resource_id: self.diary.resource_id,
            lane,
        })
    }
}
