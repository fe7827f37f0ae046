//! What processes use, from `/proc`: processor time and memory.

use std::fs;

/// Clock ticks in a second: fixed at 100 for what `/proc` shows on Linux.
const TICKS: f64 = 100.0;

/// The machine in a few words.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let line = |file: &str, key: &str| -> String {
        let text = fs::read_to_string(file).unwrap_or_default();
        let found = text.lines().find(|line| line.starts_with(key));
        found
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let memory: u64 = line("/proc/meminfo", "MemTotal")
        .split(' ')
        .next()
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    format!(
        "{cores} cores, {}, {} GiB",
        line("/proc/cpuinfo", "model name"),
        memory / (1024 * 1024)
    )
}

/// Processor seconds of a process and of its children, dead or alive.
pub fn cpu_seconds(pid: u32) -> f64 {
    let children: f64 = children_of(pid).into_iter().map(|child| own_ticks(child).0).sum();
    let (own, dead) = own_ticks(pid);
    (own + dead + children) / TICKS
}

/// Resident memory of a process in MiB.
pub fn resident_mb(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line
        .and_then(|l| l.split_whitespace().next())
        .and_then(|n| n.parse().ok())
        .unwrap_or(0.0);
    kib / 1024.0
}

/// Ticks of the process itself, and of its children that have ended.
fn own_ticks(pid: u32) -> (f64, f64) {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name stands in brackets and may hold anything: the fields begin after the last bracket.
    let after = text.rsplit(')').next().unwrap_or_default();
    let field = |at: usize| -> f64 {
        after
            .split_whitespace()
            .nth(at)
            .and_then(|n| n.parse().ok())
            .unwrap_or(0.0)
    };
    (field(11) + field(12), field(13) + field(14))
}

fn children_of(pid: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|n| n.parse().ok()).collect()
}
