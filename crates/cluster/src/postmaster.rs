//! The running server, started by this process or taken over from a killed one.

use std::path::Path;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::error::{ClusterError, Doing};
use crate::process::{Server, send};

pub(crate) const PAUSE: Duration = Duration::from_millis(20);
/// PostgreSQL kills its own children five seconds after an immediate shutdown.
const IMMEDIATE_LIMIT: Duration = Duration::from_secs(15);
/// Time for the children of a killed postmaster to notice.
const ORPHANS_NOTICE: Duration = Duration::from_secs(3);
const ORPHANS_QUIT: Duration = Duration::from_secs(8);
const ORPHANS_LIMIT: Duration = Duration::from_secs(20);

/// The first process of the server.
#[derive(Debug)]
pub(crate) struct Postmaster {
    pid: u32,
    child: Option<Child>,
    server: Server,
}

impl Postmaster {
    /// The server that this process has just started.
    pub(crate) fn started(child: Child, server: Server) -> Self {
        Self {
            pid: child.id(),
            child: Some(child),
            server,
        }
    }

    /// A server that another process started; the caller has checked that it is the cluster's.
    pub(crate) const fn adopted(pid: u32, server: Server) -> Self {
        Self {
            pid,
            child: None,
            server,
        }
    }

    /// Its process number.
    pub(crate) const fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether it still runs. Collects it when it has ended.
    pub(crate) fn is_running(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => self.server.is_postmaster(self.pid),
        }
    }

    /// Lets it read its configuration again.
    pub(crate) fn reload(&self) -> Result<(), ClusterError> {
        self.send(Signal::HUP)
    }

    /// Fast shutdown (clients are disconnected, everything is written), then, after the limit, an
    /// immediate one, after which the next start recovers from the write-ahead log.
    pub(crate) fn stop(&mut self, limit: Duration) -> Result<(), ClusterError> {
        for (signal, limit) in [(Signal::INT, limit), (Signal::QUIT, IMMEDIATE_LIMIT)] {
            if !self.is_running() {
                break;
            }
            self.send(signal)?;
            if self.wait_until_gone(limit) {
                break;
            }
        }
        match self.is_running() {
            true => Err(ClusterError::StopFailed { pid: self.pid }),
            false => settle_orphans(&self.server),
        }
    }

    fn send(&self, signal: Signal) -> Result<(), ClusterError> {
        send(self.pid, signal).doing("signal process", Path::new(&self.pid.to_string()))
    }

    fn wait_until_gone(&mut self, limit: Duration) -> bool {
        let begun = Instant::now();
        while self.is_running() {
            if begun.elapsed() >= limit {
                return false;
            }
            sleep(PAUSE);
        }
        true
    }
}

/// Waits until the children of a dead postmaster are gone, and ends those that do not notice: a
/// new server would refuse to share the data folder with them.
pub(crate) fn settle_orphans(server: &Server) -> Result<(), ClusterError> {
    let begun = Instant::now();
    loop {
        let left = server.processes();
        let Some(first) = left.first() else {
            return Ok(());
        };
        let waited = begun.elapsed();
        if waited > ORPHANS_LIMIT {
            return Err(ClusterError::StopFailed { pid: *first });
        }
        let signal = match waited {
            w if w > ORPHANS_QUIT => Some(Signal::KILL),
            w if w > ORPHANS_NOTICE => Some(Signal::QUIT),
            _ => None,
        };
        for (pid, signal) in left.iter().zip(std::iter::repeat(signal)) {
            if let Some(signal) = signal {
                send(*pid, signal).doing("signal process", Path::new(&pid.to_string()))?;
            }
        }
        sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn shell(script: &str) -> Postmaster {
        let child = Command::new("sh").args(["-c", script]).spawn().unwrap();
        sleep(Duration::from_millis(200));
        Postmaster::started(child, Server::new("/nowhere".into(), 0))
    }

    #[test]
    fn a_server_that_ends_on_the_first_signal_is_not_pressed() {
        let mut running = shell("trap 'exit 0' INT; while :; do sleep 0.05; done");
        assert!(running.is_running());
        let begun = Instant::now();
        running.stop(Duration::from_secs(10)).unwrap();
        assert!(!running.is_running());
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_server_that_ignores_the_first_signal_gets_the_second() {
        let mut running = shell("trap '' INT; trap 'exit 3' QUIT; while :; do sleep 0.05; done");
        running.stop(Duration::from_millis(300)).unwrap();
        assert!(!running.is_running());
    }

    #[test]
    fn stopping_what_is_gone_is_no_error() {
        let mut gone = shell("exit 0");
        assert!(gone.stop(Duration::from_secs(1)).is_ok());
    }
}
