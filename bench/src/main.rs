//! `bench/run NAME`: measures Aloe from outside, as its users meet it.
//!
//! Both sides of a ratio alternate in one run, and each figure is a median over the rounds. The last line printed is one
//! JSON object; everything before it is for people and goes to standard error while it runs.

mod benches;
mod browser;
mod figures;
mod installation;
mod load;
mod pgbench;
mod processes;
mod psql;
mod recorder;
mod script;
mod trouble;

use std::path::PathBuf;

use crate::figures::Report;
use crate::trouble::Trouble;

/// What was asked for on the command line.
pub struct Options {
    /// The program to measure, built in release mode.
    pub program: PathBuf,
    /// The repository.
    pub root: PathBuf,
    /// Which measurement.
    pub name: String,
    /// A minute to see that it runs; no measurement.
    pub quick: bool,
}

impl Options {
    /// Rounds of each side: at least five make a measurement.
    pub fn rounds(&self) -> usize {
        if self.quick { 1 } else { 5 }
    }

    /// Seconds of one round.
    pub fn seconds(&self, full: u64) -> u64 {
        if self.quick { full.min(3) } else { full }
    }
}

fn main() -> std::process::ExitCode {
    match options().and_then(|options| measure(&options)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("bench: {trouble}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, Trouble> {
    let mut arguments = std::env::args().skip(1);
    let (mut program, mut root, mut name, mut quick) = (None, None, None, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--program" => program = arguments.next(),
            "--root" => root = arguments.next(),
            "--quick" => quick = true,
            other => name = Some(other.to_owned()),
        }
    }
    let missing = |what: &str| Trouble::Plain(format!("{what} is missing. Use ./bench/run NAME [--quick]."));
    Ok(Options {
        program: program.ok_or_else(|| missing("--program"))?.into(),
        root: root.ok_or_else(|| missing("--root"))?.into(),
        name: name.ok_or_else(|| missing("the name of a measurement"))?,
        quick,
    })
}

fn measure(options: &Options) -> Result<(), Trouble> {
    // One thread for the load, so that it takes no more of the machine than it must.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Trouble::io("starting the load", &e))?;
    let report: Report = runtime.block_on(benches::run(options))?;
    report.print(options)
}
