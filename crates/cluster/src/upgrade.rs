//! Moving the data to a newer major version.

use std::fs;
use std::path::Path;

use crate::binaries::Binaries;
use crate::durable_file::{Mode, remove_folder_if_there, remove_if_there, sync_folder, write_durably};
use crate::error::{ClusterError, Doing};
use crate::initdb::create_in;
use crate::launch::{Awaited, Progress, launch};
use crate::layout::Layout;
use crate::secret::Password;
use crate::site::{SUPERUSER, Site};

/// The programs that can still read the data, or the sentence that says what to install.
pub(crate) fn old_binaries(site: &Site, data_major: u32) -> Result<Binaries, ClusterError> {
    let installed = site.binaries.major();
    Binaries::of_major(data_major, &site.account)?
        .filter(|_| data_major < installed)
        .ok_or(ClusterError::MajorVersion {
            data: data_major,
            installed,
        })
}

/// Upgrades a copy with `pg_upgrade` and exchanges the folders when it is whole. Whatever happens
/// before that, the old data stay as they were. The old folder remains until [`tidy`].
pub(crate) fn upgrade(
    site: &Site,
    old: &Binaries,
    password: &Password,
    awaited: Awaited<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), ClusterError> {
    progress(Progress::Upgrading {
        from: old.major(),
        to: site.binaries.major(),
    });
    let old_site = Site {
        binaries: old.clone(),
        ..site.clone()
    };
    // pg_upgrade takes only a cluster that was shut down cleanly, which after a crash it was not.
    launch(&old_site, awaited, progress)?.stop(awaited.limit)?;
    remove_folder_if_there(&site.layout.old_data())?;
    create_in(site, &site.layout.new_data(), password, true)?;
    run_pg_upgrade(site, old.folder(), password, awaited.socket)?;
    write_durably(&site.layout.upgrade_mark(), b"", Mode::PRIVATE)?;
    finish_exchange(&site.layout)
}

/// Completes the exchange of the folders that an upgrade began, also after a kill in its middle.
pub(crate) fn finish_exchange(layout: &Layout) -> Result<(), ClusterError> {
    let (data, new, old) = (layout.data(), layout.new_data(), layout.old_data());
    if !layout.upgrade_mark().exists() {
        return Ok(());
    }
    if new.exists() {
        if data.exists() {
            fs::rename(&data, &old).doing("set aside", &data)?;
        }
        fs::rename(&new, &data).doing("make", &data)?;
    }
    sync_folder(layout.root())?;
    remove_if_there(&layout.upgrade_mark())
}

/// After an upgraded server has answered: gathers the planner's statistics, which are not carried
/// over, and removes the old copy, so that what is erased later is not kept in it.
pub(crate) fn tidy(site: &Site, password: &Password, awaited: Awaited<'_>) -> Result<(), ClusterError> {
    if !site.layout.old_data().exists() {
        return Ok(());
    }
    site.run("vacuumdb", |command| {
        command
            .env("PGPASSWORD", password.expose())
            .args(["--all", "--analyze-only", "-U", SUPERUSER, "-h"])
            .arg(awaited.socket)
            .args(["-p", &awaited.port.to_string()]);
    })?;
    remove_folder_if_there(&site.layout.old_data())
}

fn run_pg_upgrade(site: &Site, old_programs: &Path, password: &Password, socket: &Path) -> Result<(), ClusterError> {
    let layout = &site.layout;
    site.run("pg_upgrade", |command| {
        command
            .env("PGPASSWORD", password.expose())
            .current_dir(layout.log())
            .args(["-U", SUPERUSER, "-b"])
            .arg(old_programs)
            .arg("-B")
            .arg(site.binaries.folder())
            .arg("-d")
            .arg(layout.data())
            .arg("-D")
            .arg(layout.new_data())
            .arg("-s")
            .arg(socket);
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::account::Account;
    use crate::{Cluster, ClusterOptions};

    fn ask(cluster: &Cluster, statement: &str) -> String {
        let connection = cluster.connection();
        let output = Command::new("psql")
            .env("PGPASSWORD", connection.password.expose())
            .args(["-XAtU", connection.superuser, "-d", "postgres", "-h"])
            .arg(&connection.socket_dir)
            .args(["-p", &connection.port.to_string(), "-c", statement])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Where only one version is installed, it is moved to itself, which `pg_upgrade` allows.
    fn upgrade_to_itself(folder: &Path, port: u16) {
        let account = Account::choose(None).unwrap();
        let site = Site {
            layout: Layout::make(folder).unwrap(),
            binaries: Binaries::newest(None, &account).unwrap(),
            account,
        };
        let password = Password::kept(&site.layout.password(), true).unwrap();
        let awaited = Awaited {
            port,
            socket: &site.layout.socket(),
            limit: std::time::Duration::from_secs(60),
        };
        upgrade(&site, &site.binaries, &password, awaited, &mut |_| {}).unwrap();
        assert!(site.layout.old_data().exists());
    }

    #[test]
    fn the_data_come_through_an_upgrade_and_the_old_copy_goes() {
        let base = tempfile::tempdir().unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        fs::set_permissions(base.path(), open).unwrap();
        let options = ClusterOptions::at(base.path().join("c"));
        let cluster = Cluster::start(&options).unwrap();
        ask(&cluster, "CREATE TABLE kept AS SELECT 42 AS answer");
        let before = ask(&cluster, "SELECT system_identifier FROM pg_control_system()");
        let port = cluster.connection().port;
        cluster.stop().unwrap();
        upgrade_to_itself(options.folder(), port);
        let cluster = Cluster::start(&options).unwrap();
        assert_eq!(ask(&cluster, "SELECT answer FROM kept"), "42");
        let after = ask(&cluster, "SELECT system_identifier FROM pg_control_system()");
        assert_ne!(before, after);
        assert!(!options.folder().join("data.old").exists());
        cluster.stop().unwrap();
    }

    #[test]
    fn data_of_a_version_that_is_not_installed_name_the_package() {
        let base = tempfile::tempdir().unwrap();
        let account = Account::choose(None).unwrap();
        let site = Site {
            layout: Layout::make(base.path()).unwrap(),
            binaries: Binaries::newest(None, &account).unwrap(),
            account,
        };
        for major in [9, 99] {
            let error = old_binaries(&site, major).unwrap_err();
            assert!(error.to_string().contains(&format!("postgresql-{major}")));
        }
    }

    fn layout_with(folders: &[&str], mark: bool) -> (tempfile::TempDir, Layout) {
        let base = tempfile::tempdir().unwrap();
        let layout = Layout::make(base.path()).unwrap();
        for folder in folders {
            fs::create_dir(base.path().join(folder)).unwrap();
            fs::write(base.path().join(folder).join("was"), folder).unwrap();
        }
        if mark {
            fs::write(layout.upgrade_mark(), "").unwrap();
        }
        (base, layout)
    }

    #[test]
    fn an_exchange_is_completed_from_wherever_it_was_cut_off() {
        for folders in [&["data", "data.new"][..], &["data.old", "data.new"]] {
            let (_base, layout) = layout_with(folders, true);
            finish_exchange(&layout).unwrap();
            let now = fs::read_to_string(layout.data().join("was")).unwrap();
            assert_eq!(now, "data.new");
            assert!(layout.old_data().exists() && !layout.new_data().exists());
            assert!(!layout.upgrade_mark().exists());
        }
    }

    #[test]
    fn an_unfinished_upgrade_leaves_the_data_alone() {
        let (_base, layout) = layout_with(&["data", "data.new"], false);
        finish_exchange(&layout).unwrap();
        let now = fs::read_to_string(layout.data().join("was")).unwrap();
        assert_eq!(now, "data");
    }

    #[test]
    fn an_exchange_that_only_lacks_its_last_step_is_left_as_it_is() {
        let (_base, layout) = layout_with(&["data", "data.old"], true);
        finish_exchange(&layout).unwrap();
        let now = fs::read_to_string(layout.data().join("was")).unwrap();
        assert_eq!(now, "data");
        assert!(!layout.upgrade_mark().exists());
    }
}
