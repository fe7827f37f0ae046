//! What the fence costs: the same load on an installation with it and on one without. Without: the logins pass every policy
//! and the context is neither signed nor verified; sessions are looked up all the same.

use super::bookings::{Aim, Booker, Ground};
use super::searches::{Kind, Receptionist, Wanted};
use crate::Options;
use crate::figures::{Bar, Report, median};
use crate::installation::{Filled, Installation};
use crate::load;
use crate::trouble::Trouble;

/// Clients at a time.
const CLIENTS: usize = 16;

/// Seconds of one round: short ones, so that what else happens on the machine falls on both sides alike.
const SECONDS: u64 = 4;

struct Side {
    installation: Installation,
    ground: Ground,
    wanted: Wanted,
}

impl Side {
    async fn of(options: &Options, name: &str, fenced: bool) -> Result<Self, Trouble> {
        let installation = Filled::fresh(&options.program, name, 10, 1000)?.start(&options.program)?;
        let ground = Ground::lay(&installation)?;
        if !fenced {
            installation.database.rows(WITHOUT)?;
        }
        let wanted = Wanted::of(&installation).await?;
        Ok(Self {
            installation,
            ground,
            wanted,
        })
    }
}

/// Measures.
///
/// # Errors
/// A sentence about what went wrong.
pub async fn measure(options: &Options) -> Result<Report, Trouble> {
    let fenced = Side::of(options, "fenced", true).await?;
    let open = Side::of(options, "open", false).await?;
    let mut report = Report::default();
    let bookings = {
        let mut with = Booker::several(&fenced.installation, &fenced.ground, Aim::Fresh, CLIENTS).await?;
        let mut without = Booker::several(&open.installation, &open.ground, Aim::Fresh, CLIENTS).await?;
        compare(options, "bookings", (&fenced, &mut with), (&open, &mut without)).await?
    };
    let searches = {
        let mut with = Receptionist::several(&fenced.wanted, Kind::Name, CLIENTS).await?;
        let mut without = Receptionist::several(&open.wanted, Kind::Name, CLIENTS).await?;
        compare(options, "searches", (&fenced, &mut with), (&open, &mut without)).await?
    };
    for (name, side) in [("with the fence", &fenced), ("without", &open)] {
        let floors = [
            ("booking", side.ground.floor(&side.installation).await?),
            ("search", side.wanted.floor(&side.installation, Kind::Name).await?),
        ];
        if name == "without" {
            side.installation
                .database
                .rows("ALTER ROLE bench_public BYPASSRLS; ALTER ROLE bench_member BYPASSRLS;")?;
        }
        side.installation.quiet().await?;
        for (what, mut floor) in floors {
            report.note(format!("the statements of a {what} {name}:"));
            for line in floor.profile(options.seconds(5), 6)? {
                report.note(line);
            }
        }
    }
    report.figure("booking_ratio", bookings.ratio, Bar::AtLeast(0.85));
    report.figure("booking_per_s", bookings.per_s, Bar::Reported);
    report.figure("booking_cpu_us", bookings.cpu_us, Bar::Reported);
    report.figure("booking_cpu_us_without", bookings.cpu_us_without, Bar::Reported);
    report.figure("search_ratio", searches.ratio, Bar::AtLeast(0.80));
    report.figure("search_per_s", searches.per_s, Bar::Reported);
    report.figure("search_cpu_us", searches.cpu_us, Bar::Reported);
    report.figure("search_cpu_us_without", searches.cpu_us_without, Bar::Reported);
    Ok(report)
}

/// One load on both sides: medians of all rounds.
struct Compared {
    ratio: f64,
    per_s: f64,
    /// Processor time of Aloe and of the database for each request, in microseconds.
    cpu_us: f64,
    cpu_us_without: f64,
}

async fn compare<C: load::Client>(
    options: &Options,
    what: &str,
    (fenced, with): (&Side, &mut [C]),
    (open, without): (&Side, &mut [C]),
) -> Result<Compared, Trouble> {
    let seconds = options.seconds(SECONDS);
    load::closed(with, 2, usize::MAX).await?;
    load::closed(without, 2, usize::MAX).await?;
    fenced.installation.analyse()?;
    open.installation.analyse()?;
    let (mut rates, mut ratios, mut cpu, mut free_cpu) = (vec![], vec![], vec![], vec![]);
    for _ in 0..options.rounds() * 2 {
        let (rate, each) = round(&fenced.installation, with, seconds).await?;
        let (free_rate, free_each) = round(&open.installation, without, seconds).await?;
        eprintln!(
            "{what}: {rate:.0}/s with the fence, {free_rate:.0}/s without; {each:.0} and {free_each:.0} us of processor time each"
        );
        ratios.push(rate / free_rate);
        rates.push(rate);
        cpu.push(each);
        free_cpu.push(free_each);
    }
    Ok(Compared {
        ratio: median(&ratios),
        per_s: median(&rates),
        cpu_us: median(&cpu),
        cpu_us_without: median(&free_cpu),
    })
}

/// One round: requests a second, and the processor time of each, its jobs included, which end before the next round.
async fn round<C: load::Client>(
    installation: &Installation,
    clients: &mut [C],
    seconds: u64,
) -> Result<(f64, f64), Trouble> {
    let spent = || installation.cpu() + installation.database_cpu();
    let before = spent();
    let load = load::closed(clients, seconds, usize::MAX).await?;
    installation.quiet().await?;
    Ok((load.per_s(), (spent() - before) * 1e6 / load.latencies_ms.len() as f64))
}

/// The logins pass every policy, and the context is written and read as it is.
const WITHOUT: &str = "
    ALTER ROLE aloe_member BYPASSRLS; ALTER ROLE aloe_public BYPASSRLS; ALTER ROLE aloe_auth BYPASSRLS; ALTER ROLE aloe_job BYPASSRLS;
    CREATE OR REPLACE FUNCTION fence.hmac_sha256(inner_block bytea, outer_block bytea, message bytea)
    RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    BEGIN RETURN pg_catalog.decode(pg_catalog.repeat('00', 32), 'hex'); END $$;
    CREATE OR REPLACE FUNCTION fence.verified() RETURNS bytea
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
    BEGIN RETURN pg_catalog.convert_to(nullif(pg_catalog.current_setting('aloe.context', true), ''), 'UTF8'); END $$;
";
