//! The keys of an organisation inside a transaction: unwrapped when needed, remembered briefly by the keyring.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aloe_vault::{
    KeyStoreError, KeyVersion, Keyring, LongestTtl, MasterKeys, OrganisationKey, Place, Sealed, SubjectKey,
    WrapContext, Wrapped,
};
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

type WrappedKeys = Arc<Vec<(KeyVersion, Vec<u8>)>>;

/// How long a list of wrapped keys is believed: so long may a new version go unnoticed by another server. The old version
/// opens what was sealed meanwhile, since versions are kept.
const LIST_KEPT: Duration = Duration::from_secs(30);
/// Lists kept at most.
const MOST_LISTS: usize = 2000;

/// Every version of one organisation's key, the newest last.
pub struct OrganisationKeys(Vec<Arc<OrganisationKey>>);

impl OrganisationKeys {
    /// The key that seals from now on.
    ///
    /// # Errors
    /// `Missing` when there is none.
    pub fn current(&self) -> Result<&OrganisationKey, KeyError> {
        self.0.last().map(Arc::as_ref).ok_or(KeyError::Missing)
    }

    /// The key of a version, for what was sealed under it.
    ///
    /// # Errors
    /// `Missing` when that version is gone.
    pub fn version(&self, version: i32) -> Result<&OrganisationKey, KeyError> {
        let wanted = u32::try_from(version).ok();
        self.0
            .iter()
            .map(Arc::as_ref)
            .find(|key| Some(key.version().number()) == wanted)
            .ok_or(KeyError::Missing)
    }

    /// The blind index of a value under every version, to find what older versions indexed.
    pub fn blind_indexes(&self, field: &str, normalised: &[u8]) -> Vec<Vec<u8>> {
        self.0
            .iter()
            .map(|key| key.blind_index(field, normalised).to_vec())
            .collect()
    }

    /// The key of a data subject, wrapped by whichever version.
    ///
    /// # Errors
    /// `Closed` when no version opens it.
    pub fn subject(&self, subject: Uuid, wrapped: Vec<u8>) -> Result<SubjectKey, KeyError> {
        let sealed = Sealed::parse(wrapped).map_err(|_| KeyError::Closed)?;
        let opened = self
            .0
            .iter()
            .rev()
            .find_map(|key| key.unwrap_subject(subject, &sealed).ok());
        opened.ok_or(KeyError::Closed)
    }
}

impl Keys {
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
        let mut wrapped = Vec::new();
        for row in tx.rows(sql!("keys/list"), &[]).await? {
            wrapped.push((version_of(row.get("key_version"))?, row.get("wrapped")));
        }
        if wrapped.is_empty() {
            return Err(KeyError::Missing);
        }
        let keys = self.unwrapped(organisation, &wrapped)?;
        self.keep(organisation, wrapped);
        Ok(keys)
    }

    fn unwrapped(&self, organisation: Uuid, wrapped: &[(KeyVersion, Vec<u8>)]) -> Result<OrganisationKeys, KeyError> {
        let unwrap = |(version, wrapped): &(KeyVersion, Vec<u8>)| {
            let fetch = || -> Result<Wrapped, KeyStoreError> { Wrapped::parse(wrapped.clone()) };
            let key = self
                .ring
                .organisation_key(organisation, *version, Instant::now(), fetch);
            key.map_err(|e| KeyError::Store(e.to_string()))
        };
        Ok(OrganisationKeys(wrapped.iter().map(unwrap).collect::<Result<_, _>>()?))
    }

    fn kept(&self, organisation: Uuid) -> Option<WrappedKeys> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lists
            .get(&organisation)
            .filter(|list| list.read_at.elapsed() < LIST_KEPT)?;
        Some(Arc::clone(&kept.wrapped))
    }

    fn keep(&self, organisation: Uuid, wrapped: Vec<(KeyVersion, Vec<u8>)>) {
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

    fn forget(&self, organisation: Uuid) {
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
        for row in tx.rows(sql!("keys/list"), &[]).await? {
            let number: i32 = row.get("key_version");
            let context = WrapContext::organisation(organisation, version_of(number)?);
            let wrapped = Wrapped::parse(row.get("wrapped")).map_err(store)?;
            if let Some(fresh) = self.master.rewrap(&context, &wrapped).map_err(store)? {
                tx.run_one(sql!("keys/rewrap"), &[&number, &fresh.as_bytes()]).await?;
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
        let organisation = tx.organisation().as_uuid();
        let made = self.master.make_organisation_key(organisation, KeyVersion::FIRST);
        let (_, wrapped) = made.map_err(|e| KeyError::Store(e.to_string()))?;
        tx.run_one(sql!("keys/add"), &[&1_i32, &wrapped.as_bytes()]).await?;
        Ok(())
    }
}

fn version_of(number: i32) -> Result<KeyVersion, KeyError> {
    u32::try_from(number)
        .ok()
        .and_then(KeyVersion::from_number)
        .ok_or(KeyError::Missing)
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
