//! What the fence costs: the same load on an installation with it and on one without. Without: the logins pass every policy
//! and the context is neither signed nor verified; sessions are looked up all the same.

use super::bookings::{Aim, Booker, Ground};
use super::searches::{Kind, Receptionist, Wanted};
use crate::Options;
use crate::figures::{Bar, Report, median};
use crate::installation::{Filled, Installation};
use crate::load::{self, Load};
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
    let bookings = bookings(options, &fenced, &open, &mut report).await?;
    let searches = searches(options, &fenced, &open, &mut report).await?;
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
    report.figure("booking_ratio", bookings, Bar::AtLeast(0.85));
    report.figure("search_ratio", searches, Bar::AtLeast(0.80));
    Ok(report)
}

async fn bookings(options: &Options, fenced: &Side, open: &Side, report: &mut Report) -> Result<f64, Trouble> {
    let mut with = Booker::several(&fenced.installation, &fenced.ground, Aim::Fresh, CLIENTS).await?;
    let mut without = Booker::several(&open.installation, &open.ground, Aim::Fresh, CLIENTS).await?;
    let seconds = options.seconds(SECONDS);
    load::closed(&mut with, 2, usize::MAX).await?;
    load::closed(&mut without, 2, usize::MAX).await?;
    let (mut rates, mut free_rates, mut ratios) = (vec![], vec![], vec![]);
    for _ in 0..options.rounds() * 2 {
        let (fenced_load, fenced_cpu) = bookings_of(&fenced.installation, &mut with, seconds).await?;
        let (open_load, open_cpu) = bookings_of(&open.installation, &mut without, seconds).await?;
        rates.push(fenced_load.per_s());
        free_rates.push(open_load.per_s());
        ratios.push(fenced_load.per_s() / open_load.per_s());
        eprintln!(
            "bookings: {:.0}/s with the fence, {:.0}/s without; {fenced_cpu:.0} and {open_cpu:.0} us of the database each",
            fenced_load.per_s(),
            open_load.per_s()
        );
    }
    report.note(format!(
        "bookings: {:.0}/s with the fence, {:.0}/s without",
        median(&rates),
        median(&free_rates)
    ));
    Ok(median(&ratios))
}

/// One round, and the database's processor time for each booking: its jobs included, which end before the next round.
async fn bookings_of(
    installation: &Installation,
    bookers: &mut [Booker],
    seconds: u64,
) -> Result<(Load, f64), Trouble> {
    let before = installation.database_cpu();
    let load = load::closed(bookers, seconds, usize::MAX).await?;
    let during = installation.database_cpu();
    installation.quiet().await?;
    let after = installation.database_cpu();
    let each = 1e6 / load.latencies_ms.len() as f64;
    eprintln!(
        "    {:.0} us while booking, {:.0} us for jobs left over",
        (during - before) * each,
        (after - during) * each
    );
    Ok((load, (after - before) * each))
}

async fn searches(options: &Options, fenced: &Side, open: &Side, report: &mut Report) -> Result<f64, Trouble> {
    let mut with = Receptionist::several(&fenced.wanted, Kind::Name, CLIENTS).await?;
    let mut without = Receptionist::several(&open.wanted, Kind::Name, CLIENTS).await?;
    let seconds = options.seconds(SECONDS);
    load::closed(&mut with, 1, usize::MAX).await?;
    load::closed(&mut without, 1, usize::MAX).await?;
    let (mut rates, mut free_rates, mut ratios) = (vec![], vec![], vec![]);
    for _ in 0..options.rounds() * 2 {
        let fenced_load = load::closed(&mut with, seconds, usize::MAX).await?;
        let open_load = load::closed(&mut without, seconds, usize::MAX).await?;
        rates.push(fenced_load.per_s());
        free_rates.push(open_load.per_s());
        ratios.push(fenced_load.per_s() / open_load.per_s());
        eprintln!(
            "searches: {:.0}/s with the fence, {:.0}/s without",
            fenced_load.per_s(),
            open_load.per_s()
        );
    }
    report.note(format!(
        "searches: {:.0}/s with the fence, {:.0}/s without",
        median(&rates),
        median(&free_rates)
    ));
    Ok(median(&ratios))
}

/// The logins pass every policy, and the context is written and read as it is.
const WITHOUT: &str = "
    ALTER ROLE aloe_member BYPASSRLS; ALTER ROLE aloe_public BYPASSRLS; ALTER ROLE aloe_auth BYPASSRLS; ALTER ROLE aloe_job BYPASSRLS;
    CREATE OR REPLACE FUNCTION fence.hmac_sha256(inner_block bytea, outer_block bytea, message bytea)
    RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = '' AS $$
    BEGIN RETURN pg_catalog.decode(pg_catalog.repeat('00', 32), 'hex'); END $$;
    CREATE OR REPLACE FUNCTION fence.verified() RETURNS bytea
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
    BEGIN RETURN pg_catalog.convert_to(nullif(pg_catalog.current_setting('aloe.context', true), ''), 'UTF8'); END $$;
";
