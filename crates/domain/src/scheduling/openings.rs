//! From wall times to instants.

use jiff::{
    SignedDuration, Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};

use super::Period;

/// A stretch of instants, in seconds since 1970, in which the zone keeps one offset.
#[derive(Clone, Copy)]
struct Segment {
    from: i64,
    to: i64,
    offset: i64,
}

/// The offsets of a zone around the days of a search, looked up once.
pub(super) struct Segments(Vec<Segment>);

/// Open time of one day under one offset, in seconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Opening {
    /// The period's start under this offset: times are offered at whole steps from here.
    anchor: i64,
    from: i64,
    to: i64,
    /// The end of the unbroken open time that this opening is part of.
    until: i64,
}

impl Segments {
    pub(super) fn covering(zone: &TimeZone, first: Date, last: Date) -> Self {
        // No zone is more than 26 hours from UTC: two days on either side cover every wall time.
        let margin = SignedDuration::from_hours(48);
        let start = midnight(first)
            .and_then(|t| t.checked_sub(margin).ok())
            .unwrap_or(Timestamp::MIN);
        let end = midnight(last)
            .and_then(|t| t.checked_add(margin * 2).ok())
            .unwrap_or(Timestamp::MAX);
        let mut from = start.as_second();
        let mut offset = i64::from(zone.to_offset(start).seconds());
        let mut segments = Vec::new();
        for change in zone.following(start).take_while(|change| change.timestamp() < end) {
            let to = change.timestamp().as_second();
            segments.push(Segment { from, to, offset });
            (from, offset) = (to, i64::from(change.offset().seconds()));
        }
        segments.push(Segment {
            from,
            to: end.as_second(),
            offset,
        });
        Self(segments)
    }

    /// The instants of a day at which the clock on the wall is within one of the periods, in order.
    pub(super) fn openings(&self, date: Date, periods: &[Period]) -> Vec<Opening> {
        let Some(midnight) = midnight(date).map(Timestamp::as_second) else {
            return Vec::new();
        };
        let near = self
            .0
            .iter()
            .filter(|s| s.from < midnight + 48 * 3600 && s.to > midnight - 48 * 3600);
        let mut openings: Vec<Opening> = near
            .flat_map(|segment| {
                periods
                    .iter()
                    .filter_map(move |period| opening(midnight, *segment, *period))
            })
            .collect();
        openings.sort_unstable_by_key(|opening| opening.from);
        join(&mut openings);
        openings
    }
}

impl Opening {
    /// Every instant at which a booking of this length may start.
    pub(super) fn starts(self, step: i64, duration: i64) -> impl Iterator<Item = i64> {
        // Steps are counted on the wall, so that times stay round after a clock change of half an hour.
        let late = (self.from - self.anchor).rem_euclid(step);
        let first = if late == 0 { self.from } else { self.from + step - late };
        let last = self.to.min(self.until - duration + 1);
        std::iter::successors(Some(first), move |start| Some(start + step)).take_while(move |start| *start < last)
    }
}

fn opening(midnight: i64, segment: Segment, period: Period) -> Option<Opening> {
    let anchor = midnight + period.from.seconds() - segment.offset;
    let from = anchor.max(segment.from);
    let to = (midnight + period.to.seconds() - segment.offset).min(segment.to);
    (from < to).then_some(Opening {
        anchor,
        from,
        to,
        until: to,
    })
}

/// A clock change parts a day into openings that touch; a booking may run across.
fn join(openings: &mut [Opening]) {
    let mut next: Option<(i64, i64)> = None;
    for opening in openings.iter_mut().rev() {
        if let Some((from, until)) = next
            && from == opening.to
        {
            opening.until = until;
        }
        next = Some((opening.from, opening.until));
    }
}

fn midnight(date: Date) -> Option<Timestamp> {
    Offset::UTC
        .to_timestamp(date.to_datetime(jiff::civil::Time::midnight()))
        .ok()
}
