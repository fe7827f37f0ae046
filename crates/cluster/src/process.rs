//! The processes of one cluster, as /proc shows them.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

use crate::fingerprint;

/// How to know the processes of one cluster. Only what every user may read is looked at, since
/// root in a container may not look into another user's processes.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    data: PathBuf,
    uid: u32,
    title: String,
}

impl Server {
    /// The server on this data folder, run by this user.
    pub(crate) fn new(data: PathBuf, uid: u32) -> Self {
        let title = format!("postgres: {}", fingerprint::of_path(&data));
        Self { data, uid, title }
    }

    /// The value of `cluster_name`, which PostgreSQL shows in its processes' titles.
    pub(crate) fn cluster_name(data: &Path) -> String {
        fingerprint::of_path(data)
    }

    /// Whether the process lives, belongs to the user, and is this cluster's postmaster.
    pub(crate) fn is_postmaster(&self, pid: u32) -> bool {
        self.command_line(pid).is_some_and(|line| self.started_on_data(&line))
    }

    /// All processes of this cluster, those that a killed postmaster left behind included.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let Ok(entries) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter(|pid| {
                self.command_line(*pid)
                    .is_some_and(|line| self.started_on_data(&line) || line.starts_with(self.title.as_bytes()))
            })
            .collect()
    }

    fn command_line(&self, pid: u32) -> Option<Vec<u8>> {
        let folder = Path::new("/proc").join(pid.to_string());
        let owner = fs::metadata(&folder).ok()?.uid();
        // A process that has ended and waits to be collected has an empty command line.
        let line = fs::read(folder.join("cmdline")).ok()?;
        (owner == self.uid && !line.is_empty()).then_some(line)
    }

    fn started_on_data(&self, line: &[u8]) -> bool {
        let mut words = line.split(|byte| *byte == 0);
        let is_postgres = words.next().is_some_and(|program| program.ends_with(b"/postgres"));
        is_postgres && words.any(|word| word == self.data.as_os_str().as_bytes())
    }
}

/// Sends a signal; a process that is gone already is no error.
pub(crate) fn send(pid: u32, signal: Signal) -> io::Result<()> {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return Ok(());
    };
    match kill_process(pid, signal) {
        Err(rustix::io::Errno::SRCH) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether any process has this number.
pub(crate) fn exists(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postmaster_is_known_by_program_and_data_folder() {
        let server = Server::new("/c/data".into(), 0);
        assert!(server.started_on_data(b"/usr/lib/postgresql/15/bin/postgres\0-D\0/c/data\0"));
        assert!(!server.started_on_data(b"/usr/lib/postgresql/15/bin/postgres\0-D\0/c/data2\0"));
        assert!(!server.started_on_data(b"/usr/bin/vim\0/c/data\0"));
    }

    #[test]
    fn this_test_is_no_postmaster() {
        let uid = rustix::process::geteuid().as_raw();
        let server = Server::new("/nowhere".into(), uid);
        assert!(!server.is_postmaster(std::process::id()));
        assert!(server.processes().is_empty());
    }

    #[test]
    fn a_process_that_has_ended_is_gone_before_it_is_collected() {
        let uid = rustix::process::geteuid().as_raw();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(exists(child.id()));
        assert_eq!(Server::new("/a".into(), uid).command_line(child.id()), None);
        child.wait().unwrap();
        assert!(!exists(child.id()));
        assert!(send(child.id(), Signal::TERM).is_ok());
    }
}
