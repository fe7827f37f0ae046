//! How soon Aloe answers after its process starts beside a running database, and how much memory it holds.

use std::time::{Duration, Instant};

use super::bookings::{Aim, Booker, Ground};
use crate::Options;
use crate::browser::Browser;
use crate::figures::{Bar, Report, median};
use crate::installation::Filled;
use crate::load;
use crate::processes::resident_mb;
use crate::trouble::Trouble;

/// Sign-ins after the load.
const SIGN_INS: usize = 20;

/// Measures.
///
/// # Errors
/// A sentence about what went wrong.
pub async fn measure(options: &Options) -> Result<Report, Trouble> {
    let mut installation = Filled::fresh(&options.program, "footprint", 10, 50)?.start(&options.program)?;
    let mut starts = Vec::new();
    for _ in 0..options.rounds() {
        installation.kill_aloe_alone()?;
        let from = Instant::now();
        installation.start_again(&options.program)?;
        let status = Browser::open(&installation).await?.get("/sign-in").await?.status;
        starts.push(from.elapsed().as_secs_f64());
        if status != 200 {
            return Err(Trouble::Plain(format!("the first answer was {status}")));
        }
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle = resident_mb(installation.pid);
    let ground = Ground::lay(&installation)?;
    let mut bookers = Booker::several(&installation, &ground, Aim::Fresh, 32).await?;
    let load = load::closed(&mut bookers, options.seconds(40), usize::MAX).await?;
    let mut signed_in = 0;
    for organisation in installation.organisations.clone() {
        for member in organisation
            .members
            .iter()
            .cycle()
            .take(SIGN_INS / installation.organisations.len().max(1))
        {
            Browser::open(&installation)
                .await?
                .sign_in(&member.email, &member.password)
                .await?;
            signed_in += 1;
        }
    }
    let mut report = Report::default();
    report.note(format!(
        "After {} bookings of 32 clients and {signed_in} sign-ins.",
        load.latencies_ms.len()
    ));
    report.figure("start_s", median(&starts), Bar::AtMost(1.5));
    report.figure("rss_idle_mb", idle, Bar::AtMost(60.0));
    report.figure("rss_mb", resident_mb(installation.pid), Bar::AtMost(200.0));
    Ok(report)
}
