//! Starting the server and waiting until it answers.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use crate::config::UNALTERABLE;
use crate::error::{ClusterError, Doing};
use crate::log_tail::last_words;
use crate::pid_file::PidFile;
use crate::postmaster::{Postmaster, settle_orphans};
use crate::process::Server;
use crate::site::{SUPERUSER, Site};
use crate::socket::forget_locks;

const LOOK_EVERY: Duration = Duration::from_millis(50);
const STOP_LIMIT: Duration = Duration::from_secs(10);
const MEMORY_LIMIT: Duration = Duration::from_secs(15);

/// What a start is doing, for a person who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A new cluster is being made.
    Creating,
    /// A server left by a killed Aloe was found and is being taken over.
    Adopting {
        /// Its first process.
        pid: u32,
    },
    /// The data are being moved to a newer major version.
    Upgrading {
        /// The version that wrote them.
        from: u32,
        /// The version that will read them.
        to: u32,
    },
    /// The server is starting, or recovering after a crash.
    Starting {
        /// How long it has taken so far.
        waited: Duration,
    },
    /// The server answers.
    Ready,
}

/// Where a server listens, and how long to wait for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Awaited<'a> {
    pub(crate) port: u16,
    pub(crate) socket: &'a Path,
    pub(crate) limit: Duration,
}

/// Starts the server on the site's data folder. One that ends early, or is not ready in time and
/// is stopped again, is an error with the last lines of its log.
pub(crate) fn launch(
    site: &Site,
    awaited: Awaited<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Postmaster, ClusterError> {
    settle_orphans(&site.server())?;
    forget_locks(awaited.socket)?;
    let begun = Instant::now();
    loop {
        match attempt(site, awaited, progress) {
            Err(ClusterError::StartFailed { log }) if memory_is_in_use(&log) && begun.elapsed() < MEMORY_LIMIT => {
                sleep(LOOK_EVERY);
            }
            ended => return ended,
        }
    }
}

/// A killed server's processes give their memory back a moment after they are gone from view.
fn memory_is_in_use(log: &str) -> bool {
    log.contains("pre-existing shared memory block")
}

fn attempt(site: &Site, awaited: Awaited<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Postmaster, ClusterError> {
    let since = SystemTime::now();
    let mut command = server_command(site)?;
    let program = site.binaries.program("postgres");
    let child = command.spawn().doing("start", &program)?;
    let mut postmaster = Postmaster::started(child, site.server());
    match wait_until_ready(site, &mut postmaster, awaited, progress)? {
        Outcome::Ready => Ok(postmaster),
        Outcome::Ended => Err(ClusterError::StartFailed {
            log: last_words(&site.layout, since),
        }),
        Outcome::TooSlow => {
            postmaster.stop(STOP_LIMIT)?;
            Err(ClusterError::StartTimedOut {
                seconds: awaited.limit.as_secs(),
                log: last_words(&site.layout, since),
            })
        }
    }
}

/// How waiting for a server ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It answers on its socket.
    Ready,
    /// Its process ended.
    Ended,
    /// The limit passed.
    TooSlow,
}

/// Waits until the server says that it is ready, and answers.
pub(crate) fn wait_until_ready(
    site: &Site,
    postmaster: &mut Postmaster,
    awaited: Awaited<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, ClusterError> {
    let begun = Instant::now();
    while postmaster.is_running() {
        let said = PidFile::read(&site.layout.data());
        let ready = said.is_some_and(|file| file.ready && file.pid == postmaster.pid());
        if ready && answers(site, awaited)? {
            return Ok(Outcome::Ready);
        }
        let waited = begun.elapsed();
        if waited >= awaited.limit {
            return Ok(Outcome::TooSlow);
        }
        progress(Progress::Starting { waited });
        sleep(LOOK_EVERY);
    }
    Ok(Outcome::Ended)
}

fn answers(site: &Site, awaited: Awaited<'_>) -> Result<bool, ClusterError> {
    let mut command = site.command("pg_isready");
    command
        .args(["-q", "-t", "3", "-U", SUPERUSER, "-d", SUPERUSER, "-h"])
        .arg(awaited.socket)
        .args(["-p", &awaited.port.to_string()]);
    let status = command.status();
    Ok(status.doing("run", &site.binaries.program("pg_isready"))?.success())
}

fn server_command(site: &Site) -> Result<Command, ClusterError> {
    let log = fresh_log(&site.layout.startup_log())?;
    let errors = log.try_clone().doing("open", &site.layout.startup_log())?;
    let data = site.layout.data();
    let mut command = site.command("postgres");
    command.arg("-D").arg(&data);
    let (config, access) = (site.layout.config(), site.layout.access_rules());
    for (name, path) in [("config_file", config), ("hba_file", access)] {
        command.arg("-c").arg(format!("{name}={}", path.display()));
    }
    let name = Server::cluster_name(&data);
    command.arg("-c").arg(format!("cluster_name={name}"));
    for (name, value) in UNALTERABLE {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command.stdout(Stdio::from(log)).stderr(Stdio::from(errors));
    Ok(command)
}

fn fresh_log(path: &Path) -> Result<File, ClusterError> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .doing("open", path)
}
