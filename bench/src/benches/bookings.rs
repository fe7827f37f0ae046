//! The ground that booking loads stand on: diaries with free time, people with proven phones, and clients who book.

use std::cell::Cell;
use std::rc::Rc;

use aloe_vault::{Token, TokenDomain};
use data_encoding::BASE64URL_NOPAD;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::browser::Browser;
use crate::installation::Installation;
use crate::load::Client;
use crate::pgbench::Pgbench;
use crate::recorder::{Executed, Recorder};
use crate::script::{self, Known, Rules, literal};
use crate::trouble::Trouble;

/// People with a proven phone in each organisation.
const PEOPLE: usize = 20_011;
/// Quarter-hours from eight to five.
const A_DAY: usize = 36;
/// The first day that Aloe's clients book, counted from today.
const FIRST_DAY: usize = 2;
/// The first day of the floor: the two sides never meet.
const FLOOR_DAY: usize = 180;
/// The first day of contended times.
const CONTENDED_DAY: usize = 120;
/// The first day of the bookings that are recorded.
const RECORDED_DAY: usize = 160;
/// Times that one round of the floor may use.
const FLOOR_ROUND: usize = 25_000;
/// Requests recorded for the floor.
const RECORDED: usize = 5;

/// One diary that can be booked.
#[derive(Clone)]
pub struct Diary {
    slug: String,
    organisation: String,
    service: String,
    location: String,
    resource: String,
}

/// Everything that can be booked, and how far the load has come.
#[derive(Clone)]
pub struct Ground {
    diaries: Rc<Vec<Diary>>,
    /// Eight o'clock today in South Africa.
    morning: Timestamp,
    next: Rc<Cell<usize>>,
    /// Bookings that were confirmed.
    pub booked: Rc<Cell<usize>>,
    /// Attempts that came too late.
    pub lost: Rc<Cell<usize>>,
}

impl Ground {
    /// Opens every diary from eight to five on every day for a year, and proves the phones. Written past the triggers: this
    /// is set-up, and every request that is measured goes through them.
    ///
    /// # Errors
    /// What the database said.
    pub fn lay(installation: &Installation) -> Result<Self, Trouble> {
        installation.database.rows(&format!("{OPEN}{}", people()))?;
        let rows = installation.database.rows(DIARIES)?;
        let diaries: Vec<Diary> = rows
            .into_iter()
            .filter_map(|row| {
                let [slug, organisation, service, location, resource] = <[String; 5]>::try_from(row).ok()?;
                Some(Diary {
                    slug,
                    organisation,
                    service,
                    location,
                    resource,
                })
            })
            .collect();
        let zone = TimeZone::get("Africa/Johannesburg").map_err(|e| Trouble::io("finding the time zone", &e))?;
        let today = Timestamp::now().to_zoned(zone.clone()).date();
        let morning = today
            .at(8, 0, 0, 0)
            .to_zoned(zone)
            .map_err(|e| Trouble::io("finding the morning", &e))?;
        Ok(Self {
            diaries: Rc::new(diaries),
            morning: morning.timestamp(),
            next: Rc::default(),
            booked: Rc::default(),
            lost: Rc::default(),
        })
    }

    /// A time that nobody has booked yet.
    fn fresh(&self) -> usize {
        self.next.replace(self.next.get() + 1)
    }

    /// The diary and the start of the time number `time`, from a day on.
    fn place(&self, time: usize, first_day: usize) -> Option<(&Diary, Timestamp)> {
        let diary = self.diaries.get(time % self.diaries.len())?;
        let in_diary = time / self.diaries.len();
        let (day, slot) = (first_day + in_diary / A_DAY, in_diary % A_DAY);
        let minutes = i64::try_from(day * 24 * 60 + slot * 15).ok()?;
        Some((diary, self.morning + SignedDuration::from_mins(minutes)))
    }

    /// The floor of a booking: the statements of recorded bookings, on times and people of its own.
    ///
    /// # Errors
    /// When the recorded bookings cannot be made into a script.
    pub async fn floor(&self, installation: &Installation) -> Result<Pgbench, Trouble> {
        let login = installation.floor_login("bench_public", "aloe_public")?;
        let recorded = self.record(installation).await?;
        let script = script::write(&recorded.requests, &self.rules(&recorded), &login)?;
        Pgbench::within(&installation.folder, "booking", login, &script)
    }

    async fn record(&self, installation: &Installation) -> Result<Recorded, Trouble> {
        let mut booker = Booker::open(installation, self, Aim::Fresh).await?;
        // Once unrecorded: what is prepared or read at first contact is not part of every booking.
        self.sample(&mut booker, RECORDED).await?;
        let recorder = Recorder::begin(installation)?;
        let chosen = self.sample(&mut booker, 0).await?;
        Ok(Recorded {
            requests: recorder.end(RECORDED)?,
            chosen,
        })
    }

    /// Books the same quarter of an hour on different days in diaries of different organisations: all that differs is what
    /// differs between people.
    async fn sample(&self, booker: &mut Booker, first: usize) -> Result<Vec<(Diary, Timestamp, usize)>, Trouble> {
        let mut chosen = Vec::new();
        let diaries = self.diaries.len();
        for n in 0..RECORDED {
            // Diaries far apart in the list belong to different organisations.
            let time = (first + n) * A_DAY * diaries + n * diaries / RECORDED;
            let (diary, start) = self.place(time, RECORDED_DAY).ok_or_else(no_time)?;
            let (diary, start) = (diary.clone(), start);
            if !booker.book(&diary, start, first + n).await? {
                return Err(Trouble::Plain("a recorded booking came too late".into()));
            }
            chosen.push((diary, start, first + n));
        }
        Ok(chosen)
    }

    fn rules(&self, recorded: &Recorded) -> Rules {
        let all = |of: fn(&Diary) -> &String| -> String {
            self.diaries
                .iter()
                .map(|d| literal(of(d)))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let known = |of: fn(&Diary) -> &String| Known {
            values: recorded.chosen.iter().map(|(diary, _, _)| of(diary).clone()).collect(),
            expression: format!("(ARRAY[{}])[:d::int]", all(of)),
        };
        let phones = Known {
            values: recorded.chosen.iter().map(|(_, _, who)| e164(*who)).collect(),
            expression: "('+2760' || lpad(:p::text, 7, '0'))".into(),
        };
        let proofs = Known {
            values: recorded
                .chosen
                .iter()
                .map(|(_, _, who)| {
                    format!(
                        "\\x{}",
                        data_encoding::HEXLOWER.encode(proof(*who).hash(TokenDomain::SESSION).as_bytes())
                    )
                })
                .collect(),
            expression: proof_hash_of(":p::text"),
        };
        let diaries = self.diaries.len();
        let first = self.morning + SignedDuration::from_hours(24 * FLOOR_DAY as i64);
        let first = first.strftime("%Y%m%dT%H%M%SZ").to_string();
        Rules {
            preamble: format!(
                "\\set n :n + 1\n\\set u :round * 100000000000 + :client_id * 1000000000 + :n\n\
                 \\set g (:round - 1) * {FLOOR_ROUND} + :n * :clients + :client_id\n\\set d :g % {diaries} + 1\n\
                 \\set q :g / {diaries}\n\\set m (:q / {A_DAY}) * 1440 + (:q % {A_DAY}) * 15\n\\set p :g % {PEOPLE}\n"
            ),
            known: vec![
                known(|d| &d.slug),
                known(|d| &d.organisation),
                known(|d| &d.service),
                known(|d| &d.location),
                known(|d| &d.resource),
                phones,
                proofs,
            ],
            moment: Some((
                recorded.chosen.iter().map(|(_, start, _)| start.as_second()).collect(),
                format!("('{first}'::timestamptz + make_interval(mins => :m::int))"),
            )),
            choose: false,
        }
    }
}

struct Recorded {
    requests: Vec<Vec<Executed>>,
    chosen: Vec<(Diary, Timestamp, usize)>,
}

/// Which times a client goes for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Times that nobody else wants.
    Fresh,
    /// The same time as this many others.
    Shared(usize),
}

/// A client who books one time after another, each for another person whose phone is proven.
pub struct Booker {
    browser: Browser,
    csrf: String,
    ground: Ground,
    aim: Aim,
}

impl Booker {
    /// Opens the booking page, as everybody does first.
    ///
    /// # Errors
    /// When the page does not come.
    pub async fn open(installation: &Installation, ground: &Ground, aim: Aim) -> Result<Self, Trouble> {
        let mut browser = Browser::open(installation).await?;
        let slug = ground.diaries.first().map(|d| d.slug.clone()).unwrap_or_default();
        let (diary, start) = ground.place(0, FIRST_DAY).ok_or_else(no_time)?;
        let path = format!(
            "/b/{slug}/details?service={}&place={}&start={start}",
            diary.service, diary.location
        );
        let page = browser.get(&path).await?;
        let csrf = page
            .field("csrf")
            .ok_or_else(|| Trouble::Plain(format!("the booking page answered {}", page.status)))?;
        Ok(Self {
            browser,
            csrf,
            ground: ground.clone(),
            aim,
        })
    }

    /// Several of them.
    ///
    /// # Errors
    /// When a page does not come.
    pub async fn several(
        installation: &Installation,
        ground: &Ground,
        aim: Aim,
        how_many: usize,
    ) -> Result<Vec<Self>, Trouble> {
        let mut all = Vec::with_capacity(how_many);
        for _ in 0..how_many {
            all.push(Self::open(installation, ground, aim).await?);
        }
        Ok(all)
    }

    /// Books; answers whether the time was still free.
    async fn book(&mut self, diary: &Diary, start: Timestamp, who: usize) -> Result<bool, Trouble> {
        let token = proof(who).to_text();
        self.browser.hold("proof", token.expose())?;
        let (start, key, phone) = (
            start.to_string(),
            Uuid::new_v4().to_string(),
            e164(who).replacen("+27", "0", 1),
        );
        let fields = [
            ("csrf", self.csrf.as_str()),
            ("service", &diary.service),
            ("place", &diary.location),
            ("with", &diary.resource),
            ("start", &start),
            ("name", "Naledi Khumalo"),
            ("for", "me"),
            ("other", ""),
            ("phone", &phone),
            ("notice", "1"),
            ("key", &key),
        ];
        let answer = self
            .browser
            .post(&format!("/b/{}/confirm", diary.slug), &fields)
            .await?;
        match answer.status {
            303 if answer.location.contains("/m/") => Ok(true),
            409 | 422 | 200 if self.aim != Aim::Fresh => Ok(false),
            other => Err(Trouble::Plain(format!(
                "booking answered {other}: {}",
                sentence(&answer.text())
            ))),
        }
    }
}

impl Client for Booker {
    async fn once(&mut self) -> Result<(), Trouble> {
        let number = self.ground.fresh();
        let (time, first_day) = match self.aim {
            Aim::Fresh => (number, FIRST_DAY),
            Aim::Shared(others) => (number / others, CONTENDED_DAY),
        };
        let (diary, start) = self.ground.place(time, first_day).ok_or_else(no_time)?;
        let (diary, start) = (diary.clone(), start);
        let counted = if self.book(&diary, start, number % PEOPLE).await? {
            &self.ground.booked
        } else {
            &self.ground.lost
        };
        counted.set(counted.get() + 1);
        Ok(())
    }
}

fn no_time() -> Trouble {
    Trouble::Plain("there are no times left".into())
}

/// The words of an error page.
fn sentence(page: &str) -> String {
    let heading = page
        .split("<h1")
        .nth(1)
        .and_then(|rest| rest.split_once('>'))
        .map_or(page, |(_, rest)| rest);
    heading.chars().take(300).collect()
}

fn e164(who: usize) -> String {
    format!("+2760{who:07}")
}

/// The proof of a phone, which the database can work out as well: the floor proves the same phones.
fn proof(who: usize) -> Token {
    let bytes = Sha256::digest(format!("bench {who}"));
    Token::parse(&BASE64URL_NOPAD.encode(&bytes)).unwrap_or_else(|_| unreachable!("32 bytes make a token"))
}

/// What the database keeps of the proof of the person whose number is in an expression.
fn proof_hash_of(number: &str) -> String {
    let label = data_encoding::HEXLOWER.encode(TokenDomain::SESSION.label().as_bytes());
    format!("sha256(E'\\\\x{label}'::bytea || sha256(('bench ' || {number})::bytea))")
}

fn people() -> String {
    format!(
        "INSERT INTO phone_proofs (organisation_id, phone_proof_id, phone, pin_mac, pin_expires_at, proof_hash, proven_at, expires_at)
         SELECT o.organisation_id, gen_random_uuid(), '+2760' || lpad(p::text, 7, '0'), sha256(''), now(), {}, now(), now() + interval '30 minutes'
         FROM organisations o, generate_series(0, {}) p;
         ANALYZE;",
        proof_hash_of("p::text"),
        PEOPLE - 1
    )
}

/// Every diary works from eight to five on every day at its organisation's first place.
const OPEN: &str = "
    SET session_replication_role = replica;
    DELETE FROM occupancies; DELETE FROM booking_links; DELETE FROM bookings; DELETE FROM closures; DELETE FROM weekly_hours; DELETE FROM phone_proofs;
    UPDATE locations SET opens_on_public_holidays = true;
    UPDATE services SET minutes = 15, step = 15, buffer_before = 0, buffer_after = 0, lead_minutes = 0, horizon_days = 365, daily_limit = NULL;
    INSERT INTO weekly_hours (organisation_id, weekly_hours_id, resource_id, location_id, weekday, opens, closes)
    SELECT r.organisation_id, gen_random_uuid(), r.resource_id,
        (SELECT l.location_id FROM locations l WHERE l.organisation_id = r.organisation_id ORDER BY l.location_id LIMIT 1), d, 480, 1020
    FROM resources r, generate_series(1, 7) d;
    SET session_replication_role = origin;
";

const DIARIES: &str = "
    SELECT o.slug, o.organisation_id, (SELECT s.service_id FROM service_resources s WHERE s.organisation_id = o.organisation_id AND s.resource_id = r.resource_id ORDER BY 1 LIMIT 1),
        (SELECT h.location_id FROM weekly_hours h WHERE h.organisation_id = o.organisation_id LIMIT 1), r.resource_id
    FROM resources r JOIN organisations o USING (organisation_id) WHERE r.active ORDER BY o.slug, r.resource_id;
";
