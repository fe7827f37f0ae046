//! A bound on time that only a release build is held to.

use aloe_synthetic::People;
use std::time::{Duration, Instant};

#[test]
fn a_million_people_take_a_few_seconds_in_a_release_build() {
    let count = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
    let start = Instant::now();
    let letters: usize = People::new(1).take(count).map(|person| person.surname.len()).sum();
    assert!(letters > count * 3);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}
