//! Attacks on the door, and mornings without one. Patterns are drawn from a printed seed; sources lie in 127.0.0.0/8.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::identity::{plain_members, source};
use crate::Options;
use crate::browser::Browser;
use crate::figures::{Bar, Report};
use crate::installation::{Installation, Node};
use crate::trouble::Trouble;

/// Accounts of one attack.
const ACCOUNTS: usize = 1_000;
/// People of one morning.
const PEOPLE: usize = 60;

/// Draws from a seed: SplitMix64, which is good enough for patterns.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap_or(0)
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }
}

fn seed(report: &mut Report, what: &str) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seed = now.as_nanos() as u64;
    report.note(format!("{what}: seed {seed}"));
    seed
}

/// What was counted at the door so far is forgotten, so that the next measurement begins like a quiet day.
///
/// # Errors
/// What the database said.
pub fn forget(installation: &Installation) -> Result<(), Trouble> {
    let tables = "DELETE FROM fence.throttles; DELETE FROM fence.guesses; DELETE FROM fence.wrong_passwords;
        DELETE FROM fence.operator_alerts; DELETE FROM fence.known_sources; DELETE FROM aloe.known_devices;";
    installation.database.rows(tables).map(drop)
}

/// A thousand accounts, half of them real, tried once each from few networks and from many: guesses that were compared until the
/// end, and seconds until the alert.
///
/// # Errors
/// What the connections said.
pub async fn stuffing(options: &Options, installation: &Installation, report: &mut Report) -> Result<(), Trouble> {
    let mut draw = Draw(seed(report, "stuffing"));
    let real = plain_members(installation);
    let accounts = if options.quick { 100 } else { ACCOUNTS };
    let (mut worst_guesses, mut worst_alert) = (0, 0.0_f64);
    for networks in [5, 50, 500] {
        forget(installation)?;
        let mut waiting: Vec<(usize, String)> = (0..accounts)
            .map(|n| {
                let known = real.get(draw.below(2 * real.len())).map(|m| m.email.clone());
                (n % networks, known.unwrap_or_else(|| format!("leaked-{n}@example.org")))
            })
            .collect();
        for at in (1..waiting.len()).rev() {
            waiting.swap(at, draw.below(at + 1));
        }
        let began = Instant::now();
        let queue = std::cell::RefCell::new(waiting);
        let compared = std::cell::Cell::new(0_usize);
        let attackers = (0..100).map(|_| async {
            loop {
                let Some((network, email)) = queue.borrow_mut().pop() else {
                    return Ok::<_, Trouble>(());
                };
                let mut browser = Browser::open_from(installation, source(5_000 + network)).await?;
                let csrf = browser.door().await?;
                if browser.try_door(&csrf, &email, "leaked from elsewhere").await? == 422 {
                    compared.set(compared.get() + 1);
                }
            }
        });
        let alerted = async {
            loop {
                let count = installation
                    .database
                    .value("SELECT count(*) FROM fence.operator_alerts WHERE kind = 'stuffing'")?;
                if count != "0" {
                    return Ok::<_, Trouble>(began.elapsed().as_secs_f64());
                }
                if began.elapsed() > Duration::from_secs(60) {
                    return Err(Trouble::Plain("no alert within a minute".into()));
                }
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
        };
        let (all, alerted) = futures_util::future::join(futures_util::future::join_all(attackers), alerted).await;
        all.into_iter().collect::<Result<(), _>>()?;
        let alerted = alerted?;
        report.note(format!(
            "{accounts} accounts from {networks} networks in {:.0} s: {} guesses compared, alert after {alerted:.1} s",
            began.elapsed().as_secs_f64(),
            compared.get()
        ));
        worst_guesses = worst_guesses.max(compared.get());
        worst_alert = worst_alert.max(alerted);
    }
    report.figure("stuffing_alert_s", worst_alert, Bar::AtMost(10.0));
    report.figure("stuffing_guesses", worst_guesses as f64, Bar::AtMost(49.0));
    Ok(())
}

/// Wrong passwords for accounts that there are and for addresses that nobody has, in pairs and in random order: Welch's t of their
/// times, which stays below 4.5 where nobody can tell them apart.
///
/// # Errors
/// What the connections said.
pub async fn timing(options: &Options, installation: &Installation, report: &mut Report) -> Result<(), Trouble> {
    let mut draw = Draw(seed(report, "timing"));
    let members = plain_members(installation);
    let mut browser = Browser::open(installation).await?;
    let csrf = browser.door().await?;
    let (mut there, mut nobody) = (Vec::new(), Vec::new());
    for pair in 0..if options.quick { 30 } else { 600 } {
        if pair % 8 == 0 {
            forget(installation)?;
        }
        let account = members
            .get(pair % members.len())
            .map(|m| m.email.clone())
            .unwrap_or_default();
        let stranger = format!(
            "nobody-{}@{}",
            draw.next(),
            account.split('@').nth(1).unwrap_or("example.org")
        );
        let first = draw.percent(50);
        for turn in [first, !first] {
            let email = if turn { &account } else { &stranger };
            let from = Instant::now();
            let status = browser.try_door(&csrf, email, "not the password").await?;
            let took = from.elapsed().as_secs_f64() * 1000.0;
            match (status, turn) {
                (422, true) => there.push(took),
                (422, false) => nobody.push(took),
                _ => return Err(Trouble::Plain(format!("a wrong password was answered {status}"))),
            }
        }
    }
    let t = welch(&there, &nobody);
    report.note(format!(
        "a wrong password takes {:.2} ms for an account, {:.2} ms for nobody's, {} each",
        mean(&there),
        mean(&nobody),
        there.len()
    ));
    report.figure("timing_t", t.abs(), Bar::AtMost(4.5));
    Ok(())
}

fn mean(figures: &[f64]) -> f64 {
    figures.iter().sum::<f64>() / figures.len() as f64
}

/// Welch's t (1947): the difference of two means over its standard error.
fn welch(one: &[f64], two: &[f64]) -> f64 {
    let error = |all: &[f64]| {
        let middle = mean(all);
        let squares: f64 = all.iter().map(|x| (x - middle).powi(2)).sum();
        squares / (all.len() as f64 - 1.0) / all.len() as f64
    };
    (mean(one) - mean(two)) / (error(one) + error(two)).sqrt()
}

/// Mornings of sixty people behind one address: most in a browser they used before, some in a new one; some mistype once, twice or
/// three times. An hour's work is done within a minute, which is harder than any morning.
///
/// # Errors
/// What the connections said.
pub async fn mornings(options: &Options, installation: &Installation, report: &mut Report) -> Result<(), Trouble> {
    let first = seed(report, "mornings");
    let people: Vec<_> = plain_members(installation).into_iter().cycle().take(PEOPLE).collect();
    let clinic = source(20_000);
    let (mut throttled, mut tries, mut wrong) = (0_u32, 0_u32, 0_u32);
    for morning in 0..if options.quick { 1 } else { 10 } {
        forget(installation)?;
        let mut draw = Draw(first.wrapping_add(morning));
        let mut desks = Vec::new();
        for member in &people {
            let mut browser = Browser::open_from(installation, clinic).await?;
            let csrf = browser.door().await?;
            // Everybody works here since yesterday; some got a new browser over night.
            let fresh = draw.percent(15);
            if !fresh {
                browser.try_door(&csrf, &member.email, &member.password).await?;
            }
            desks.push((browser, csrf, member));
        }
        for at in (1..desks.len()).rev() {
            desks.swap(at, draw.below(at + 1));
        }
        for (browser, csrf, member) in &mut desks {
            let mistakes = match draw.below(100) {
                0..75 => 0,
                75..90 => 1,
                90..97 => 2,
                _ => 3,
            };
            for attempt in 0..=mistakes {
                let typed = match attempt == mistakes {
                    true => member.password.clone(),
                    false => format!("{}{attempt}", member.password),
                };
                tries += 1;
                match browser.try_door(csrf, &member.email, &typed).await? {
                    429 => throttled += 1,
                    422 => wrong += 1,
                    _ => {}
                }
            }
        }
    }
    report.note(format!("{tries} tries of {PEOPLE} people, {wrong} of them wrong"));
    report.figure("false_throttles", f64::from(throttled), Bar::AtMost(0.0));
    Ok(())
}

/// One account guessed at over three nodes, chosen at random, of which one restarts now and then: what was compared beyond what
/// the limit allows for the time that passed.
///
/// # Errors
/// What the connections said.
pub async fn limits(
    options: &Options,
    installation: &Installation,
    nodes: &mut [Node],
    report: &mut Report,
) -> Result<(), Trouble> {
    let mut draw = Draw(seed(report, "limits"));
    let members = plain_members(installation);
    let (mut beyond, mut all, mut compared_all) = (0_u64, 0_u32, 0_u32);
    for round in 0..if options.quick { 1 } else { 3 } {
        forget(installation)?;
        let email = members.get(round * 3).map(|m| m.email.clone()).unwrap_or_default();
        let began = Instant::now();
        let mut compared = 0_u64;
        while began.elapsed() < Duration::from_secs(options.seconds(18)) {
            if draw.percent(4) {
                let one = draw.below(nodes.len());
                if let Some(node) = nodes.get_mut(one) {
                    node.restart(&options.program)?;
                }
            }
            let from = source(30_000 + draw.below(400));
            let tries = (0..12).map(|_| draw.below(nodes.len() + 1)).collect::<Vec<_>>();
            let answers = tries
                .into_iter()
                .map(|at| guess(installation, nodes.get(at), from, &email));
            for answer in futures_util::future::join_all(answers).await {
                all += 1;
                compared += u64::from(answer? == 422);
            }
        }
        compared_all += u32::try_from(compared).unwrap_or(0);
        beyond += compared.saturating_sub(allowed(began.elapsed()));
    }
    report.note(format!("{all} tries on three nodes, {compared_all} compared"));
    report.figure("limit_error", beyond as f64, Bar::AtMost(0.0));
    Ok(())
}

async fn guess(
    installation: &Installation,
    node: Option<&Node>,
    from: std::net::Ipv4Addr,
    email: &str,
) -> Result<u16, Trouble> {
    let mut browser = match node {
        Some(node) => Browser::at_node(installation, node, from).await?,
        None => Browser::open_from(installation, from).await?,
    };
    let csrf = browser.door().await?;
    browser.try_door(&csrf, email, "one of many guesses").await
}

/// Five at once, then one after five seconds, ten more, twenty more.
fn allowed(after: Duration) -> u64 {
    let mut due = 0;
    (0..8)
        .take_while(|n| {
            due += 5 << n;
            after >= Duration::from_secs(due)
        })
        .count() as u64
        + 5
}
