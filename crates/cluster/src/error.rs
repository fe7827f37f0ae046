//! What can go wrong, in sentences an operator can act on.

use std::io;
use std::path::{Path, PathBuf};

/// Why the cluster could not be started, stopped or upgraded. No variant holds a password, a key
/// or a value from the database.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Another Aloe holds the folder's lock.
    #[error(
        "Aloe is already running on {folder} (process {pid}): stop that one first, or give this one a folder of its own.",
        folder = folder.display(), pid = pid.map_or("unknown".to_owned(), |pid| pid.to_string())
    )]
    AlreadyRunning {
        /// The folder both want.
        folder: PathBuf,
        /// The process that holds it, where it has written its number.
        pid: Option<u32>,
    },
    /// No usable PostgreSQL is installed.
    #[error(
        "No PostgreSQL {minimum} or newer was found in {looked_in}: install it (apt-get install postgresql-15) and start again.",
        looked_in = looked_in.display()
    )]
    BinariesMissing {
        /// Where the programs were looked for.
        looked_in: PathBuf,
        /// The oldest major version that Aloe runs on.
        minimum: u32,
    },
    /// The data were written by a major version that is not installed.
    #[error(
        "The data folder was written by PostgreSQL {data}, and this machine has PostgreSQL {installed}: \
         install postgresql-{data} (apt-get install postgresql-{data}) and start again; Aloe then opens or upgrades it."
    )]
    MajorVersion {
        /// The major version in `PG_VERSION`.
        data: u32,
        /// The newest installed major version.
        installed: u32,
    },
    /// Started as root, and there is nobody to run PostgreSQL as.
    #[error(
        "PostgreSQL must not run as root, and there is no unprivileged user {name:?} on this machine: \
         make one (adduser --system --group {name}) or name another in the configuration."
    )]
    NoUnprivilegedUser {
        /// The user looked for.
        name: String,
    },
    /// Another user was asked for without the right to become it.
    #[error("Only root can run PostgreSQL as {name:?}: start Aloe as root or as {name:?}.")]
    CannotBecome {
        /// The user asked for.
        name: String,
    },
    /// A folder above the cluster keeps the unprivileged user out.
    #[error(
        "The user {user:?}, which runs PostgreSQL, may not pass through {folder}: \
         put the cluster elsewhere (for example under /var/lib/aloe), or allow it with chmod o+x {folder}.",
        folder = folder.display()
    )]
    NotTraversable {
        /// The folder that keeps it out.
        folder: PathBuf,
        /// The user that runs PostgreSQL.
        user: String,
    },
    /// A file or folder of the cluster belongs to somebody else.
    #[error(
        "{path} belongs to user id {found}, and user id {wanted} is needed: \
         start Aloe as the user that made the cluster, or give it a new folder.",
        path = path.display()
    )]
    WrongOwner {
        /// The file or folder.
        path: PathBuf,
        /// Its owner.
        found: u32,
        /// The owner it must have.
        wanted: u32,
    },
    /// The folder's name cannot be written into PostgreSQL's configuration.
    #[error(
        "{path:?} cannot hold the cluster: its name must be UTF-8 without control characters, and it must be a folder and no link."
    )]
    UnusableFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A durable cluster was opened as a throwaway one, or the other way round.
    #[error(
        "{folder} was made as a {} cluster and cannot be opened as the other kind.",
        if *disposable { "throwaway test" } else { "durable" },
        folder = folder.display()
    )]
    OtherKind {
        /// The folder.
        folder: PathBuf,
        /// Whether the folder is the throwaway one.
        disposable: bool,
    },
    /// The port is used by another program.
    #[error(
        "Port {port} on 127.0.0.1 is used by another program: stop that one, or give this cluster another port in the configuration."
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// No port was free.
    #[error("No free port was found on 127.0.0.1: name one in the configuration.")]
    NoFreePort,
    /// No place for the socket is short enough.
    #[error("No folder for PostgreSQL's socket is short enough (107 bytes): use a shorter TMPDIR or folder.")]
    SocketPathTooLong,
    /// An additional setting has a name or value that cannot be one.
    #[error(
        "{name:?} is no setting that can be passed to PostgreSQL: names are letters, digits, underscores and dots, values have no control characters."
    )]
    UnusableSetting {
        /// The name given.
        name: String,
    },
    /// The superuser's password is gone while the data are there.
    #[error(
        "{path} is missing, and without it nobody can enter the cluster: restore it from the backup of the folder's secrets.",
        path = path.display()
    )]
    SecretMissing {
        /// The file.
        path: PathBuf,
    },
    /// PostgreSQL ended while starting.
    #[error("PostgreSQL did not start. Its last words:\n{log}")]
    StartFailed {
        /// The last lines of its log.
        log: String,
    },
    /// PostgreSQL did not become ready in time.
    #[error("PostgreSQL was not ready after {seconds} seconds and was stopped again. Its last words:\n{log}")]
    StartTimedOut {
        /// The limit.
        seconds: u64,
        /// The last lines of its log.
        log: String,
    },
    /// PostgreSQL would not end.
    #[error(
        "PostgreSQL (process {pid}) did not stop after a fast and an immediate shutdown: look at its log, then end it by hand."
    )]
    StopFailed {
        /// The postmaster.
        pid: u32,
    },
    /// One of PostgreSQL's own programs failed.
    #[error("{tool} failed. Its last words:\n{output}")]
    Tool {
        /// The program.
        tool: &'static str,
        /// The last lines it printed.
        output: String,
    },
    /// The certificate could not be made or its key not be read.
    #[error("The cluster's certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The operating system gave no random bytes.
    #[error("The operating system gave no random bytes.")]
    NoRandomness,
    /// A file operation failed.
    #[error("Could not {doing} {path}: {source}", path = path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file, folder or program.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Names the deed and the file of a failed file operation.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, ClusterError>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Io {
            doing,
            path: path.to_owned(),
            source: source.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_is_told_who_runs_and_what_to_do() {
        let error = ClusterError::AlreadyRunning {
            folder: "/srv/a".into(),
            pid: Some(7),
        };
        let text = error.to_string();
        assert!(text.contains("process 7") && text.contains("stop that one first"));
    }

    #[test]
    fn a_foreign_major_version_names_the_package_to_install() {
        let error = ClusterError::MajorVersion {
            data: 14,
            installed: 15,
        };
        assert!(error.to_string().contains("apt-get install postgresql-14"));
    }

    #[test]
    fn a_failed_file_operation_names_deed_and_file() {
        let failed: Result<(), io::Error> = Err(io::Error::from(io::ErrorKind::NotFound));
        let error = failed.doing("read", Path::new("/a/b")).unwrap_err();
        assert!(error.to_string().starts_with("Could not read /a/b: "));
    }
}
