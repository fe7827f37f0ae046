//! Making a new cluster.

use std::fs;
use std::path::Path;

use crate::durable_file::{Mode, remove_folder_if_there, remove_if_there, sync_folder, write_durably};
use crate::error::{ClusterError, Doing};
use crate::layout::make_server_folder;
use crate::secret::Password;
use crate::site::{SUPERUSER, Site};

/// Makes the cluster beside its place and moves it there when it is whole: a start that is killed
/// halfway leaves nothing that looks like a cluster.
pub(crate) fn create(site: &Site, password: &Password, flush: bool) -> Result<(), ClusterError> {
    let (beside, place) = (site.layout.new_data(), site.layout.data());
    create_in(site, &beside, password, flush)?;
    fs::rename(&beside, &place).doing("make", &place)?;
    sync_folder(site.layout.root())
}

/// Makes an empty cluster in this folder: UTF-8, C.UTF-8, data checksums, passwords by SCRAM.
pub(crate) fn create_in(site: &Site, folder: &Path, password: &Password, flush: bool) -> Result<(), ClusterError> {
    remove_folder_if_there(folder)?;
    make_server_folder(folder, &site.account)?;
    // initdb reads the password from a file only, and runs as the user that may not see Aloe's.
    let file = site.layout.root().join("initdb-password");
    let mode = match site.account.is_dropped() {
        true => Mode::of(site.account.uid(), site.account.gid()),
        false => Mode::PRIVATE,
    };
    write_durably(&file, password.expose().as_bytes(), mode)?;
    let made = run_initdb(site, folder, &file, flush);
    remove_if_there(&file)?;
    made
}

fn run_initdb(site: &Site, folder: &Path, file: &Path, flush: bool) -> Result<(), ClusterError> {
    site.run("initdb", |command| {
        command
            .args(["--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"])
            .args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"])
            .arg(format!("--username={SUPERUSER}"))
            .arg("--pwfile")
            .arg(file)
            .arg("--pgdata")
            .arg(folder);
        if !flush {
            command.arg("--no-sync");
        }
    })
}
