//! The search against a model that looks at every minute and knows no intervals.

use aloe_domain::ids::{ResourceId, ServiceId};
use aloe_domain::scheduling::*;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use proptest::prelude::*;

/// Places and days with nothing special, with both changes of the clock, with half an hour of change, and with a
/// change at midnight.
const PLACES: [(&str, Date); 8] = [
    ("Africa/Johannesburg", date(2026, 4, 2)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("America/Havana", date(2026, 3, 7)),
    ("America/Havana", date(2026, 10, 31)),
    ("America/St_Johns", date(2010, 11, 6)),
];

const SERVICE: ServiceId = ServiceId::from_uuid(uuid::Uuid::nil());
const OTHER: ServiceId = ServiceId::from_uuid(uuid::Uuid::max());

#[derive(Debug)]
struct Case {
    rules: ServiceRules,
    numbers: Numbers,
    changes: Vec<(i64, bool, Period)>,
    location: LocationCalendar,
    diary: Diary,
    first_day: Date,
    now: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Numbers {
    duration: i64,
    step: i64,
    before: i64,
    after: i64,
    lead: i64,
    limit: Option<u16>,
}

fn periods() -> impl Strategy<Value = Period> {
    // Half of the periods begin at night, where clocks change.
    (prop_oneof![0u16..14, 0u16..96], 1u16..40).prop_map(|(from, length)| {
        let at = |quarter: u16| MinuteOfDay::new(quarter.min(96) * 15).unwrap();
        Period::new(at(from), at(from + length)).unwrap()
    })
}

/// Two or three periods for each of the three days of a case, whatever weekdays they are.
fn weekly(first: Date) -> impl Strategy<Value = WeeklyHours> {
    prop::collection::vec((0i64..3, periods()), 3..9).prop_map(move |entries| {
        WeeklyHours::new(
            entries
                .into_iter()
                .map(|(offset, period)| ((first + offset.days()).weekday(), period)),
        )
    })
}

fn exceptions() -> impl Strategy<Value = Vec<(i64, bool, Period)>> {
    prop::collection::vec((0i64..3, any::<bool>(), periods()), 0..3)
}

fn dated(first: Date, exceptions: Vec<(i64, bool, Period)>) -> Vec<Exception> {
    let change = |opens, period| {
        if opens {
            Change::Opened(period)
        } else {
            Change::Closed(period)
        }
    };
    exceptions
        .into_iter()
        .map(|(day, opens, p)| Exception::on(first + day.days(), change(opens, p)))
        .collect()
}

fn busy(start: Timestamp, entries: Vec<(u16, i64, i64, bool)>) -> Vec<Occupancy> {
    // On a grid of five minutes, so that busy times often touch slots without overlapping.
    let at = |fives: i64| start + SignedDuration::from_mins(fives * 5);
    let one = |(lane, from, length, counts): (u16, i64, i64, bool)| Occupancy {
        lane: Lane::new(lane),
        span: Span::new(at(from), at(from + length)).unwrap(),
        service: Some(if counts { SERVICE } else { OTHER }),
    };
    entries.into_iter().map(one).collect()
}

prop_compose! {
    fn numbers()(
        duration in prop::sample::select(vec![5i64, 10, 20, 37, 60, 90]),
        step in prop::sample::select(vec![5i64, 7, 15, 20, 60]), before in prop::sample::select(vec![0i64, 5, 10, 13]),
        after in prop::sample::select(vec![0i64, 5, 10, 13]), lead in 0i64..600, limit in prop::option::weighted(0.3, 0u16..8),
    ) -> Numbers {
        Numbers { duration, step, before, after, lead, limit }
    }
}

fn rules(n: Numbers) -> ServiceRules {
    let minutes = |count: i64| Minutes::new(u32::try_from(count).unwrap());
    let rules = ServiceRules::new(minutes(n.duration), minutes(n.step)).unwrap();
    rules
        .buffers(minutes(n.before), minutes(n.after))
        .unwrap()
        .lead_time(minutes(n.lead))
        .daily_limit(n.limit)
}

prop_compose! {
    fn cases()(place in 0usize..PLACES.len())(
        own in weekly(PLACES[place].1), shared in prop::option::weighted(0.3, weekly(PLACES[place].1)),
        numbers in numbers(), capacity in prop::sample::select(vec![0u16, 1, 1, 1, 2, 3]), place in Just(place),
        own_exceptions in exceptions(), shared_exceptions in exceptions(), holidays_open in any::<bool>(),
        now in -2000i64..1500,
        entries in prop::collection::vec((0u16..3, -12i64..880, 1i64..40, any::<bool>()), 0..24),
    ) -> Case {
        let (zone, first_day) = PLACES[place];
        let mut location = LocationCalendar::new(TimeZone::get(zone).unwrap());
        let start = first_day.to_zoned(location.zone.clone()).unwrap().timestamp();
        let changes = [own_exceptions.clone(), shared_exceptions.clone()].concat();
        location.hours = shared;
        location.exceptions = dated(first_day, shared_exceptions);
        location.opens_on_public_holidays = holidays_open;
        let resource_id = ResourceId::generate(Timestamp::UNIX_EPOCH, [1; 10]);
        let (exceptions, busy) = (dated(first_day, own_exceptions), busy(start, entries));
        let diary = Diary { resource_id, capacity, hours: own, exceptions, busy };
        let now = start + SignedDuration::from_mins(now);
        Case { rules: rules(numbers), numbers, changes, location, diary, first_day, now }
    }
}

impl Case {
    fn query(&self) -> SlotQuery<'_> {
        let (rules, location, first_day) = (&self.rules, &self.location, self.first_day);
        SlotQuery {
            service: SERVICE,
            rules,
            location,
            first_day,
            last_day: first_day + 2.days(),
            now: self.now,
        }
    }

    fn wall(&self, at: Timestamp) -> (Date, u16) {
        let local = self.location.zone.to_datetime(at);
        (local.date(), MinuteOfDay::from(local.time()).minutes())
    }

    fn is_open(&self, day: Date, minute: u16) -> bool {
        let holds = |p: &Period| p.from().minutes() <= minute && minute < p.to().minutes();
        let weekly = |hours: &WeeklyHours| hours.on(day.weekday()).any(|p| holds(&p));
        let holiday = aloe_domain::holidays::is_public_holiday(day) && !self.location.opens_on_public_holidays;
        let usual = weekly(&self.diary.hours) && self.location.hours.as_ref().is_none_or(weekly) && !holiday;
        let changed = |opens: bool| {
            let on_day =
                |(offset, o, p): &(i64, bool, Period)| self.first_day + offset.days() == day && *o == opens && holds(p);
            self.changes.iter().any(on_day)
        };
        (usual || changed(true)) && !changed(false)
    }
}

/// Open minutes of each local day, looked up once for a case.
struct Model<'a> {
    case: &'a Case,
    open: std::collections::BTreeMap<Date, Vec<bool>>,
}

impl<'a> Model<'a> {
    fn new(case: &'a Case) -> Self {
        let days = (0..3).map(|n| case.first_day + n.days());
        // Everything changes on quarters of an hour, so one look for each quarter is enough.
        let quarters = |day| (0..96).flat_map(move |q| [case.is_open(day, q * 15); 15]).collect();
        Self {
            case,
            open: days.map(|day| (day, quarters(day))).collect(),
        }
    }

    fn open(&self, (day, minute): (Date, u16)) -> bool {
        self.open.get(&day).is_some_and(|minutes| minutes[usize::from(minute)])
    }

    fn is_on_grid(&self, (day, minute): (Date, u16)) -> bool {
        let opening = (0..=minute).rev().take_while(|m| self.open((day, *m))).last().unwrap();
        i64::from(minute - opening) % self.case.numbers.step == 0
    }

    fn lane(&self, at: Timestamp) -> Option<Lane> {
        let n = self.case.numbers;
        let taken = |lane| {
            (-n.before..n.duration + n.after).any(|m| {
                let moment = at + SignedDuration::from_mins(m);
                let holds = |o: &Occupancy| o.span.starts_at() <= moment && moment < o.span.ends_at();
                self.case.diary.busy.iter().any(|o| o.lane == lane && holds(o))
            })
        };
        (0..self.case.diary.capacity).map(Lane::new).find(|lane| !taken(*lane))
    }

    fn is_full(&self, day: Date) -> bool {
        let booked = self
            .case
            .diary
            .busy
            .iter()
            .filter(|o| o.service == Some(SERVICE) && self.case.wall(o.span.starts_at()).0 == day)
            .count();
        self.case
            .numbers
            .limit
            .is_some_and(|limit| booked >= usize::from(limit))
    }

    fn slot(&self, at: Timestamp) -> Option<(Timestamp, Lane)> {
        let (case, n) = (self.case, self.case.numbers);
        let wall = case.wall(at);
        let in_time = at >= case.now + SignedDuration::from_mins(n.lead);
        if !in_time || !self.open(wall) || !self.is_on_grid(wall) || self.is_full(wall.0) {
            return None;
        }
        let minutes = (0..n.duration).map(|m| case.wall(at + SignedDuration::from_mins(m)));
        let stays_open = minutes.into_iter().all(|other| other.0 == wall.0 && self.open(other));
        stays_open.then(|| self.lane(at)).flatten().map(|lane| (at, lane))
    }

    fn slots(&self) -> Vec<(Timestamp, Lane)> {
        let start = self.case.first_day.to_zoned(TimeZone::UTC).unwrap().timestamp();
        let minutes = -14 * 60..4 * 24 * 60;
        minutes
            .filter_map(|m| self.slot(start + SignedDuration::from_mins(m)))
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn the_search_finds_what_the_model_finds_and_nothing_else(case in cases()) {
        let found = free_slots(&case.query(), std::slice::from_ref(&case.diary));
        let pairs: Vec<_> = found.iter().map(|slot| (slot.starts_at, slot.lane)).collect();
        prop_assert_eq!(pairs, Model::new(&case).slots());
    }

    #[test]
    fn no_slot_meets_what_is_already_in_its_lane(case in cases()) {
        for slot in free_slots(&case.query(), std::slice::from_ref(&case.diary)) {
            let taken = case.rules.occupied(slot.starts_at).unwrap();
            prop_assert!(case.diary.busy.iter().all(|o| o.lane != slot.lane || !o.span.overlaps(taken)));
            prop_assert_eq!(next_lane(&case.diary.busy, taken, case.diary.capacity), Some(slot.lane));
        }
    }

    #[test]
    fn the_other_questions_agree_with_the_full_list(case in cases()) {
        let diaries = std::slice::from_ref(&case.diary);
        let all = free_slots(&case.query(), diaries);
        prop_assert_eq!(&free_slots_of_any(&case.query(), diaries), &all);
        let counted: usize = days_with_counts(&case.query(), diaries).iter().map(|day| day.times).sum();
        prop_assert_eq!(counted, all.len());
        prop_assert_eq!(first_free(&case.query(), diaries).is_some(), !all.is_empty());
    }
}
