//! Entries of the audit trail that are no row change: reads that matter, and attempts that were refused.

use uuid::Uuid;

use crate::error::DbError;
use crate::statement::sql;
use crate::tx::Tx;

/// One act to record in the transaction that performs it: without the record, it does not happen.
pub struct Act<'a> {
    /// What was done: `reveal`, `open_file`, `search` …
    pub action: &'a str,
    /// The kind of thing it was done to: a table's name.
    pub entity: &'a str,
    /// Which one.
    pub entity_id: Option<Uuid>,
    /// The person it concerns.
    pub patient: Option<Uuid>,
    /// Why, in the actor's words.
    pub purpose: &'a str,
    /// Anything else that the reader of the trail needs; never an identifier in clear.
    pub detail: Option<serde_json::Value>,
}

impl<N> Tx<N> {
    /// Records an act that is done in this transaction.
    ///
    /// # Errors
    /// When the entry cannot be written: then the act must not happen either.
    pub async fn record(&mut self, act: &Act<'_>) -> Result<(), DbError> {
        self.record_outcome(act, "done").await
    }

    /// Records an attempt that was refused.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn record_denied(&mut self, act: &Act<'_>) -> Result<(), DbError> {
        self.record_outcome(act, "denied").await
    }

    async fn record_outcome(&mut self, act: &Act<'_>, outcome: &str) -> Result<(), DbError> {
        let params: [crate::tx::Param<'_>; 7] = [
            &act.action,
            &outcome,
            &act.entity,
            &act.entity_id,
            &act.patient,
            &act.purpose,
            &act.detail,
        ];
        self.find(sql!("trail/note"), &params).await?;
        Ok(())
    }
}

/// What to show of the trail. Who may see which entries is the database's to say.
pub struct Filter {
    /// From when.
    pub from: jiff::Timestamp,
    /// Until when, exclusive.
    pub to: jiff::Timestamp,
    /// One member's acts.
    pub user: Option<Uuid>,
    /// What concerned one patient.
    pub patient: Option<Uuid>,
    /// One kind of act, or blank.
    pub action: String,
    /// Entries older than this one, for the next page.
    pub before: Option<i64>,
    /// At most so many.
    pub most: i64,
}

/// One entry of the trail.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: jiff::Timestamp,
    /// Who.
    pub actor: String,
    /// Their roles then.
    pub roles: String,
    /// From where.
    pub source: Option<String>,
    /// What was done.
    pub action: String,
    /// `done` or `denied`.
    pub outcome: String,
    /// The kind of thing.
    pub entity: String,
    /// Which one.
    pub entity_id: Option<Uuid>,
    /// The person it concerns.
    pub patient: Option<Uuid>,
    /// Their name, for those who may see it.
    pub patient_name: Option<String>,
    /// Why.
    pub purpose: String,
    /// Values before.
    pub before: Option<serde_json::Value>,
    /// Values after.
    pub after: Option<serde_json::Value>,
}

/// Entries of the trail, newest first: all of them, one's own patients', or one's own acts, by the member's roles.
///
/// # Errors
/// What the database answered.
pub async fn list(
    tx: &mut Tx<aloe_domain::permission::need::AuditOwn>,
    filter: &Filter,
) -> Result<Vec<Entry>, DbError> {
    let params: [crate::tx::Param<'_>; 7] = [
        &filter.from,
        &filter.to,
        &filter.user,
        &filter.patient,
        &filter.action,
        &filter.before,
        &filter.most,
    ];
    let rows = tx.rows(sql!("trail/list"), &params).await?;
    Ok(rows.iter().map(entry).collect())
}

fn entry(row: &tokio_postgres::Row) -> Entry {
    let given: Option<String> = row.get("given_names");
    let surname: Option<String> = row.get("surname");
    Entry {
        id: row.get("audit_entry_id"),
        at: row.get("at"),
        actor: row.get("actor"),
        roles: row.get("roles"),
        source: row.get("source"),
        action: row.get("action"),
        outcome: row.get("outcome"),
        entity: row.get("entity"),
        entity_id: row.get("entity_id"),
        patient: row.get("patient_id"),
        patient_name: given.zip(surname).map(|(g, s)| format!("{g} {s}").trim().to_owned()),
        purpose: row.get("purpose"),
        before: row.get("before"),
        after: row.get("after"),
    }
}
