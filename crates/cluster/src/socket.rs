//! The folder of the server's socket.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::access::check_traversable;
use crate::account::Account;
use crate::durable_file::remove_if_there;
use crate::error::{ClusterError, Doing};
use crate::fingerprint;
use crate::layout::{Layout, make_server_folder};

/// unix(7): `sun_path` has 108 bytes, the last of them zero.
const LONGEST: usize = 107;
const LONGEST_NAME: &str = "/.s.PGSQL.65535";

/// Makes the folder of the socket: in the cluster's own where its path is short and plain enough,
/// else one in the temporary folder that is named after the cluster's path.
pub(crate) fn make(layout: &Layout, account: &Account) -> Result<PathBuf, ClusterError> {
    let name = fingerprint::of_path(layout.root());
    let candidates = [
        layout.socket(),
        std::env::temp_dir().join(&name),
        Path::new("/tmp").join(&name),
    ];
    let folder = candidates
        .into_iter()
        .find(|folder| is_usable(folder))
        .ok_or(ClusterError::SocketPathTooLong)?;
    make_server_folder(&folder, account)?;
    check_traversable(&folder, account)?;
    let mode = fs::symlink_metadata(&folder).doing("look at", &folder)?.mode();
    match mode & 0o077 {
        0 => Ok(folder),
        _ => Err(ClusterError::UnusableFolder { path: folder }),
    }
}

/// Removes the lock files of servers that are gone. PostgreSQL does so itself, unless the number in
/// the file belongs to any process of its user: another program, or a killed server that nobody has
/// collected yet. The folder is one cluster's alone, and the caller has seen that none of its
/// servers lives.
pub(crate) fn forget_locks(folder: &Path) -> Result<(), ClusterError> {
    for entry in fs::read_dir(folder).doing("list", folder)? {
        let path = entry.doing("list", folder)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.starts_with(".s.PGSQL.") && name.ends_with(".lock")) {
            remove_if_there(&path)?;
        }
    }
    Ok(())
}

/// Removes a folder outside the cluster's own, once it is empty.
pub(crate) fn remove_outside(folder: &Path, layout: &Layout) {
    if !folder.starts_with(layout.root()) {
        // What does not go stays for the next start, which uses it again.
        let _ = fs::remove_dir(folder);
    }
}

/// Short enough, and free of what has a meaning in the list of `unix_socket_directories`.
fn is_usable(folder: &Path) -> bool {
    folder.to_str().is_some_and(|path| {
        path.len() + LONGEST_NAME.len() <= LONGEST
            && path.chars().all(|c| c.is_ascii_alphanumeric() || "/_.-".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_or_odd_folder_is_not_used() {
        let fitting = format!("/{}", "a".repeat(91));
        assert!(is_usable(Path::new(&fitting)));
        assert!(!is_usable(Path::new(&format!("{fitting}a"))));
        assert!(!is_usable(Path::new("/with, comma")));
    }

    #[test]
    fn a_deep_cluster_gets_a_short_folder_that_is_removed_again() {
        let base = tempfile::tempdir().unwrap();
        let account = Account::choose(None).unwrap();
        let layout = Layout::make(&base.path().join("deep".repeat(30))).unwrap();
        let folder = make(&layout, &account).unwrap();
        assert!(!folder.starts_with(layout.root()));
        assert_eq!(fs::metadata(&folder).unwrap().uid(), account.uid());
        assert_eq!(make(&layout, &account).unwrap(), folder);
        remove_outside(&folder, &layout);
        assert!(!folder.exists());
    }

    #[test]
    fn only_locks_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let names = [".s.PGSQL.5432", ".s.PGSQL.5432.lock", "kept.lock"];
        for name in names {
            fs::write(folder.path().join(name), "1\n").unwrap();
        }
        forget_locks(folder.path()).unwrap();
        let left = names.map(|name| folder.path().join(name).exists());
        assert_eq!(left, [true, false, true]);
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let account = Account::choose(None).unwrap();
        let layout = Layout::make(&base.path().join("deep".repeat(30))).unwrap();
        let folder = make(&layout, &account).unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&folder, open).unwrap();
        let error = make(&layout, &account).unwrap_err();
        assert!(matches!(error, ClusterError::UnusableFolder { .. }));
        remove_outside(&folder, &layout);
    }
}
