use std::convert::Infallible;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aloe_vault::{Keyring, KeyringError, LongestTtl, OrganisationKey, Wrapped};
use uuid::Uuid;

use crate::{ONE, TWO, Vault, version};

const MINUTE: Duration = Duration::from_secs(60);

fn keyring(vault: &Vault, size: usize) -> Keyring {
    let size = NonZeroUsize::new(size).unwrap();
    Keyring::of(vault.masters.clone(), size, LongestTtl::FIVE_MINUTES)
}

/// Asks for a key of version 1 and says whether the wrapped form had to be fetched.
fn ask(ring: &Keyring, owner: Uuid, wrapped: &Wrapped, now: Instant) -> (Arc<OrganisationKey>, bool) {
    let mut fetched = false;
    let key = ring.organisation_key(owner, version(1), now, || {
        fetched = true;
        Ok::<_, Infallible>(wrapped.clone())
    });
    (key.unwrap(), fetched)
}

#[test]
fn a_key_is_fetched_once_and_kept_until_its_time_is_over() {
    let vault = Vault::make();
    let (key, wrapped) = vault.organisation(ONE, 1);
    let (ring, start) = (keyring(&vault, 8), Instant::now());
    let (first, fetched) = ask(&ring, ONE, &wrapped, start);
    assert!(fetched);
    assert_eq!(first.blind_index("x", b"y"), key.blind_index("x", b"y"));
    assert!(!ask(&ring, ONE, &wrapped, start + 5 * MINUTE - Duration::from_nanos(1)).1);
    assert!(ask(&ring, ONE, &wrapped, start + 5 * MINUTE).1);
}

#[test]
fn a_key_in_use_does_not_live_longer_for_it() {
    let vault = Vault::make();
    let (_, wrapped) = vault.organisation(ONE, 1);
    let (ring, start) = (keyring(&vault, 8), Instant::now());
    for minute in 0..5 {
        assert_eq!(ask(&ring, ONE, &wrapped, start + minute * MINUTE).1, minute == 0);
    }
    assert!(ask(&ring, ONE, &wrapped, start + 5 * MINUTE).1);
}

#[test]
fn more_than_five_minutes_are_not_to_be_had() {
    assert!(LongestTtl::of(5 * MINUTE).is_some());
    assert!(LongestTtl::of(5 * MINUTE + Duration::from_nanos(1)).is_none());
}

#[test]
fn the_least_recently_used_key_makes_room() {
    let vault = Vault::make();
    let owners = [ONE, TWO, Uuid::from_u128(3)];
    let wrapped = owners.map(|owner| vault.organisation(owner, 1).1);
    let (ring, now) = (keyring(&vault, 2), Instant::now());
    for at in [0, 1, 0, 2] {
        ask(&ring, owners[at], &wrapped[at], now);
    }
    assert_eq!(ring.len(), 2);
    assert!(!ask(&ring, owners[0], &wrapped[0], now).1);
    assert!(ask(&ring, owners[1], &wrapped[1], now).1);
}

#[test]
fn sweeping_and_forgetting_empty_the_keyring() {
    let vault = Vault::make();
    let (ring, now) = (keyring(&vault, 8), Instant::now());
    let wrapped = [ONE, TWO].map(|owner| vault.organisation(owner, 1).1);
    ask(&ring, ONE, &wrapped[0], now);
    ask(&ring, TWO, &wrapped[1], now + MINUTE);
    ring.forget(TWO);
    assert_eq!(ring.len(), 1);
    ring.sweep(now + 4 * MINUTE);
    assert_eq!(ring.len(), 1);
    ring.sweep(now + 5 * MINUTE);
    assert!(ring.is_empty());
}

#[test]
fn a_failed_fetch_or_a_foreign_key_is_an_error_and_is_not_kept() {
    let vault = Vault::make();
    let (ring, now) = (keyring(&vault, 8), Instant::now());
    let gone = ring.organisation_key(ONE, version(1), now, || {
        Err(io::Error::from(io::ErrorKind::NotConnected))
    });
    assert!(matches!(gone, Err(KeyringError::Fetch(_))));
    let (_, foreign) = vault.organisation(TWO, 1);
    let refused = ring.organisation_key(ONE, version(1), now, || Ok::<_, Infallible>(foreign));
    assert!(matches!(refused, Err(KeyringError::KeyStore(_))));
    assert!(ring.is_empty());
}

#[test]
fn versions_of_one_organisation_are_kept_apart() {
    let vault = Vault::make();
    let (ring, now) = (keyring(&vault, 8), Instant::now());
    let indexes = [1, 2].map(|number| {
        let (_, wrapped) = vault.organisation(ONE, number);
        let fetch = || Ok::<_, Infallible>(wrapped);
        let key = ring.organisation_key(ONE, version(number), now, fetch).unwrap();
        assert_eq!(key.version(), version(number));
        key.blind_index("x", b"y")
    });
    assert_ne!(indexes[0], indexes[1]);
}

#[test]
fn many_threads_get_the_same_key_and_the_keyring_stays_bounded() {
    let vault = Vault::make();
    let owners: Vec<_> = (1..=6).map(Uuid::from_u128).collect();
    let wrapped: Vec<_> = owners.iter().map(|owner| vault.organisation(*owner, 1)).collect();
    let (ring, now, asked) = (keyring(&vault, 3), Instant::now(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for round in 0..60 {
                    let at = round % owners.len();
                    let (key, _) = ask(&ring, owners[at], &wrapped[at].1, now);
                    assert_eq!(key.blind_index("x", b"y"), wrapped[at].0.blind_index("x", b"y"));
                    assert!(ring.len() <= 3);
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(asked.into_inner(), 240);
}
