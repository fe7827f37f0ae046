//! The door: how much of the machine's hashing sign-ins get, what a flood of them costs everybody else, what the check of a session
//! costs, how soon a sign-out holds on another node; and the attacks of `mornings`.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use aloe_vault::{Password, PasswordHasher, PasswordParameters, StoredPassword};

use super::mornings;
use crate::Options;
use crate::browser::Browser;
use crate::figures::{Bar, Report, median, percentile};
use crate::installation::{Filled, Installation, Node, SignIn};
use crate::load::{self, Client, Load};
use crate::trouble::Trouble;

/// Organisations, each with some members who have no second factor.
const ORGANISATIONS: usize = 24;
/// Clients that sign in at once.
const SIGNING_IN: usize = 8;
/// Clients that hammer the door, and the networks they come from.
const HAMMERING: usize = 200;
const NETWORKS: usize = 50;

/// Measures.
///
/// # Errors
/// A sentence about what went wrong.
pub async fn measure(options: &Options) -> Result<Report, Trouble> {
    let installation = Filled::fresh(&options.program, "identity", ORGANISATIONS, 10)?.start(&options.program)?;
    let mut report = Report::default();
    sign_ins(options, &installation, &mut report).await?;
    flood(options, &installation, &mut report).await?;
    session_check(options, &installation, &mut report).await?;
    let mut nodes = Vec::new();
    for number in 2..=3 {
        nodes.push(Node::start(&options.program, &installation, number)?);
    }
    sign_out(options, &installation, &nodes, &mut report).await?;
    mornings::timing(options, &installation, &mut report).await?;
    mornings::stuffing(options, &installation, &mut report).await?;
    mornings::mornings(options, &installation, &mut report).await?;
    mornings::limits(options, &installation, &mut nodes, &mut report).await?;
    Ok(report)
}

/// Members who sign in by password alone.
pub fn plain_members(installation: &Installation) -> Vec<SignIn> {
    let all = installation.organisations.iter().flat_map(|o| o.members.iter());
    all.filter(|m| ["reception", "practitioner", "counter"].contains(&m.role.as_str()))
        .cloned()
        .collect()
}

/// Somebody who signs in again and again.
struct Returning {
    browser: Browser,
    csrf: String,
    member: SignIn,
}

impl Client for Returning {
    async fn once(&mut self) -> Result<(), Trouble> {
        let (email, password) = (&self.member.email, &self.member.password);
        match self.browser.try_door(&self.csrf, email, password).await? {
            303 => Ok(()),
            other => Err(Trouble::Plain(format!("a right password was answered {other}"))),
        }
    }
}

async fn returning(installation: &Installation, how_many: usize) -> Result<Vec<Returning>, Trouble> {
    let mut all = Vec::new();
    for (n, member) in plain_members(installation).into_iter().take(how_many).enumerate() {
        let mut browser = Browser::open_from(installation, source(n)).await?;
        let csrf = browser.door().await?;
        all.push(Returning { browser, csrf, member });
    }
    Ok(all)
}

/// An address of its own for each number.
pub fn source(n: usize) -> Ipv4Addr {
    Ipv4Addr::from(0x7f01_0001 + u32::try_from(n).unwrap_or(0) * 7)
}

/// Sign-ins in a second over what the cores hash when they do nothing else, by the very hash that is in force.
async fn sign_ins(options: &Options, installation: &Installation, report: &mut Report) -> Result<(), Trouble> {
    let mut clients = returning(installation, SIGNING_IN).await?;
    // The first sign-in of each puts a hash of this machine's strength in place of the demonstration's.
    load::closed(&mut clients, 2, usize::MAX).await?;
    let first = clients
        .first()
        .ok_or_else(|| Trouble::Plain("nobody signs in".into()))?;
    let (email, typed) = (first.member.email.clone(), first.member.password.clone());
    let stored = installation
        .database
        .value(&format!("SELECT password_hash FROM aloe.users WHERE email = '{email}'"))?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let seconds = options.seconds(5);
    let (mut ratios, mut ours, mut theirs) = (vec![], vec![], vec![]);
    for _ in 0..options.rounds() {
        let load = load::closed(&mut clients, seconds, usize::MAX).await?;
        let ceiling = ceiling(&stored, &typed, cores, seconds)?;
        ratios.push(load.per_s() / ceiling);
        ours.push(load.per_s());
        theirs.push(ceiling);
    }
    report.note(format!(
        "{:.1} sign-ins a second, {:.1} hashes a second on {cores} cores",
        median(&ours),
        median(&theirs)
    ));
    report.figure("signin_ratio", median(&ratios), Bar::AtLeast(0.8));
    Ok(())
}

/// Comparisons in a second on every core.
fn ceiling(stored: &str, typed: &str, cores: usize, seconds: u64) -> Result<f64, Trouble> {
    let end = Instant::now() + Duration::from_secs(seconds);
    let began = Instant::now();
    let work = |_| {
        let hasher = PasswordHasher::of(PasswordParameters::default());
        let (stored, typed) = (stored.to_owned(), typed.to_owned());
        std::thread::spawn(move || {
            let stored = StoredPassword::from_stored(stored);
            let mut done = 0_u32;
            while Instant::now() < end {
                let password = Password::typed(typed.clone()).map_err(|e| Trouble::io("typing", &e))?;
                hasher
                    .verify(&password, Some(&stored))
                    .map_err(|e| Trouble::io("comparing", &e))?;
                done += 1;
            }
            Ok::<_, Trouble>(done)
        })
    };
    let threads: Vec<_> = (0..cores).map(work).collect();
    let mut all = 0;
    for thread in threads {
        all += thread
            .join()
            .map_err(|_| Trouble::Plain("hashing ended early".into()))??;
    }
    Ok(f64::from(all) / began.elapsed().as_secs_f64())
}

/// Somebody at work.
struct AtWork {
    browser: Browser,
    path: String,
}

impl Client for AtWork {
    async fn once(&mut self) -> Result<(), Trouble> {
        match self.browser.get(&self.path).await?.status {
            200 => Ok(()),
            other => Err(Trouble::Plain(format!("{} answered {other}", self.path))),
        }
    }
}

async fn at_work(installation: &Installation, how_many: usize) -> Result<Vec<AtWork>, Trouble> {
    let (organisation, member) = installation.member("reception")?;
    let mut first = Browser::open(installation).await?;
    first.sign_in(&member.email, &member.password).await?;
    let path = format!("/o/{}/calendar", organisation.slug);
    let mut all = Vec::new();
    for _ in 0..how_many {
        all.push(AtWork {
            browser: first.tab().await?,
            path: path.clone(),
        });
    }
    Ok(all)
}

/// The calendar at twenty requests a second, alone and while two hundred clients send wrong passwords as fast as they are answered.
async fn flood(options: &Options, installation: &Installation, report: &mut Report) -> Result<(), Trouble> {
    let mut workers = at_work(installation, 16).await?;
    let seconds = options.seconds(10);
    load::open(&mut workers, 20.0, 2).await?;
    let (mut ratios, mut quiet, mut flooded, mut tries) = (vec![], vec![], vec![], vec![]);
    for _ in 0..options.rounds() {
        let alone = load::open(&mut workers, 20.0, seconds).await?;
        let hammers = hammers(installation).await?;
        let count = std::rc::Rc::new(std::cell::Cell::new(0_u32));
        let set = tokio::task::LocalSet::new();
        for mut hammer in hammers {
            let count = count.clone();
            set.spawn_local(async move {
                while hammer.once().await.is_ok() {
                    count.set(count.get() + 1);
                }
            });
        }
        let under: Load = set.run_until(load::open(&mut workers, 20.0, seconds)).await?;
        drop(set);
        let (calm, hot) = (
            percentile(&alone.latencies_ms, 0.99),
            percentile(&under.latencies_ms, 0.99),
        );
        ratios.push(hot / calm);
        quiet.push(calm);
        flooded.push(hot);
        tries.push(f64::from(count.get()) / seconds as f64);
    }
    report.note(format!(
        "calendar p99 {:.1} ms quiet, {:.1} ms while {HAMMERING} clients try {:.0} passwords a second from {NETWORKS} networks",
        median(&quiet),
        median(&flooded),
        median(&tries)
    ));
    report.figure("flood_p99_ratio", median(&ratios), Bar::AtMost(3.0));
    mornings::forget(installation)
}

/// Somebody who guesses, as fast as they are answered.
struct Hammer {
    browser: Browser,
    csrf: String,
    email: String,
    tries: u32,
}

impl Client for Hammer {
    async fn once(&mut self) -> Result<(), Trouble> {
        self.tries += 1;
        let guess = format!("not the password {}", self.tries);
        match self.browser.try_door(&self.csrf, &self.email, &guess).await? {
            422 | 429 => Ok(()),
            other => Err(Trouble::Plain(format!("a wrong password was answered {other}"))),
        }
    }
}

async fn hammers(installation: &Installation) -> Result<Vec<Hammer>, Trouble> {
    let members = plain_members(installation);
    let mut all = Vec::new();
    for n in 0..HAMMERING {
        let mut browser = Browser::open_from(installation, source(1_000 + n % NETWORKS)).await?;
        let csrf = browser.door().await?;
        let known = members.get(n % (2 * members.len())).map(|m| m.email.clone());
        all.push(Hammer {
            browser,
            csrf,
            email: known.unwrap_or_else(|| format!("nobody-{n}@example.org")),
            tries: 0,
        });
    }
    Ok(all)
}

/// A small page that asks for a session and a small page that asks for none, on one connection each, turn by turn.
async fn session_check(options: &Options, installation: &Installation, report: &mut Report) -> Result<(), Trouble> {
    let mut inside = at_work(installation, 1).await?.remove(0).browser;
    let mut outside = Browser::open(installation).await?;
    outside.get("/sign-in").await?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let turns = if options.quick { 200 } else { 4_000 };
    for turn in 0..turns {
        let from = Instant::now();
        outside.get("/sign-in").await?;
        let unchecked = from.elapsed().as_secs_f64() * 1e6;
        let from = Instant::now();
        inside.get("/organisations").await?;
        let page = from.elapsed().as_secs_f64() * 1e6;
        if turn > turns / 10 {
            with.push(page);
            without.push(unchecked);
        }
    }
    report.note(format!(
        "the list of organisations p50 {:.0} us, the sign-in page {:.0} us",
        median(&with),
        median(&without)
    ));
    report.figure("session_check_us", median(&with) - median(&without), Bar::AtMost(150.0));
    Ok(())
}

/// A session that works on one node is signed out on another.
async fn sign_out(
    options: &Options,
    installation: &Installation,
    nodes: &[Node],
    report: &mut Report,
) -> Result<(), Trouble> {
    let node = nodes
        .first()
        .ok_or_else(|| Trouble::Plain("there is one node".into()))?;
    let (organisation, member) = installation.member("reception")?;
    let path = format!("/o/{}/calendar", organisation.slug);
    let (mut delays, mut served) = (Vec::new(), 0_u32);
    for _ in 0..options.rounds() * 4 {
        let mut here = Browser::open(installation).await?;
        here.sign_in(&member.email, &member.password).await?;
        let csrf = here.get(&path).await?.field("csrf").unwrap_or_default();
        let mut there = Browser::at_node(installation, node, Ipv4Addr::LOCALHOST).await?;
        there.take_cookies(here.cookies());
        if there.get(&path).await?.status != 200 {
            return Err(Trouble::Plain("the session does not work on the other node".into()));
        }
        here.post("/sign-out", &[("csrf", &csrf)]).await?;
        let answered = Instant::now();
        while there.get(&path).await?.status == 200 {
            served += 1;
        }
        delays.push(answered.elapsed().as_secs_f64() * 1000.0);
    }
    report.figure("signout_ms", percentile(&delays, 0.99), Bar::AtMost(50.0));
    report.figure("served_after_signout", f64::from(served), Bar::AtMost(0.0));
    Ok(())
}
