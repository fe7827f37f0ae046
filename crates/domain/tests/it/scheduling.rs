use aloe_domain::ids::{ResourceId, ServiceId};
use aloe_domain::scheduling::*;
use jiff::civil::{Date, Weekday, date};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

fn minute(text: &str) -> MinuteOfDay {
    MinuteOfDay::parse(text).unwrap()
}

fn period(from: &str, to: &str) -> Period {
    Period::new(minute(from), minute(to)).unwrap()
}

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

fn every_day(periods: &[Period]) -> WeeklyHours {
    WeeklyHours::new(
        WEEK.into_iter()
            .flat_map(|day| periods.iter().map(move |period| (day, *period))),
    )
}

fn diary(number: u8, periods: &[Period]) -> Diary {
    let resource_id = ResourceId::generate(Timestamp::UNIX_EPOCH, [number; 10]);
    Diary {
        resource_id,
        capacity: 1,
        hours: every_day(periods),
        exceptions: vec![],
        busy: vec![],
    }
}

/// One office, one service and one day to look at, long before which it is now.
const SERVICE: ServiceId = ServiceId::from_uuid(uuid::Uuid::nil());

struct Office {
    rules: ServiceRules,
    location: LocationCalendar,
    day: Date,
    now: Timestamp,
}

impl Office {
    fn new(zone: &str, day: Date, duration: u32) -> Self {
        let zone = TimeZone::get(zone).unwrap();
        let now = day.to_zoned(zone.clone()).unwrap().timestamp() - SignedDuration::from_hours(72);
        let rules = ServiceRules::new(Minutes::new(duration), Minutes::new(duration)).unwrap();
        Self {
            rules,
            location: LocationCalendar::new(zone),
            day,
            now,
        }
    }

    fn johannesburg() -> Self {
        Self::new("Africa/Johannesburg", date(2026, 3, 3), 30)
    }

    fn query(&self) -> SlotQuery<'_> {
        let (rules, location, now) = (&self.rules, &self.location, self.now);
        SlotQuery {
            service: SERVICE,
            rules,
            location,
            first_day: self.day,
            last_day: self.day,
            now,
        }
    }

    fn wall(&self, slots: &[FreeSlot]) -> Vec<String> {
        let clock = |slot: &FreeSlot| {
            self.location
                .zone
                .to_datetime(slot.starts_at)
                .strftime("%H:%M")
                .to_string()
        };
        slots.iter().map(clock).collect()
    }

    fn times(&self, diary: &Diary) -> Vec<String> {
        self.wall(&free_slots(&self.query(), std::slice::from_ref(diary)))
    }

    fn span(&self, from: &str, to: &str) -> Span {
        let at = |text: &str| {
            let time = self.day.at(0, 0, 0, 0) + SignedDuration::from_mins(minute(text).minutes().into());
            self.location.zone.to_timestamp(time).unwrap()
        };
        Span::new(at(from), at(to)).unwrap()
    }

    fn busy(&self, lane: u16, from: &str, to: &str) -> Occupancy {
        Occupancy {
            lane: Lane::new(lane),
            span: self.span(from, to),
            service: Some(SERVICE),
        }
    }
}

#[test]
fn a_free_morning_offers_every_step_that_fits() {
    let office = Office::johannesburg();
    let diary = diary(1, &[period("08:00", "09:45"), period("13:00", "14:00")]);
    assert_eq!(office.times(&diary), ["08:00", "08:30", "09:00", "13:00", "13:30"]);
}

#[test]
fn a_day_may_end_at_midnight() {
    let office = Office::johannesburg();
    assert_eq!(office.times(&diary(1, &[period("23:00", "24:00")])), ["23:00", "23:30"]);
}

#[test]
fn held_and_confirmed_times_are_not_offered_and_buffers_count() {
    let mut office = Office::johannesburg();
    office.rules = office.rules.clone().buffers(Minutes::ZERO, Minutes::new(10)).unwrap();
    let mut diary = diary(1, &[period("08:00", "10:30")]);
    diary.busy = vec![office.busy(0, "09:00", "09:40")];
    assert_eq!(office.times(&diary), ["08:00", "10:00"]);
}

#[test]
fn a_second_lane_is_offered_when_the_first_is_taken() {
    let office = Office::johannesburg();
    let mut diary = diary(1, &[period("08:00", "09:00")]);
    diary.capacity = 2;
    diary.busy = vec![office.busy(0, "08:00", "08:30"), office.busy(7, "08:00", "09:00")];
    let slots = free_slots(&office.query(), std::slice::from_ref(&diary));
    let lanes: Vec<_> = slots.iter().map(|slot| slot.lane.number()).collect();
    assert_eq!(lanes, [1, 0]);
}

#[test]
fn location_hours_narrow_those_of_a_diary() {
    let mut office = Office::johannesburg();
    office.location.hours = Some(every_day(&[period("08:30", "09:30")]));
    assert_eq!(office.times(&diary(1, &[period("08:00", "10:00")])), ["08:30", "09:00"]);
}

#[test]
fn a_closure_wins_over_an_opening_and_both_may_be_for_one_diary() {
    let mut office = Office::johannesburg();
    let mut diary = diary(1, &[period("08:00", "10:00")]);
    diary.exceptions = vec![Exception::on(office.day, Change::Opened(period("10:00", "11:00")))];
    office.location.exceptions = vec![Exception::on(office.day, Change::Closed(period("08:30", "10:30")))];
    assert_eq!(office.times(&diary), ["08:00", "10:30"]);
    diary
        .exceptions
        .push(Exception::new(office.day, office.day, Change::Closed(Period::DAY)).unwrap());
    assert_eq!(office.times(&diary), [""; 0]);
}

#[test]
fn a_public_holiday_is_closed_unless_the_location_opens() {
    let mut office = Office::new("Africa/Johannesburg", date(2026, 8, 10), 30);
    let mut diary = diary(1, &[period("08:00", "08:30")]);
    assert_eq!(office.times(&diary), [""; 0]);
    diary.exceptions = vec![Exception::on(office.day, Change::Opened(period("12:00", "12:30")))];
    assert_eq!(office.times(&diary), ["12:00"]);
    office.location.opens_on_public_holidays = true;
    assert_eq!(office.times(&diary), ["08:00", "12:00"]);
}

#[test]
fn a_declared_holiday_is_closed_too() {
    let mut office = Office::johannesburg();
    office.location.declared_holidays.insert(office.day);
    assert_eq!(office.times(&diary(1, &[period("08:00", "09:00")])), [""; 0]);
}

#[test]
fn lead_time_and_horizon_bound_the_search() {
    let mut office = Office::johannesburg();
    let diary = diary(1, &[period("08:00", "10:00")]);
    office.now = office.span("08:00", "09:00").starts_at();
    office.rules = office.rules.clone().lead_time(Minutes::new(60));
    assert_eq!(office.times(&diary), ["09:00", "09:30"]);
    office.now -= SignedDuration::from_hours(24);
    office.rules = office.rules.clone().horizon_days(0);
    assert_eq!(office.times(&diary), [""; 0]);
}

#[test]
fn a_full_day_offers_nothing_more() {
    let mut office = Office::johannesburg();
    let mut diary = diary(1, &[period("08:00", "10:00")]);
    diary.busy = vec![office.busy(0, "08:00", "08:30"), office.busy(5, "08:00", "08:30")];
    office.rules = office.rules.clone().daily_limit(Some(3));
    assert_eq!(office.times(&diary).len(), 3);
    office.rules = office.rules.clone().daily_limit(Some(2));
    assert_eq!(office.times(&diary), [""; 0]);
    // What another service takes is gone, and counts towards no limit of this one.
    diary.busy[0].service = Some(ServiceId::from_uuid(uuid::Uuid::max()));
    assert_eq!(office.times(&diary), ["08:30", "09:00", "09:30"]);
    diary.busy[0].service = None;
    assert_eq!(office.times(&diary), [""; 0], "it may be one of this service");
}

#[test]
fn the_missing_hour_of_spring_is_not_offered() {
    let office = Office::new("America/New_York", date(2026, 3, 8), 30);
    assert_eq!(
        office.times(&diary(1, &[period("01:30", "04:00")])),
        ["01:30", "03:00", "03:30"]
    );
    assert_eq!(office.times(&diary(1, &[period("02:00", "03:00")])), [""; 0]);
}

#[test]
fn the_double_hour_of_autumn_is_offered_twice() {
    let office = Office::new("America/New_York", date(2026, 11, 1), 30);
    let slots = free_slots(&office.query(), &[diary(1, &[period("00:30", "02:30")])]);
    assert_eq!(
        office.wall(&slots),
        ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"]
    );
    assert!(slots.windows(2).all(|pair| pair[0].ends_at == pair[1].starts_at));
}

#[test]
fn a_booking_may_run_across_a_clock_change() {
    let office = Office::new("America/New_York", date(2026, 3, 8), 60);
    let slots = free_slots(&office.query(), &[diary(1, &[period("01:30", "04:00")])]);
    assert_eq!(office.wall(&slots), ["01:30",]);
    assert_eq!(
        office.location.zone.to_datetime(slots[0].ends_at).time(),
        jiff::civil::time(3, 30, 0, 0)
    );
}

#[test]
fn any_practitioner_is_the_one_with_the_fewest_bookings_then_the_first() {
    let office = Office::johannesburg();
    let mut diaries = [1, 2, 3].map(|number| diary(number, &[period("08:00", "09:00")]));
    diaries[0].busy = vec![office.busy(0, "12:00", "12:30")];
    diaries[1].busy = vec![office.busy(0, "08:30", "09:00")];
    diaries[2].busy = vec![office.busy(0, "12:00", "12:30"), office.busy(0, "13:00", "13:30")];
    let chosen = free_slots_of_any(&office.query(), &diaries);
    let who: Vec<_> = chosen.iter().map(|slot| slot.resource_id).collect();
    // At 08:00 the first two have one booking each; at 08:30 the second is taken.
    assert_eq!(who, [diaries[0].resource_id, diaries[0].resource_id]);
    diaries[1].busy.clear();
    assert_eq!(
        first_free(&office.query(), &diaries).unwrap().resource_id,
        diaries[1].resource_id
    );
}

#[test]
fn days_are_counted_with_their_zeros() {
    let office = Office::johannesburg();
    let mut query = office.query();
    query.last_day = date(2026, 3, 5);
    let mut diaries = [1, 2].map(|number| diary(number, &[period("08:00", "09:00")]));
    for diary in &mut diaries {
        diary.exceptions = vec![Exception::on(date(2026, 3, 4), Change::Closed(Period::DAY))];
    }
    let counts: Vec<_> = days_with_counts(&query, &diaries).iter().map(|day| day.times).collect();
    assert_eq!(counts, [2, 0, 2]);
}

#[test]
fn the_nearest_times_lie_on_both_sides() {
    let office = Office::johannesburg();
    let free = free_slots(&office.query(), &[diary(1, &[period("08:00", "11:00")])]);
    let wanted = office.span("09:30", "10:00").starts_at();
    assert_eq!(
        office.wall(&nearest(&free, wanted, 4)),
        ["08:30", "09:00", "09:30", "10:00"]
    );
    assert_eq!(nearest(&free, wanted, 99), free);
    assert_eq!(nearest(&[], wanted, 3), []);
}

#[test]
fn lanes_are_given_from_below_and_overbooking_starts_above_capacity() {
    let office = Office::johannesburg();
    let busy = [office.busy(0, "08:00", "09:00"), office.busy(2, "08:00", "09:00")];
    let wanted = office.span("08:30", "09:30");
    assert_eq!(next_lane(&busy, wanted, 2), Some(Lane::new(1)));
    assert_eq!(next_lane(&busy, wanted, 1), None);
    assert_eq!(overbook_lane(&busy, wanted, 2), Some(Lane::new(3)));
    assert_eq!(next_lane(&busy, office.span("09:00", "09:30"), 1), Some(Lane::new(0)));
}

#[test]
fn hours_and_rules_that_make_no_sense_are_refused() {
    for wrong in [
        "",
        "8",
        "24:01",
        "25:00",
        "08:60",
        "+8:00",
        "08:000",
        "١٢:٠٠",
        "08300",
        "2560",
        "h30",
        ":30",
        "8:",
        "-830",
        "8 30",
    ] {
        assert_eq!(MinuteOfDay::parse(wrong), Err(HoursError::Time), "{wrong}");
    }
    for right in ["08:30", "8:30", " 8.30 ", "0830", "830", "8h30", "08H30"] {
        assert_eq!(minute(right).to_string(), "08:30", "{right}");
    }
    assert_eq!(minute("8:05").to_string(), "08:05");
    assert_eq!(Period::new(minute("10:00"), minute("10:00")), Err(HoursError::Order));
    let backwards = Exception::new(date(2026, 1, 2), date(2026, 1, 1), Change::Closed(Period::DAY));
    assert_eq!(backwards, Err(HoursError::Days));
    let rules = |duration, step| ServiceRules::new(Minutes::new(duration), Minutes::new(step));
    assert_eq!(rules(0, 5), Err(RulesError::Duration));
    assert_eq!(rules(5, 0), Err(RulesError::Step));
    assert_eq!(
        rules(5, 5).unwrap().buffers(Minutes::new(1441), Minutes::ZERO),
        Err(RulesError::Buffer)
    );
}

#[test]
fn a_year_of_twenty_diaries_is_searched_whole() {
    let mut office = Office::johannesburg();
    office.location.opens_on_public_holidays = true;
    let mut diaries: Vec<_> = (0..20)
        .map(|number| diary(number, &[period("08:00", "17:00")]))
        .collect();
    let mut query = office.query();
    query.last_day = date(2027, 2, 27);
    let free = free_slots(&query, &diaries);
    assert_eq!(free.len(), 20 * 18 * 362);
    for diary in &mut diaries {
        let of_diary = free.iter().filter(|slot| slot.resource_id == diary.resource_id);
        let taken = |slot: &FreeSlot| Span::new(slot.starts_at, slot.ends_at).unwrap();
        diary.busy = of_diary
            .map(|slot| Occupancy {
                lane: slot.lane,
                span: taken(slot),
                service: Some(SERVICE),
            })
            .collect();
    }
    assert_eq!(free_slots(&query, &diaries), []);
}

#[test]
fn a_clock_turned_back_across_midnight_does_not_hide_what_is_taken() {
    // At 00:01 on 7 November 2010 the clocks of this zone went back to 23:01 of the day before.
    let office = Office::new("America/St_Johns", date(2010, 11, 6), 1);
    let mut diary = diary(1, &[period("23:58", "24:00"), period("00:00", "00:01")]);
    let mut query = office.query();
    query.last_day = date(2010, 11, 7);
    let free = free_slots(&query, std::slice::from_ref(&diary));
    let expected = [
        "00:00", "23:58", "23:59", "00:00", "23:58", "23:59", "00:00", "23:58", "23:59",
    ];
    assert_eq!(office.wall(&free), expected);
    let taken = Span::new(free[3].starts_at, free[3].ends_at).unwrap();
    diary.busy = vec![Occupancy {
        lane: Lane::new(0),
        span: taken,
        service: None,
    }];
    assert!(!free_slots(&query, &[diary]).contains(&free[3]));
}
