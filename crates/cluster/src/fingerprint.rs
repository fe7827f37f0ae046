//! A short name for a folder, the same at every start.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// `aloe-` and the 64-bit FNV-1a hash of the path in hexadecimal. It tells folders apart and
/// protects nothing.
pub(crate) fn of_path(path: &Path) -> String {
    let hash = path
        .as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("aloe-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        // Test vectors of the FNV reference code: the empty string and "foobar".
        assert_eq!(of_path(Path::new("")), "aloe-cbf29ce484222325");
        assert_eq!(of_path(Path::new("foobar")), "aloe-85944171f73967e8");
    }
}
