//! What the caller decides about the cluster.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::ClusterError;
use crate::machine::Machine;
use crate::quote::{is_setting_name, quoted};

/// Recovery after a crash can replay several gigabytes before the server answers.
const START_LIMIT: Duration = Duration::from_secs(600);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Where the cluster lies and how it is run.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    pub(crate) folder: PathBuf,
    pub(crate) port: Option<u16>,
    pub(crate) machine: Option<Machine>,
    pub(crate) user: Option<String>,
    pub(crate) binaries: Option<PathBuf>,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) start_limit: Duration,
    pub(crate) stop_limit: Duration,
    pub(crate) disposable: bool,
}

impl ClusterOptions {
    /// A durable cluster in this folder, with everything else found out.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            port: None,
            machine: None,
            user: None,
            binaries: None,
            settings: Vec::new(),
            start_limit: START_LIMIT,
            stop_limit: STOP_LIMIT,
            disposable: false,
        }
    }

    /// A small, fast cluster for tests, in a new folder below the temporary one: it does not
    /// survive a power cut, and its folder is removed when it stops.
    ///
    /// # Errors
    /// [`ClusterError::NoRandomness`] when no name can be drawn for the folder.
    pub fn for_tests() -> Result<Self, ClusterError> {
        let mut drawn = [0_u8; 8];
        getrandom::fill(&mut drawn).map_err(|_| ClusterError::NoRandomness)?;
        let name = format!("aloe-test-{:016x}", u64::from_be_bytes(drawn));
        Ok(Self {
            disposable: true,
            ..Self::at(std::env::temp_dir().join(name))
        })
    }

    /// Uses this port of 127.0.0.1. Without it a free one is drawn at the first start and kept.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Tunes for this size and not for the machine's own.
    #[must_use]
    pub const fn machine(mut self, machine: Machine) -> Self {
        self.machine = Some(machine);
        self
    }

    /// Runs PostgreSQL as this user when Aloe is root; without it, as `postgres`.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.user = Some(name.into());
        self
    }

    /// Uses the programs in this folder and not Debian's newest.
    #[must_use]
    pub fn binaries(mut self, folder: impl Into<PathBuf>) -> Self {
        self.binaries = Some(folder.into());
        self
    }

    /// Adds a setting, for example `archive_command`. It cannot undo one that Aloe makes itself.
    ///
    /// # Errors
    /// [`ClusterError::UnusableSetting`] for a name or value that would not stay on its line.
    pub fn setting(mut self, name: &str, value: &str) -> Result<Self, ClusterError> {
        if !is_setting_name(name) || quoted(value).is_none() {
            return Err(ClusterError::UnusableSetting { name: name.to_owned() });
        }
        self.settings.push((name.to_owned(), value.to_owned()));
        Ok(self)
    }

    /// Gives up, and stops PostgreSQL again, when it is not ready after this time (10 minutes).
    #[must_use]
    pub const fn start_limit(mut self, limit: Duration) -> Self {
        self.start_limit = limit;
        self
    }

    /// Waits this long for a fast shutdown before an immediate one (30 seconds).
    #[must_use]
    pub const fn stop_limit(mut self, limit: Duration) -> Self {
        self.stop_limit = limit;
        self
    }

    /// The folder that holds the cluster.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_test_clusters_never_share_a_folder() {
        let (one, two) = (ClusterOptions::for_tests(), ClusterOptions::for_tests());
        assert_ne!(one.unwrap().folder(), two.unwrap().folder());
    }

    #[test]
    fn only_test_clusters_are_thrown_away() {
        assert!(ClusterOptions::for_tests().unwrap().disposable);
        assert!(!ClusterOptions::at("var/postgres").disposable);
    }

    #[test]
    fn a_setting_stays_on_its_line() {
        let options = ClusterOptions::at("a").setting("archive_mode", "on").unwrap();
        assert_eq!(options.settings.len(), 1);
        for (name, value) in [("a b", "1"), ("work_mem", "1\nfsync = off"), ("", "")] {
            let error = ClusterOptions::at("a").setting(name, value).unwrap_err();
            assert!(matches!(error, ClusterError::UnusableSetting { .. }));
        }
    }
}
