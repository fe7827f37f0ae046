//! Finding a patient by the start of any part of the name and by ID number: against its floor, with one client and eight, and
//! in an installation of 200 practices against one of two.

use super::searches::{Kind, Receptionist, Wanted};
use crate::Options;
use crate::figures::{Bar, Report, median, percentile};
use crate::installation::{Filled, Installation};
use crate::load;
use crate::pgbench::Pgbench;
use crate::trouble::Trouble;

/// Patients of each practice.
const PATIENTS: usize = 5000;

/// One installation, with everything that searches in it.
struct Side {
    installation: Installation,
    wanted: Wanted,
}

impl Side {
    async fn of(options: &Options, practices: usize) -> Result<Self, Trouble> {
        let filled = Filled::kept(&options.program, &options.root, practices, PATIENTS)?;
        let installation = filled.start(&options.program)?;
        let wanted = Wanted::of(&installation).await?;
        installation.database.rows("ANALYZE;")?;
        Ok(Self { installation, wanted })
    }

    async fn clients(&self, kind: Kind, how_many: usize) -> Result<Vec<Receptionist>, Trouble> {
        Receptionist::several(&self.wanted, kind, how_many).await
    }

    async fn floor(&self, kind: Kind) -> Result<Pgbench, Trouble> {
        self.wanted.floor(&self.installation, kind).await
    }
}

/// Measures.
///
/// # Errors
/// A sentence about what went wrong.
pub async fn measure(options: &Options) -> Result<Report, Trouble> {
    let large = Side::of(options, if options.quick { 20 } else { 200 }).await?;
    let mut report = Report::default();
    let (mut worst_ratio, mut worst_p99) = (0.0_f64, 0.0_f64);
    for (kind, name) in [(Kind::Name, "name"), (Kind::Number, "ID number")] {
        for clients in [1, 8] {
            let (ratio, p99) = against_the_floor(options, &large, kind, clients, name, &mut report).await?;
            worst_ratio = worst_ratio.max(ratio);
            if clients == 8 {
                worst_p99 = worst_p99.max(p99);
            }
        }
    }
    report.figure("p50_ratio", worst_ratio, Bar::AtMost(2.0));
    report.figure("p99_ms", worst_p99, Bar::AtMost(40.0));
    let small = Side::of(options, 2).await?;
    report.figure("growth", growth(options, &small, &large).await?, Bar::AtMost(1.3));
    Ok(report)
}

async fn against_the_floor(
    options: &Options,
    side: &Side,
    kind: Kind,
    clients: usize,
    name: &str,
    report: &mut Report,
) -> Result<(f64, f64), Trouble> {
    let mut floor = side.floor(kind).await?;
    let mut receptionists = side.clients(kind, clients).await?;
    let seconds = options.seconds(4);
    load::closed(&mut receptionists, 1, usize::MAX).await?;
    let (mut ratios, mut ours, mut theirs, mut p99s, mut cpu) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..options.rounds() {
        let before = side.installation.cpu();
        let load = load::closed(&mut receptionists, seconds, usize::MAX).await?;
        cpu.push((side.installation.cpu() - before) * 1e6 / load.latencies_ms.len() as f64);
        let base = floor.round(clients, seconds)?;
        let (p50, base_p50) = (median(&load.latencies_ms), median(&base.latencies_ms));
        ratios.push(p50 / base_p50);
        ours.push(p50);
        theirs.push(base_p50);
        p99s.push(percentile(&load.latencies_ms, 0.99));
    }
    report.note(format!(
        "by {name}, {clients} client(s): p50 {:.2} ms, floor {:.2} ms, ratio {:.2}; p99 {:.1} ms; {:.0} us of Aloe each",
        median(&ours),
        median(&theirs),
        median(&ratios),
        median(&p99s),
        median(&cpu)
    ));
    Ok((median(&ratios), median(&p99s)))
}

/// How much longer the same search takes among 200 practices than between two: the worse of both kinds.
async fn growth(options: &Options, small: &Side, large: &Side) -> Result<f64, Trouble> {
    let mut worst = 0.0_f64;
    for kind in [Kind::Name, Kind::Number] {
        let mut few = small.clients(kind, 1).await?;
        let mut many = large.clients(kind, 1).await?;
        let mut ratios = Vec::new();
        for _ in 0..options.rounds() {
            let alone = load::closed(&mut few, options.seconds(3), usize::MAX).await?;
            let among = load::closed(&mut many, options.seconds(3), usize::MAX).await?;
            ratios.push(median(&among.latencies_ms) / median(&alone.latencies_ms));
        }
        worst = worst.max(median(&ratios));
    }
    Ok(worst)
}
