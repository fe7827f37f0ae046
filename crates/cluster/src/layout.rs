//! The cluster's folder: what lies where, and to whom it belongs.

use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::account::Account;
use crate::error::{ClusterError, Doing};

/// Paths below the cluster's folder.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Makes the folder where it is missing, and finds its real path.
    pub(crate) fn make(folder: &Path) -> Result<Self, ClusterError> {
        fs::create_dir_all(folder).doing("make", folder)?;
        let root = folder.canonicalize().doing("find", folder)?;
        let usable = root.to_str().is_some_and(|p| !p.chars().any(char::is_control));
        if !usable {
            return Err(ClusterError::UnusableFolder { path: root });
        }
        check_owner(&root, geteuid().as_raw())?;
        fs::set_permissions(&root, Permissions::from_mode(0o711)).doing("set the permissions of", &root)?;
        Ok(Self { root })
    }

    /// Makes the sub-folders: those that PostgreSQL writes for its user, the others for Aloe.
    pub(crate) fn make_subfolders(&self, account: &Account) -> Result<(), ClusterError> {
        make_own_folder(&self.secrets(), 0o700)?;
        make_own_folder(&self.root.join("conf"), 0o755)?;
        make_own_folder(&self.root.join("tls"), 0o755)?;
        make_server_folder(&self.log(), account)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
    pub(crate) fn data(&self) -> PathBuf {
        self.root.join("data")
    }
    /// Where a new cluster is made before it takes the place of `data`.
    pub(crate) fn new_data(&self) -> PathBuf {
        self.root.join("data.new")
    }
    /// The data before an upgrade.
    pub(crate) fn old_data(&self) -> PathBuf {
        self.root.join("data.old")
    }
    pub(crate) fn log(&self) -> PathBuf {
        self.root.join("log")
    }
    pub(crate) fn socket(&self) -> PathBuf {
        self.root.join("socket")
    }
    pub(crate) fn secrets(&self) -> PathBuf {
        self.root.join("secrets")
    }
    pub(crate) fn password(&self) -> PathBuf {
        self.secrets().join("superuser-password")
    }
    pub(crate) fn authority_key(&self) -> PathBuf {
        self.secrets().join("ca-key.pem")
    }
    pub(crate) fn authority(&self) -> PathBuf {
        self.root.join("tls/ca.pem")
    }
    pub(crate) fn server_key(&self) -> PathBuf {
        self.root.join("tls/server-key.pem")
    }
    pub(crate) fn server_certificate(&self) -> PathBuf {
        self.root.join("tls/server.pem")
    }
    pub(crate) fn config(&self) -> PathBuf {
        self.root.join("conf/postgresql.conf")
    }
    pub(crate) fn access_rules(&self) -> PathBuf {
        self.root.join("conf/pg_hba.conf")
    }
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }
    pub(crate) fn port(&self) -> PathBuf {
        self.root.join("port")
    }
    /// What the server says before its own log is open.
    pub(crate) fn startup_log(&self) -> PathBuf {
        self.root.join("startup.log")
    }
    /// Marks a test's folder: without it nothing is ever removed.
    pub(crate) fn disposable_mark(&self) -> PathBuf {
        self.root.join("disposable")
    }
    /// Says that an upgrade is complete and only the folders remain to be exchanged.
    pub(crate) fn upgrade_mark(&self) -> PathBuf {
        self.root.join("upgrade-complete")
    }
}

/// Makes a folder of mode 0700 for the user that runs PostgreSQL.
pub(crate) fn make_server_folder(path: &Path, account: &Account) -> Result<(), ClusterError> {
    if make_folder(path)? && account.is_dropped() {
        lchown(path, Some(account.uid()), Some(account.gid())).doing("change the owner of", path)?;
    }
    check_owner(path, account.uid())
}

/// The data folder's major version; `None` where there is no cluster yet.
pub(crate) fn major_of(data: &Path) -> Result<Option<u32>, ClusterError> {
    let path = data.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).doing("read", &path),
    }
}

fn make_own_folder(path: &Path, mode: u32) -> Result<(), ClusterError> {
    make_folder(path)?;
    check_owner(path, geteuid().as_raw())?;
    fs::set_permissions(path, Permissions::from_mode(mode)).doing("set the permissions of", path)
}

/// Whether the folder was made just now.
fn make_folder(path: &Path) -> Result<bool, ClusterError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).doing("make", path),
    }
}

/// A folder, no link to one, that belongs to the wanted user.
fn check_owner(path: &Path, wanted: u32) -> Result<(), ClusterError> {
    let metadata: Metadata = fs::symlink_metadata(path).doing("look at", path)?;
    if !metadata.is_dir() {
        return Err(ClusterError::UnusableFolder { path: path.to_owned() });
    }
    match metadata.uid() {
        found if found == wanted => Ok(()),
        found => Err(ClusterError::WrongOwner {
            path: path.to_owned(),
            found,
            wanted,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_closed_and_made_again_without_harm() {
        let base = tempfile::tempdir().unwrap();
        let account = Account::choose(None).unwrap();
        let layout = Layout::make(&base.path().join("a/b")).unwrap();
        layout.make_subfolders(&account).unwrap();
        layout.make_subfolders(&account).unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(layout.secrets()), 0o700);
        assert_eq!(mode(layout.log()), 0o700);
        assert_eq!(fs::metadata(layout.log()).unwrap().uid(), account.uid());
    }

    #[test]
    fn a_link_in_place_of_a_folder_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let account = Account::choose(None).unwrap();
        let layout = Layout::make(base.path()).unwrap();
        std::os::unix::fs::symlink("/tmp", layout.log()).unwrap();
        let error = layout.make_subfolders(&account).unwrap_err();
        assert!(matches!(error, ClusterError::UnusableFolder { .. }));
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let nobody = 65_534;
        let error = check_owner(base.path(), nobody).unwrap_err();
        assert!(error.to_string().contains("user id 65534 is needed"));
    }

    #[test]
    fn the_major_version_is_read_where_there_is_a_cluster() {
        let base = tempfile::tempdir().unwrap();
        assert_eq!(major_of(base.path()).unwrap(), None);
        fs::write(base.path().join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(major_of(base.path()).unwrap(), Some(15));
    }
}
