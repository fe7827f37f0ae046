//! A bounded cache of unwrapped organisation keys.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::keys::{MasterKeys, OrganisationKey};
use crate::secret::silent_debug;
use crate::store::{KeyStoreError, Wrapped};
use crate::version::KeyVersion;

type Name = (Uuid, KeyVersion);

/// How long an unwrapped key may be kept: at most five minutes, so that a key withdrawn from the key
/// store stops working soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongestTtl(Duration);

impl LongestTtl {
    /// Five minutes.
    pub const FIVE_MINUTES: Self = Self(Duration::from_secs(300));

    /// A shorter time; `None` above five minutes.
    pub fn of(ttl: Duration) -> Option<Self> {
        (ttl <= Self::FIVE_MINUTES.0).then_some(Self(ttl))
    }
}

/// A key was not to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError<E: std::error::Error + 'static> {
    /// The caller's closure gave no wrapped key.
    #[error(transparent)]
    Fetch(E),
    /// The key store did not unwrap it.
    #[error(transparent)]
    KeyStore(#[from] KeyStoreError),
}

struct Kept {
    key: Arc<OrganisationKey>,
    until: Instant,
    used: u64,
}

#[derive(Default)]
struct Cache {
    kept: HashMap<Name, Kept>,
    clock: u64,
}

impl Cache {
    fn find(&mut self, name: Name, now: Instant) -> Option<Arc<OrganisationKey>> {
        self.clock += 1;
        let kept = self.kept.get_mut(&name)?;
        if kept.until <= now {
            self.kept.remove(&name);
            return None;
        }
        kept.used = self.clock;
        Some(Arc::clone(&kept.key))
    }

    fn sweep(&mut self, now: Instant) {
        self.kept.retain(|_, kept| kept.until > now);
    }

    /// Makes room for one more: the least recently used goes.
    fn make_room(&mut self, size: NonZeroUsize) {
        while self.kept.len() >= size.get() {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used);
            let Some(name) = oldest.map(|(name, _)| *name) else {
                return;
            };
            self.kept.remove(&name);
        }
    }
}

/// Unwrapped organisation keys, by organisation and version, for a few minutes each. A key is
/// zeroised when it has left the keyring and its last user is done.
pub struct Keyring {
    masters: MasterKeys,
    size: NonZeroUsize,
    ttl: Duration,
    cache: Mutex<Cache>,
}

silent_debug!(Keyring);

impl Keyring {
    /// A keyring of at most `size` keys, each kept for `ttl`.
    pub fn of(masters: MasterKeys, size: NonZeroUsize, ttl: LongestTtl) -> Self {
        Self {
            masters,
            size,
            ttl: ttl.0,
            cache: Mutex::default(),
        }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of an organisation. On a miss `fetch` gives its wrapped form from the database; no
    /// lock is held meanwhile, so that a slow key device delays only those who wait for it.
    ///
    /// # Errors
    /// [`KeyringError`] when `fetch` fails or the key store does not unwrap; nothing is kept then.
    pub fn organisation_key<E: std::error::Error + 'static>(
        &self,
        organisation: Uuid,
        version: KeyVersion,
        now: Instant,
        fetch: impl FnOnce() -> Result<Wrapped, E>,
    ) -> Result<Arc<OrganisationKey>, KeyringError<E>> {
        let name = (organisation, version);
        if let Some(key) = self.cache().find(name, now) {
            return Ok(key);
        }
        let wrapped = fetch().map_err(KeyringError::Fetch)?;
        let key = self.masters.open_organisation_key(organisation, version, &wrapped)?;
        Ok(self.keep(name, Arc::new(key), now))
    }

    fn keep(&self, name: Name, key: Arc<OrganisationKey>, now: Instant) -> Arc<OrganisationKey> {
        let mut cache = self.cache();
        cache.sweep(now);
        cache.kept.remove(&name);
        cache.make_room(self.size);
        let kept = Kept {
            key: Arc::clone(&key),
            until: now + self.ttl,
            used: cache.clock,
        };
        cache.kept.insert(name, kept);
        key
    }

    /// Drops the keys whose time is over. Call it every minute: a key nobody asks for again would
    /// stay in memory otherwise.
    pub fn sweep(&self, now: Instant) {
        self.cache().sweep(now);
    }

    /// Drops every version of one organisation's key, at once.
    pub fn forget(&self, organisation: Uuid) {
        self.cache().kept.retain(|(owner, _), _| *owner != organisation);
    }

    /// How many keys are kept.
    pub fn len(&self) -> usize {
        self.cache().kept.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
