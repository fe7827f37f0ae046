//! How fast one source may ask: every route, before anything is read. A first line only: limits that must hold over several
//! nodes and restarts (sign-in, PINs, holds) are counted in the database.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aloe_db::visit::network;

/// Sources remembered before those at rest are forgotten.
const REMEMBERED: usize = 20_000;

/// A limit for each source, by the generic cell rate algorithm.
#[derive(Debug)]
pub struct Pace {
    period: Duration,
    tolerance: Duration,
    next_free: Mutex<HashMap<IpAddr, Instant>>,
}

impl Pace {
    /// So many requests a second, and four seconds' worth at once. Zero for no limit.
    pub fn per_second(requests: u32) -> Self {
        let period = if requests == 0 {
            Duration::ZERO
        } else {
            Duration::from_secs(1) / requests
        };
        Self {
            period,
            tolerance: Duration::from_secs(4),
            next_free: Mutex::default(),
        }
    }

    /// Counts a request; answers the seconds to wait, zero when it may go ahead.
    pub fn admit(&self, source: IpAddr, now: Instant) -> u64 {
        if self.period.is_zero() {
            return 0;
        }
        let mut next_free = self.next_free.lock().unwrap_or_else(PoisonError::into_inner);
        if next_free.len() > REMEMBERED {
            next_free.retain(|_, at| *at > now);
        }
        let at = next_free.entry(network(source)).or_insert(now);
        let from = (*at).max(now);
        if from.duration_since(now) > self.tolerance {
            return 1;
        }
        *at = from + self.period;
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_admitted_then_the_pace_holds_and_others_are_not_slowed() {
        let (pace, now) = (Pace::per_second(10), Instant::now());
        let (one, two) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let admitted = (0..100).filter(|_| pace.admit(one, now) == 0).count();
        assert_eq!(admitted, 41);
        assert_eq!(pace.admit(two, now), 0);
        assert_eq!(pace.admit(one, now + Duration::from_secs(1)), 0);
    }

    #[test]
    fn addresses_of_one_provider_customer_count_together() {
        let (pace, now) = (Pace::per_second(1), Instant::now());
        let admitted =
            (0..50_u128).filter(|n| pace.admit(IpAddr::from((0x2001_0db8_u128 << 96 | n).to_be_bytes()), now) == 0);
        assert_eq!(admitted.count(), 5);
    }
}
