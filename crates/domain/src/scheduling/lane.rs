//! Lanes: how many bookings of a resource may run side by side.

use jiff::Timestamp;

use crate::ids::ServiceId;

/// One of the parallel tracks of a resource, from 0. Lanes below the capacity are ordinary, those above are overbooked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Lane(u16);

impl Lane {
    /// The lane with this number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The number, from 0.
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// A stretch of time `[starts_at, ends_at)` that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    starts_at: Timestamp,
    ends_at: Timestamp,
}

impl Span {
    /// The stretch between two moments; nothing when the end is not after the start.
    pub fn new(starts_at: Timestamp, ends_at: Timestamp) -> Option<Self> {
        (starts_at < ends_at).then_some(Self { starts_at, ends_at })
    }

    /// Its first moment.
    pub const fn starts_at(self) -> Timestamp {
        self.starts_at
    }

    /// The moment after its last.
    pub const fn ends_at(self) -> Timestamp {
        self.ends_at
    }

    /// Whether the two share a moment; touching is not sharing.
    pub fn overlaps(self, other: Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }
}

/// A lane that is taken, by a booking (buffers included) or by anything else in the diary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Occupancy {
    /// The lane.
    pub lane: Lane,
    /// The time.
    pub span: Span,
    /// The service it is for, towards whose daily limit it counts; where nothing is said, it counts towards every limit.
    pub service: Option<ServiceId>,
}

/// The lowest ordinary lane that is free throughout `span`, or nothing.
pub fn next_lane(busy: &[Occupancy], span: Span, capacity: u16) -> Option<Lane> {
    let taken = taken_lanes(busy, span);
    (0..capacity).map(Lane).find(|lane| taken.binary_search(lane).is_err())
}

/// The lowest lane above the capacity that is free throughout `span`: for those who may overbook, when no ordinary lane
/// is left. Nothing once all 65 536 lanes are taken.
pub fn overbook_lane(busy: &[Occupancy], span: Span, capacity: u16) -> Option<Lane> {
    let taken = taken_lanes(busy, span);
    (capacity..=u16::MAX)
        .map(Lane)
        .find(|lane| taken.binary_search(lane).is_err())
}

fn taken_lanes(busy: &[Occupancy], span: Span) -> Vec<Lane> {
    let mut taken: Vec<Lane> = busy.iter().filter(|o| o.span.overlaps(span)).map(|o| o.lane).collect();
    taken.sort_unstable();
    taken
}
