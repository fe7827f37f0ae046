//! The keys of an organisation inside a transaction: unwrapped when needed, remembered briefly by the keyring.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aloe_vault::{
    KeyStoreError, KeyVersion, Keyring, LongestTtl, MasterKeys, OrganisationKey, Place, Sealed, SubjectKey,
    WrapContext, Wrapped,
};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::doors::Operator;
use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;

/// Why something sealed stays closed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The key store failed or lacks the key: the sentence is for the operator.
    #[error("the keys of this organisation cannot be opened: {0}")]
    Store(String),
    /// An earlier rotation has not come to its end.
    #[error("a rotation of this organisation's key was cut short: let it go on with --go-on")]
    Unfinished,
    /// The organisation has no key yet.
    #[error("this organisation has no key yet: run `aloe keys status`")]
    Missing,
    /// A sealed value does not open here.
    #[error("a sealed value cannot be opened: it was moved, damaged, or sealed under a key that is gone")]
    Closed,
}

/// The master keys, and the unwrapped organisation keys of the last minutes.
#[derive(Clone)]
pub struct Keys {
    master: MasterKeys,
    ring: Arc<Keyring>,
    lists: Arc<Mutex<HashMap<Uuid, KeptList>>>,
}

/// The wrapped versions of one organisation's key, as the database gave them a moment ago.
#[derive(Clone)]
struct KeptList {
    read_at: Instant,
    wrapped: WrappedKeys,
}

type WrappedKeys = Arc<Vec<WrappedKey>>;

/// One version as it lies in the database.
struct WrappedKey {
    version: KeyVersion,
    wrapped: Vec<u8>,
    retired: bool,
}

/// Lists kept at most.
const MOST_LISTS: usize = 2000;

/// Every version of one organisation's key.
pub struct OrganisationKeys {
    /// The newest last, those that are retired included.
    versions: Vec<Arc<OrganisationKey>>,
    /// How many of the first ones are retired: they open nothing.
    retired: usize,
}

impl OrganisationKeys {
    /// The key that seals from now on.
    ///
    /// # Errors
    /// `Missing` when there is none.
    pub fn current(&self) -> Result<&OrganisationKey, KeyError> {
        self.versions.last().map(Arc::as_ref).ok_or(KeyError::Missing)
    }

    /// The key of a version, for what was sealed under it.
    ///
    /// # Errors
    /// `Missing` when that version is gone or retired.
    pub fn version(&self, version: i32) -> Result<&OrganisationKey, KeyError> {
        let wanted = u32::try_from(version).ok();
        self.in_use()
            .find(|key| Some(key.version().number()) == wanted)
            .ok_or(KeyError::Missing)
    }

    /// Every blind index that a value may have: made under one version, and carried over to a later one by rotations. The
    /// last is the one that it gets today.
    pub fn blind_indexes(&self, field: &str, normalised: &[u8]) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        for (made, key) in self.versions.iter().enumerate() {
            let mut index = key.blind_index(field, normalised);
            all.push(index.to_vec());
            for later in self.versions.iter().skip(made + 1) {
                index = later.rotated_index(field, &index);
                all.push(index.to_vec());
            }
        }
        all
    }

    /// What an index that stands under `from` is under the current version.
    pub(crate) fn carried_over(&self, field: &str, index: Vec<u8>, from: i32) -> Vec<u8> {
        let from = u32::try_from(from).unwrap_or(0);
        let later = self.versions.iter().filter(|key| key.version().number() > from);
        later.fold(index, |index, key| key.rotated_index(field, &index).to_vec())
    }

    /// The key of a data subject, wrapped by whichever version is in use.
    ///
    /// # Errors
    /// `Closed` when no version opens it.
    pub fn subject(&self, subject: Uuid, wrapped: Vec<u8>) -> Result<SubjectKey, KeyError> {
        let sealed = Sealed::parse(wrapped).map_err(|_| KeyError::Closed)?;
        let opened = self
            .in_use()
            .rev()
            .find_map(|key| key.unwrap_subject(subject, &sealed).ok());
        opened.ok_or(KeyError::Closed)
    }

    pub(crate) fn in_use(&self) -> impl DoubleEndedIterator<Item = &OrganisationKey> {
        self.versions.iter().skip(self.retired).map(Arc::as_ref)
    }
}

impl Keys {
    /// How long a list of wrapped keys is believed: so long may a new version go unnoticed by another server. The old version
    /// opens what was sealed meanwhile.
    pub const LIST_KEPT: Duration = Duration::from_secs(30);

    /// Uses these master keys.
    pub fn within(master: MasterKeys) -> Self {
        let size = NonZeroUsize::MIN.saturating_add(511);
        let ring = Keyring::of(master.clone(), size, LongestTtl::FIVE_MINUTES);
        Self {
            master,
            ring: Arc::new(ring),
            lists: Arc::default(),
        }
    }

    /// The master keys.
    pub fn master(&self) -> &MasterKeys {
        &self.master
    }

    /// The keys of the transaction's organisation.
    ///
    /// # Errors
    /// See `KeyError`.
    pub async fn of<N>(&self, tx: &mut Tx<N>) -> Result<OrganisationKeys, KeyError> {
        let organisation = tx.organisation().as_uuid();
        if let Some(kept) = self.kept(organisation)
            && let Ok(keys) = self.unwrapped(organisation, &kept)
        {
            return Ok(keys);
        }
        let wrapped = list(tx).await?;
        if wrapped.is_empty() {
            return Err(KeyError::Missing);
        }
        let keys = self.unwrapped(organisation, &wrapped)?;
        self.keep(organisation, wrapped);
        Ok(keys)
    }

    fn unwrapped(&self, organisation: Uuid, list: &[WrappedKey]) -> Result<OrganisationKeys, KeyError> {
        let unwrap = |key: &WrappedKey| {
            let fetch = || -> Result<Wrapped, KeyStoreError> { Wrapped::parse(key.wrapped.clone()) };
            let key = self
                .ring
                .organisation_key(organisation, key.version, Instant::now(), fetch);
            key.map_err(|e| KeyError::Store(e.to_string()))
        };
        Ok(OrganisationKeys {
            versions: list.iter().map(unwrap).collect::<Result<_, _>>()?,
            retired: list.iter().take_while(|key| key.retired).count(),
        })
    }

    fn kept(&self, organisation: Uuid) -> Option<WrappedKeys> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lists
            .get(&organisation)
            .filter(|list| list.read_at.elapsed() < Self::LIST_KEPT)?;
        Some(Arc::clone(&kept.wrapped))
    }

    fn keep(&self, organisation: Uuid, wrapped: Vec<WrappedKey>) {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if lists.len() >= MOST_LISTS {
            lists.clear();
        }
        let list = KeptList {
            read_at: Instant::now(),
            wrapped: Arc::new(wrapped),
        };
        lists.insert(organisation, list);
    }

    pub(crate) fn forget(&self, organisation: Uuid) {
        self.lists
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&organisation);
    }

    /// Wraps every version of the organisation's key under the current master key. Answers how many were not yet: a run
    /// that was cut short goes on where it stopped.
    ///
    /// # Errors
    /// See `KeyError`; then nothing of this organisation changed.
    pub async fn rewrap(&self, tx: &mut Tx<Operator>) -> Result<usize, KeyError> {
        let organisation = tx.organisation().as_uuid();
        self.forget(organisation);
        let store = |e: KeyStoreError| KeyError::Store(e.to_string());
        let mut rewrapped = 0;
        for key in list(tx).await? {
            let context = WrapContext::organisation(organisation, key.version);
            let wrapped = Wrapped::parse(key.wrapped).map_err(store)?;
            if let Some(fresh) = self.master.rewrap(&context, &wrapped).map_err(store)? {
                tx.run_one(sql!("keys/rewrap"), &[&number_of(key.version), &fresh.as_bytes()])
                    .await?;
                rewrapped += 1;
            }
        }
        Ok(rewrapped)
    }

    /// Makes the first key of an organisation.
    ///
    /// # Errors
    /// See `KeyError`.
    pub async fn make_first<N>(&self, tx: &mut Tx<N>) -> Result<(), KeyError> {
        self.make(tx, KeyVersion::FIRST).await
    }

    pub(crate) async fn make<N>(&self, tx: &mut Tx<N>, version: KeyVersion) -> Result<(), KeyError> {
        let organisation = tx.organisation().as_uuid();
        let made = self.master.make_organisation_key(organisation, version);
        let (_, wrapped) = made.map_err(|e| KeyError::Store(e.to_string()))?;
        let number = number_of(version);
        tx.run_one(sql!("keys/add"), &[&number, &wrapped.as_bytes()]).await?;
        self.forget(organisation);
        Ok(())
    }
}

async fn list<N>(tx: &mut Tx<N>) -> Result<Vec<WrappedKey>, KeyError> {
    let read = |row: &Row| {
        Ok(WrappedKey {
            version: version_of(row.get("key_version"))?,
            wrapped: row.get("wrapped"),
            retired: row.get("retired"),
        })
    };
    tx.rows(sql!("keys/list"), &[]).await?.iter().map(read).collect()
}

fn version_of(number: i32) -> Result<KeyVersion, KeyError> {
    u32::try_from(number)
        .ok()
        .and_then(KeyVersion::from_number)
        .ok_or(KeyError::Missing)
}

/// A version as the database counts it.
pub(crate) fn number_of(version: KeyVersion) -> i32 {
    i32::try_from(version.number()).unwrap_or(i32::MAX)
}

/// Seals a text under a data subject's key for one place.
pub(crate) fn seal_text(key: &SubjectKey, place: &Place<'_>, text: &str) -> Result<Vec<u8>, KeyError> {
    let sealed = aloe_vault::seal(&key.fields(), place, text.as_bytes()).map_err(|e| KeyError::Store(e.to_string()))?;
    Ok(sealed.into_bytes())
}

/// Opens a text sealed under a data subject's key.
pub(crate) fn open_text(key: &SubjectKey, place: &Place<'_>, sealed: Vec<u8>) -> Result<String, KeyError> {
    let sealed = Sealed::parse(sealed).map_err(|_| KeyError::Closed)?;
    let opened = aloe_vault::open(&key.fields(), place, &sealed).map_err(|_| KeyError::Closed)?;
    opened.as_text().map(str::to_owned).map_err(|_| KeyError::Closed)
}
