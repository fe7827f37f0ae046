//! Whether the user that runs PostgreSQL can reach the cluster's folder.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::account::Account;
use crate::error::{ClusterError, Doing};

/// Checks every folder above the cluster, from the top, and names the first that keeps the user
/// out. Access lists beyond the permission bits are not looked at.
pub(crate) fn check_traversable(folder: &Path, account: &Account) -> Result<(), ClusterError> {
    if !account.is_dropped() {
        return Ok(());
    }
    let mut above: Vec<&Path> = folder.ancestors().skip(1).collect();
    above.reverse();
    for parent in above {
        let metadata = fs::metadata(parent).doing("look at", parent)?;
        let owner = (metadata.uid(), metadata.gid());
        if !may_pass(metadata.mode(), owner, (account.uid(), account.gid())) {
            return Err(ClusterError::NotTraversable {
                folder: parent.to_owned(),
                user: account.name().to_owned(),
            });
        }
    }
    Ok(())
}

/// The search permission of POSIX: the owner's bit for the owner, else the group's, else the rest's.
const fn may_pass(mode: u32, owner: (u32, u32), who: (u32, u32)) -> bool {
    let bit = if owner.0 == who.0 {
        0o100
    } else if owner.1 == who.1 {
        0o010
    } else {
        0o001
    };
    mode & bit != 0
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_the_bit_of_the_nearest_class_counts() {
        assert!(may_pass(0o700, (5, 5), (5, 9)));
        assert!(!may_pass(0o011, (5, 5), (5, 5)));
        assert!(may_pass(0o710, (0, 9), (5, 9)));
        assert!(!may_pass(0o701, (0, 9), (5, 9)));
        assert!(may_pass(0o711, (0, 0), (5, 9)));
        assert!(!may_pass(0o700, (0, 0), (5, 9)));
    }

    #[test]
    fn a_closed_folder_above_is_named_with_what_to_do() {
        let Ok(account) = Account::choose(None) else {
            return;
        };
        let closed = tempfile::tempdir().unwrap();
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let checked = check_traversable(&closed.path().join("postgres"), &account);
        if account.is_dropped() {
            let text = checked.unwrap_err().to_string();
            assert!(text.contains(&format!("chmod o+x {}", closed.path().display())));
        } else {
            assert!(checked.is_ok());
        }
    }
}
