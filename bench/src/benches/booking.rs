//! A booking through HTTPS with the PIN already proven: against its floor, at half speed, and when everybody wants the same.

use super::bookings::{Aim, Booker, Ground};
use crate::Options;
use crate::figures::{Bar, Report, median, percentile};
use crate::installation::{Filled, Installation};
use crate::load;
use crate::trouble::Trouble;

/// Clients at a time.
const CLIENTS: usize = 32;
/// Connections of Aloe's pool for public pages, and so of the floor.
pub const CONNECTIONS: usize = 12;
/// Attempts on contended times, and how many go for each.
const ATTEMPTS: usize = 100_000;
const FOR_EACH: usize = 32;

/// Measures.
///
/// # Errors
/// A sentence about what went wrong.
pub async fn measure(options: &Options) -> Result<Report, Trouble> {
    let installation = Filled::fresh(&options.program, "booking", 10, 50)?.start(&options.program)?;
    let ground = Ground::lay(&installation)?;
    let mut report = Report::default();
    let per_s = against_the_floor(options, &installation, &ground, &mut report).await?;
    at_half_speed(options, &installation, &ground, per_s, &mut report).await?;
    contended(options, &installation, &ground, &mut report).await?;
    Ok(report)
}

async fn against_the_floor(
    options: &Options,
    installation: &Installation,
    ground: &Ground,
    report: &mut Report,
) -> Result<f64, Trouble> {
    let mut floor = ground.floor(installation).await?;
    let mut bookers = Booker::several(installation, ground, Aim::Fresh, CLIENTS).await?;
    let seconds = options.seconds(8);
    load::closed(&mut bookers, 2, usize::MAX).await?;
    installation.analyse()?;
    let (mut ours, mut theirs, mut ratios, mut cpu, mut database_cpu) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..options.rounds() {
        installation.quiet().await?;
        let (aloe, database) = (installation.cpu(), installation.database_cpu());
        let load = load::closed(&mut bookers, seconds, usize::MAX).await?;
        let each = 1e6 / load.latencies_ms.len() as f64;
        cpu.push((installation.cpu() - aloe) * each);
        database_cpu.push((installation.database_cpu() - database) * each);
        installation.quiet().await?;
        let base = floor.round(CONNECTIONS, seconds)?;
        ratios.push(load.per_s() / base.per_s);
        ours.push(load.per_s());
        theirs.push(base.per_s);
        eprintln!(
            "round: {:.0} bookings/s, floor {:.0}/s; {:.0} us of Aloe and {:.0} us of the database each",
            load.per_s(),
            base.per_s,
            cpu.last().copied().unwrap_or_default(),
            database_cpu.last().copied().unwrap_or_default()
        );
    }
    report.note(format!(
        "{CLIENTS} clients book over HTTPS; the floor runs the recorded statements on {CONNECTIONS} connections."
    ));
    for line in floor.profile(3, 40)? {
        report.note(line);
    }
    report.figure("ratio", median(&ratios), Bar::AtLeast(0.55));
    report.figure("per_s", median(&ours), Bar::AtLeast(500.0));
    report.figure("floor_per_s", median(&theirs), Bar::Reported);
    report.figure("cpu_us", median(&cpu), Bar::Reported);
    report.figure("database_cpu_us", median(&database_cpu), Bar::Reported);
    Ok(median(&ours))
}

async fn at_half_speed(
    options: &Options,
    installation: &Installation,
    ground: &Ground,
    per_s: f64,
    report: &mut Report,
) -> Result<(), Trouble> {
    let mut bookers = Booker::several(installation, ground, Aim::Fresh, CLIENTS).await?;
    installation.quiet().await?;
    let load = load::open(&mut bookers, per_s / 2.0, options.seconds(30)).await?;
    report.figure("open_per_s", per_s / 2.0, Bar::Reported);
    report.figure("p50_ms", percentile(&load.latencies_ms, 0.5), Bar::Reported);
    report.figure("p99_ms", percentile(&load.latencies_ms, 0.99), Bar::AtMost(50.0));
    Ok(())
}

async fn contended(
    options: &Options,
    installation: &Installation,
    ground: &Ground,
    report: &mut Report,
) -> Result<(), Trouble> {
    let attempts = if options.quick { 2000 } else { ATTEMPTS };
    let mut bookers = Booker::several(installation, ground, Aim::Shared(FOR_EACH), CLIENTS).await?;
    let (booked, lost) = (ground.booked.get(), ground.lost.get());
    let load = load::closed(&mut bookers, 600, attempts).await?;
    let (booked, lost) = (ground.booked.get() - booked, ground.lost.get() - lost);
    report.note(format!(
        "Contended: {booked} of {} attempts got their time, {lost} were told the nearest free ones.",
        booked + lost
    ));
    report.figure("attempts", (booked + lost) as f64, Bar::AtLeast(attempts as f64));
    report.figure("attempts_per_s", load.per_s(), Bar::Reported);
    report.figure("double_bookings", number(installation, DOUBLE)?, Bar::AtMost(0.0));
    report.figure(
        "deadlocks",
        number(
            installation,
            "SELECT deadlocks FROM pg_stat_database WHERE datname = 'aloe'",
        )?,
        Bar::AtMost(0.0),
    );
    Ok(())
}

fn number(installation: &Installation, query: &str) -> Result<f64, Trouble> {
    installation
        .database
        .value(query)?
        .parse()
        .map_err(|e| Trouble::io("reading a number", &e))
}

/// Pairs of bookings that stand in one lane of one diary at once, looked for without the constraint, and bookings without
/// their time.
const DOUBLE: &str = "
    SELECT (SELECT count(*) FROM bookings a JOIN bookings b ON b.organisation_id = a.organisation_id AND b.resource_id = a.resource_id
        AND b.booking_id > a.booking_id AND b.starts_at >= a.starts_at - interval '1 hour' AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at
        JOIN resources r ON r.organisation_id = a.organisation_id AND r.resource_id = a.resource_id AND r.capacity = 1
        WHERE a.status <> 'cancelled' AND b.status <> 'cancelled')
    + (SELECT count(*) FROM bookings b WHERE b.status <> 'cancelled' AND NOT EXISTS (
        SELECT FROM occupancies o WHERE o.organisation_id = b.organisation_id AND o.booking_id = b.booking_id))";
