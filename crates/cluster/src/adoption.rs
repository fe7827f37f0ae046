//! Taking over a server that a killed Aloe left running.

use std::path::PathBuf;
use std::time::Duration;

use crate::durable_file::remove_if_there;
use crate::error::ClusterError;
use crate::launch::{Awaited, Outcome, Progress, wait_until_ready};
use crate::pid_file::PidFile;
use crate::postmaster::{Postmaster, settle_orphans};
use crate::process::exists;
use crate::site::Site;

const STOP_LIMIT: Duration = Duration::from_secs(30);

/// A server that was running before this start.
#[derive(Debug)]
pub(crate) struct Adopted {
    pub(crate) postmaster: Postmaster,
    pub(crate) port: u16,
    pub(crate) socket: PathBuf,
}

/// Finds a server of this cluster that runs and answers. One that does not answer, or listens on
/// another port than the asked one, or is of another major version, is stopped.
pub(crate) fn adopt(
    site: &Site,
    asked_port: Option<u16>,
    same_major: bool,
    limit: Duration,
    progress: &mut dyn FnMut(Progress),
) -> Result<Option<Adopted>, ClusterError> {
    let Some(file) = PidFile::read(&site.layout.data()) else {
        return Ok(None);
    };
    if !site.server().is_postmaster(file.pid) {
        forget_stale(site, &file)?;
        return Ok(None);
    }
    progress(Progress::Adopting { pid: file.pid });
    let mut postmaster = Postmaster::adopted(file.pid, site.server());
    let address = file.port.zip(file.socket_folder);
    if let Some((port, socket)) =
        address.filter(|(port, _)| same_major && asked_port.is_none_or(|asked| asked == *port))
    {
        let awaited = Awaited {
            port,
            socket: &socket,
            limit,
        };
        if wait_until_ready(site, &mut postmaster, awaited, progress)? == Outcome::Ready {
            return Ok(Some(Adopted {
                postmaster,
                port,
                socket,
            }));
        }
    }
    postmaster.stop(STOP_LIMIT)?;
    Ok(None)
}

/// PostgreSQL sees for itself that a process is gone, but not that its number now belongs to
/// another program of the same user: only then is the file in its way.
fn forget_stale(site: &Site, file: &PidFile) -> Result<(), ClusterError> {
    settle_orphans(&site.server())?;
    match exists(file.pid) {
        true => remove_if_there(&PidFile::path(&site.layout.data())),
        false => Ok(()),
    }
}
