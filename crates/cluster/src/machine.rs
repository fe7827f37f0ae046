//! How much memory and how many cores PostgreSQL may count on.

use std::fs;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

const MIB: u64 = 1024 * 1024;
/// Assumed where the machine does not say.
const FALLBACK_MIB: u64 = 2048;

/// The size of the machine, or of the share of it that Aloe may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// Memory in mebibytes.
    pub memory_mib: u64,
    /// Processor cores.
    pub cores: usize,
}

impl Machine {
    /// Reads the machine's memory (or the control group's limit, where that is lower) and cores.
    #[must_use]
    pub fn detect() -> Self {
        let whole = fs::read_to_string("/proc/meminfo")
            .ok()
            .and_then(|text| total_mib(&text));
        let limit = fs::read_to_string("/sys/fs/cgroup/memory.max")
            .ok()
            .and_then(|text| limit_mib(&text));
        Self {
            memory_mib: whole.into_iter().chain(limit).min().unwrap_or(FALLBACK_MIB),
            cores: available_parallelism().map_or(1, NonZeroUsize::get),
        }
    }
}

/// `MemTotal` of proc(5), which counts in kibibytes.
fn total_mib(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024)
}

/// `memory.max` of a control group: bytes, or `max` for none.
fn limit_mib(limit: &str) -> Option<u64> {
    let bytes: u64 = limit.trim().parse().ok()?;
    Some((bytes / MIB).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_kernels_table() {
        let table = "MemFree: 1 kB\nMemTotal:       24683520 kB\nBuffers: 2 kB\n";
        assert_eq!(total_mib(table), Some(24105));
        assert_eq!(total_mib("nothing"), None);
    }

    #[test]
    fn a_control_groups_limit_counts_unless_it_is_max() {
        assert_eq!(limit_mib("1073741824\n"), Some(1024));
        assert_eq!(limit_mib("max\n"), None);
    }

    #[test]
    fn this_machine_has_memory_and_a_core() {
        let machine = Machine::detect();
        assert!(machine.memory_mib > 0 && machine.cores > 0);
    }
}
