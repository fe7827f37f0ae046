//! A new version of an organisation's key: what was sealed or indexed under earlier ones is carried over in small
//! transactions while everybody goes on working, and then they are retired. Cut short at any place, it goes on.

use aloe_domain::ids::OrganisationId;
use aloe_vault::{KeyVersion, Sealed};
use jiff::Timestamp;
use uuid::Uuid;

use crate::bulk::IMPORT;
use crate::doors::{Doors, Operator};
use crate::error::DbError;
use crate::keys::{KeyError, Keys, OrganisationKeys, number_of};
use crate::messages;
use crate::statement::sql;
use crate::tx::Tx;

/// What is carried over, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Blind indexes of identifiers. Their values are sealed under their owners' keys, which stay.
    Identifiers,
    /// The keys of data subjects, wrapped anew, and the names of imported lines.
    Patients,
    /// Messages, sealed anew.
    Messages,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Identifiers, Self::Patients, Self::Messages];
}

/// A rotation under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    to: KeyVersion,
}

/// One transaction's worth of it.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The last row that was carried over: the next step begins behind it.
    pub last: Uuid,
    /// How many rows there were.
    pub rows: usize,
}

impl Rotation {
    /// Makes the next version of the organisation's key. It seals from the commit on; a server may seal under the version
    /// before for as long as it believes its list of keys (`Keys::LIST_KEPT`).
    ///
    /// # Errors
    /// `Unfinished` while an earlier rotation is.
    pub async fn begin(tx: &mut Tx<Operator>, keys: &Keys) -> Result<Self, KeyError> {
        if Self::under_way(tx, keys).await?.is_some() {
            return Err(KeyError::Unfinished);
        }
        let current = keys.of(tx).await?.current()?.version();
        let to = current.next().ok_or(KeyError::Missing)?;
        keys.make(tx, to).await?;
        Ok(Self { to })
    }

    /// The rotation that has not come to its end, if there is one. A retired version under which something lies after all,
    /// written by somebody who was very late, is in use again.
    ///
    /// # Errors
    /// See `KeyError`.
    pub async fn under_way(tx: &mut Tx<Operator>, keys: &Keys) -> Result<Option<Self>, KeyError> {
        tx.run(sql!("keys/reopen"), &[]).await?;
        keys.forget(tx.organisation().as_uuid());
        let keys = keys.of(tx).await?;
        let to = keys.current()?.version();
        Ok((keys.in_use().count() > 1).then_some(Self { to }))
    }

    /// The version that everything is carried over to.
    pub fn to(self) -> KeyVersion {
        self.to
    }

    /// How many rows are still under earlier versions.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn left(self, tx: &mut Tx<Operator>) -> Result<i64, KeyError> {
        let row = tx.get(sql!("keys/left"), &[&number_of(self.to)]).await?;
        Ok(row.get("left_over"))
    }

    /// Carries over at most `most` rows of one part, those behind `after`; `None` when there are none.
    ///
    /// # Errors
    /// `Closed` for a row that opens under no version: nothing of this step is kept then.
    pub async fn step(
        self,
        tx: &mut Tx<Operator>,
        keys: &Keys,
        part: Part,
        after: Uuid,
        most: i64,
    ) -> Result<Option<Step>, KeyError> {
        let keys = keys.of(tx).await?;
        let done = match part {
            Part::Identifiers => self.identifiers(tx, &keys, after, most).await?,
            Part::Patients => self.patients(tx, &keys, after, most).await?,
            Part::Messages => self.messages(tx, &keys, after, most).await?,
        };
        Ok(done.last().map(|last| Step {
            last: *last,
            rows: done.len(),
        }))
    }

    /// Retires the earlier versions. Answers whether it could: not while anything is under them.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn finish(self, tx: &mut Tx<Operator>, keys: &Keys) -> Result<bool, KeyError> {
        if self.left(tx).await? > 0 && !crate::sabotage::is_on("P5-rotation") {
            return Ok(false);
        }
        tx.run(sql!("keys/retire"), &[&number_of(self.to)]).await?;
        keys.forget(tx.organisation().as_uuid());
        Ok(true)
    }

    async fn identifiers(
        self,
        tx: &mut Tx<Operator>,
        keys: &OrganisationKeys,
        after: Uuid,
        most: i64,
    ) -> Result<Vec<Uuid>, KeyError> {
        let to = number_of(self.to);
        let (mut ids, mut indexes) = (Vec::new(), Vec::new());
        for row in tx.rows(sql!("keys/old_identifiers"), &[&to, &after, &most]).await? {
            ids.push(row.get::<_, Uuid>("identifier_id"));
            indexes.push(keys.carried_over(row.get("kind"), row.get("blind_index"), row.get("key_version")));
        }
        tx.run(sql!("keys/reindex_identifiers"), &[&to, &ids, &indexes]).await?;
        Ok(ids)
    }

    async fn patients(
        self,
        tx: &mut Tx<Operator>,
        keys: &OrganisationKeys,
        after: Uuid,
        most: i64,
    ) -> Result<Vec<Uuid>, KeyError> {
        let to = number_of(self.to);
        let (mut ids, mut subjects, mut imports) = (Vec::new(), Vec::new(), Vec::new());
        for row in tx.rows(sql!("keys/old_patients"), &[&to, &after, &most]).await? {
            let patient: Uuid = row.get("patient_id");
            let subject = keys.subject(patient, row.get("subject_key"))?;
            let wrapped = keys.current()?.wrap_subject(&subject);
            subjects.push(wrapped.map_err(|e| KeyError::Store(e.to_string()))?.into_bytes());
            let import: Option<Vec<u8>> = row.get("import_key");
            imports.push(import.map(|name| keys.carried_over(IMPORT, name, row.get("key_version"))));
            ids.push(patient);
        }
        tx.run(sql!("keys/rewrap_patients"), &[&ids, &subjects, &imports])
            .await?;
        Ok(ids)
    }

    async fn messages(
        self,
        tx: &mut Tx<Operator>,
        keys: &OrganisationKeys,
        after: Uuid,
        most: i64,
    ) -> Result<Vec<Uuid>, KeyError> {
        let to = number_of(self.to);
        let organisation = tx.organisation().as_uuid();
        let (mut ids, mut sealed) = (Vec::new(), Vec::new());
        for row in tx.rows(sql!("keys/old_messages"), &[&to, &after, &most]).await? {
            let id: Uuid = row.get("message_id");
            let old = Sealed::parse(row.get("sealed")).map_err(|_| KeyError::Closed)?;
            sealed.push(messages::reseal(keys, organisation, id, row.get("key_version"), &old)?);
            ids.push(id);
        }
        tx.run(sql!("keys/reseal_messages"), &[&to, &ids, &sealed]).await?;
        Ok(ids)
    }
}

/// How far the keys of one organisation are.
#[derive(Clone, Copy, Debug)]
pub struct KeyState {
    /// Whose they are.
    pub organisation: OrganisationId,
    /// The newest version.
    pub newest: i32,
    /// When it was made.
    pub made_at: Timestamp,
    /// Versions that open: more than one while a rotation is under way.
    pub in_use: i64,
}

impl Doors {
    /// How far every organisation's keys are, the oldest first.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn key_states(&self) -> Result<Vec<KeyState>, DbError> {
        let rows = self.operator_rows(sql!("keys/progress"), &[]).await?;
        Ok(rows
            .iter()
            .map(|row| KeyState {
                organisation: OrganisationId::from_uuid(row.get("organisation_id")),
                newest: row.get("newest"),
                made_at: row.get("made_at"),
                in_use: row.get("in_use"),
            })
            .collect())
    }
}
