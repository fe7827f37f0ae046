//! The audit trail as JSON. Whose entries are seen is the database's to say; looking is an entry too.

use aloe_db::trail::{self, Act, Entry, Filter};
use aloe_domain::permission::need::AuditOwn;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use uuid::Uuid;

use super::answer::{Answer, Refusal};
use super::body::Asked;
use crate::clock;
use crate::session::Staff;

/// Entries of one answer.
const MOST: i64 = 100;

/// Which entries are asked for.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuditFilter")]
pub struct Wanted {
    /// From when; thirty days back when it is left out.
    from: Option<Timestamp>,
    /// Until when, exclusive; now when it is left out.
    to: Option<Timestamp>,
    /// One account's acts.
    user: Option<Uuid>,
    /// What concerned one patient.
    patient: Option<Uuid>,
    /// Entries older than the one of this number: the next page.
    #[schemars(range(min = 1))]
    before: Option<i64>,
}

/// Entries of the trail, newest first.
#[derive(serde::Serialize, JsonSchema)]
#[schemars(rename = "AuditEntries")]
pub struct Entries {
    entries: Vec<AuditEntry>,
    /// What to send as `before` for the next page; nothing on the last.
    next: Option<i64>,
}

/// One entry.
#[derive(serde::Serialize, JsonSchema)]
struct AuditEntry {
    number: i64,
    at: Timestamp,
    actor: String,
    /// The actor's roles then.
    roles: String,
    /// The address that the request came from.
    source: Option<String>,
    action: String,
    /// `done` or `denied`.
    outcome: String,
    /// The kind of thing it was done to.
    entity: String,
    entity_id: Option<Uuid>,
    patient: Option<Uuid>,
    purpose: String,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
}

impl AuditEntry {
    fn of(e: Entry) -> Self {
        Self {
            number: e.id,
            at: e.at,
            actor: e.actor,
            roles: e.roles,
            source: e.source,
            action: e.action,
            outcome: e.outcome,
            entity: e.entity,
            entity_id: e.entity_id,
            patient: e.patient,
            purpose: e.purpose,
            before: e.before,
            after: e.after,
        }
    }
}

/// Lists entries.
pub async fn list(staff: Staff<AuditOwn>, Asked(wanted): Asked<Wanted>) -> Answer<axum::Json<Entries>> {
    if wanted.before.is_some_and(|before| before < 1) {
        return Err(Refusal::field("before", "Entries are numbered from 1."));
    }
    let now = clock::now();
    let filter = Filter {
        from: wanted.from.unwrap_or(now - SignedDuration::from_hours(24 * 30)),
        to: wanted.to.unwrap_or(now),
        user: wanted.user,
        patient: wanted.patient,
        action: String::new(),
        before: wanted.before,
        most: MOST,
    };
    let mut tx = staff.begin().await?;
    tx.record(&Act {
        action: "read_trail",
        entity: "audit_entries",
        entity_id: None,
        patient: wanted.patient,
        purpose: "",
        detail: None,
    })
    .await?;
    let found = trail::list(&mut tx, &filter).await?;
    tx.commit().await?;
    let full = i64::try_from(found.len()).unwrap_or(0) >= MOST;
    let next = found.last().filter(|_| full).map(|entry| entry.id);
    Ok(axum::Json(Entries {
        entries: found.into_iter().map(AuditEntry::of).collect(),
        next,
    }))
}
