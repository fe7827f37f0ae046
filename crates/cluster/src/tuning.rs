//! PostgreSQL's sizes for a machine that it shares with Aloe.

use crate::machine::Machine;

/// Connections for Aloe's pools, backups and an operator.
pub(crate) const MAX_CONNECTIONS: u64 = 100;

/// Sizes in mebibytes and counts of workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tuning {
    pub(crate) shared_buffers: u64,
    pub(crate) effective_cache_size: u64,
    pub(crate) work_mem: u64,
    pub(crate) maintenance_work_mem: u64,
    pub(crate) max_wal_size: u64,
    pub(crate) worker_processes: usize,
    pub(crate) parallel_workers: usize,
    pub(crate) gather_workers: usize,
}

impl Tuning {
    /// A quarter of the memory for shared buffers (the advice of PostgreSQL's manual, 20.4.1),
    /// half counted as cache, and work memory such that all connections at once fit in a quarter.
    pub(crate) fn of(machine: Machine) -> Self {
        let memory = machine.memory_mib;
        let cores = machine.cores.max(1);
        Self {
            shared_buffers: (memory / 4).clamp(32, 8192),
            effective_cache_size: (memory / 2).max(64),
            work_mem: (memory / 4 / MAX_CONNECTIONS).clamp(4, 64),
            maintenance_work_mem: (memory / 16).clamp(32, 1024),
            max_wal_size: (memory / 4).clamp(512, 4096),
            worker_processes: cores.max(8),
            parallel_workers: cores,
            gather_workers: (cores / 2).clamp(0, 4),
        }
    }

    /// Small, so that many test clusters fit beside each other.
    pub(crate) const fn small() -> Self {
        Self {
            shared_buffers: 32,
            effective_cache_size: 256,
            work_mem: 4,
            maintenance_work_mem: 32,
            max_wal_size: 512,
            worker_processes: 8,
            parallel_workers: 1,
            gather_workers: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_machine_of_24_gib_gets_a_quarter_for_shared_buffers() {
        let tuning = Tuning::of(Machine {
            memory_mib: 24_000,
            cores: 2,
        });
        assert_eq!((tuning.shared_buffers, tuning.work_mem), (6000, 60));
        assert_eq!((tuning.max_wal_size, tuning.gather_workers), (4096, 1));
    }

    proptest! {
        #[test]
        fn sizes_stay_in_their_bounds_and_in_memory(memory_mib in 0_u64..4_000_000, cores in 0_usize..512) {
            let tuning = Tuning::of(Machine { memory_mib, cores });
            prop_assert!((32..=8192).contains(&tuning.shared_buffers));
            prop_assert!((4..=64).contains(&tuning.work_mem));
            prop_assert!(tuning.gather_workers <= tuning.worker_processes);
            if memory_mib >= 2048 {
                let peak = tuning.shared_buffers + tuning.work_mem * MAX_CONNECTIONS;
                prop_assert!(peak <= memory_mib / 2 + 1);
            }
        }
    }
}
