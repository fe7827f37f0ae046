//! Starting, holding and stopping the cluster.

use std::fmt;
use std::path::PathBuf;

use crate::access::check_traversable;
use crate::account::Account;
use crate::adoption::{Adopted, adopt};
use crate::binaries::Binaries;
use crate::connection::Connection;
use crate::durable_file::{Mode, remove_folder_if_there, write_durably};
use crate::error::ClusterError;
use crate::initdb;
use crate::launch::{Awaited, Progress, launch};
use crate::layout::{Layout, major_of};
use crate::lock::FolderLock;
use crate::options::ClusterOptions;
use crate::port;
use crate::postmaster::Postmaster;
use crate::provision::provision;
use crate::secret::Password;
use crate::site::{SUPERUSER, Site};
use crate::socket;
use crate::upgrade;

/// Aloe's running PostgreSQL. Dropping it stops the server, unless [`Cluster::leave_running`].
pub struct Cluster {
    site: Site,
    options: ClusterOptions,
    postmaster: Postmaster,
    connection: Connection,
    adopted: bool,
    done: bool,
    _lock: FolderLock,
}

impl Cluster {
    /// Makes the cluster where there is none, and starts it or takes over the one that runs.
    ///
    /// # Errors
    /// See [`ClusterError`]; among them [`ClusterError::AlreadyRunning`] when another Aloe holds
    /// the folder.
    pub fn start(options: &ClusterOptions) -> Result<Self, ClusterError> {
        Self::start_with_progress(options, &mut |_| {})
    }

    /// The same, telling what it does. `Progress::Starting` comes again and again while waiting.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn start_with_progress(
        options: &ClusterOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, ClusterError> {
        let (site, lock) = occupy(options)?;
        upgrade::finish_exchange(&site.layout)?;
        let major = major_of(&site.layout.data())?;
        let password = Password::kept(&site.layout.password(), major.is_some())?;
        let start = Start {
            site: &site,
            options,
            password: &password,
            major,
        };
        let (running, adopted) = match start.take_over(progress)? {
            Some(running) => (running, true),
            None => (start.start_anew(progress)?, false),
        };
        progress(Progress::Ready);
        Ok(Self {
            connection: connection(&site, &running, password),
            postmaster: running.postmaster,
            options: options.clone(),
            site,
            adopted,
            done: false,
            _lock: lock,
        })
    }

    /// How to reach the server.
    #[must_use]
    pub const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The server's first process.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.postmaster.pid()
    }

    /// Whether the server was already running and has been taken over.
    #[must_use]
    pub const fn was_adopted(&self) -> bool {
        self.adopted
    }

    /// Whether the server's first process still runs.
    pub fn is_running(&mut self) -> bool {
        self.postmaster.is_running()
    }

    /// Stops the server: fast, then, after the limit, immediately. A test's folder is removed.
    ///
    /// # Errors
    /// [`ClusterError::StopFailed`] when the server survives both, [`ClusterError::Io`] when this
    /// process may not signal it (Aloe then runs as a user that is neither root nor the server's).
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.done = true;
        self.shut_down()
    }

    /// Lets go of the folder and leaves the server running, for the next start to take over.
    pub fn leave_running(mut self) {
        self.done = true;
    }

    fn shut_down(&mut self) -> Result<(), ClusterError> {
        self.postmaster.stop(self.options.stop_limit)?;
        socket::remove_outside(&self.connection.socket_dir, &self.site.layout);
        match self.options.disposable && self.site.layout.disposable_mark().exists() {
            true => remove_folder_if_there(self.site.layout.root()),
            false => Ok(()),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !self.done {
            // Nobody is left to tell: a server that would not stop is adopted by the next start.
            let _ = self.shut_down();
        }
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("folder", &self.site.layout.root())
            .field("pid", &self.pid())
            .finish_non_exhaustive()
    }
}

/// Finds the user and the programs, makes the folder and takes its lock.
fn occupy(options: &ClusterOptions) -> Result<(Site, FolderLock), ClusterError> {
    let account = Account::choose(options.user.as_deref())?;
    let binaries = Binaries::newest(options.binaries.as_deref(), &account)?;
    let layout = Layout::make(&options.folder)?;
    check_traversable(layout.root(), &account)?;
    let lock = FolderLock::take(&layout.lock())?;
    check_kind(&layout, options.disposable)?;
    layout.make_subfolders(&account)?;
    let site = Site {
        layout,
        account,
        binaries,
    };
    Ok((site, lock))
}

/// A test must never throw away a durable cluster, nor a practice keep its data in a test's.
fn check_kind(layout: &Layout, disposable: bool) -> Result<(), ClusterError> {
    let mark = layout.disposable_mark();
    let is_new = !layout.data().exists() && !layout.password().exists();
    match (disposable, mark.exists()) {
        (true, false) if is_new => write_durably(&mark, b"", Mode::PRIVATE),
        (wanted, found) if wanted == found => Ok(()),
        (_, found) => Err(ClusterError::OtherKind {
            folder: layout.root().to_owned(),
            disposable: found,
        }),
    }
}

fn connection(site: &Site, running: &Adopted, password: Password) -> Connection {
    Connection {
        host: "127.0.0.1",
        port: running.port,
        ca_pem_path: site.layout.authority(),
        superuser: SUPERUSER,
        password,
        socket_dir: running.socket.clone(),
        version: site.binaries.version().to_owned(),
    }
}

/// One start, with the folder's lock held.
struct Start<'a> {
    site: &'a Site,
    options: &'a ClusterOptions,
    password: &'a Password,
    major: Option<u32>,
}

impl Start<'_> {
    fn take_over(&self, progress: &mut dyn FnMut(Progress)) -> Result<Option<Adopted>, ClusterError> {
        let same_major = self.major == Some(self.site.binaries.major());
        let limit = self.options.start_limit;
        let asked = self.options.port;
        let found = adopt(self.site, asked, same_major, limit, progress)?;
        if let Some(running) = &found {
            provision(self.site, self.options, running.port, &running.socket)?;
            running.postmaster.reload()?;
        }
        Ok(found)
    }

    fn start_anew(&self, progress: &mut dyn FnMut(Progress)) -> Result<Adopted, ClusterError> {
        let layout = &self.site.layout;
        if self.major.is_none() {
            progress(Progress::Creating);
            initdb::create(self.site, self.password, !self.options.disposable)?;
        }
        let port = port::choose(&layout.port(), self.options.port)?;
        let socket: PathBuf = socket::make(layout, &self.site.account)?;
        provision(self.site, self.options, port, &socket)?;
        let awaited = Awaited {
            port,
            socket: &socket,
            limit: self.options.start_limit,
        };
        self.upgrade_where_needed(awaited, progress)?;
        let postmaster = launch(self.site, awaited, progress)?;
        upgrade::tidy(self.site, self.password, awaited)?;
        Ok(Adopted {
            postmaster,
            port,
            socket,
        })
    }

    fn upgrade_where_needed(
        &self,
        awaited: Awaited<'_>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), ClusterError> {
        match self.major {
            Some(major) if major != self.site.binaries.major() => {
                let old = upgrade::old_binaries(self.site, major)?;
                upgrade::upgrade(self.site, &old, self.password, awaited, progress)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_durable_folder_is_never_opened_as_a_throwaway_one() {
        let base = tempfile::tempdir().unwrap();
        let layout = Layout::make(base.path()).unwrap();
        std::fs::create_dir(layout.data()).unwrap();
        let error = check_kind(&layout, true).unwrap_err();
        assert!(error.to_string().contains("was made as a durable cluster"));
        assert!(!layout.disposable_mark().exists());
    }

    #[test]
    fn a_throwaway_folder_is_never_opened_as_a_durable_one() {
        let base = tempfile::tempdir().unwrap();
        let layout = Layout::make(base.path()).unwrap();
        check_kind(&layout, true).unwrap();
        check_kind(&layout, true).unwrap();
        let error = check_kind(&layout, false).unwrap_err();
        assert!(error.to_string().contains("throwaway test cluster"));
    }
}
