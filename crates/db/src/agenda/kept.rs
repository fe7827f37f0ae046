//! The settings of organisations as they were last read, kept while the database says that they are still these.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aloe_domain::ids::OrganisationId;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Agenda;
use crate::doors::{Doors, visitor_rows};
use crate::error::DbError;
use crate::statement::sql;
use crate::visit::Visit;

/// Organisations kept at most; beyond them everything is read anew.
const MOST: usize = 2000;

/// Settings by organisation, each with the version it was read at or after.
#[derive(Default)]
pub struct KeptAgendas(Mutex<HashMap<OrganisationId, Kept>>);

#[derive(Clone)]
struct Kept {
    version: i64,
    from_day: Date,
    agenda: Arc<Agenda>,
}

impl KeptAgendas {
    fn find(&self, organisation: OrganisationId, version: i64, from_day: Date) -> Option<Arc<Agenda>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept
            .get(&organisation)
            .filter(|k| k.version == version && k.from_day == from_day)?;
        Some(Arc::clone(&found.agenda))
    }

    fn keep(&self, organisation: OrganisationId, fresh: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(organisation, fresh);
    }
}

impl Doors {
    /// The settings behind an organisation's public pages, as they are now: one look at their version, and a full reading
    /// only after a change or on another day.
    ///
    /// # Errors
    /// `Refused(NoOrganisation)` for an address that is nobody's.
    pub async fn public_agenda(&self, visit: &Visit, slug: &str, now: Timestamp) -> Result<Arc<Agenda>, DbError> {
        let today = now.to_zoned(TimeZone::UTC).date();
        // Somewhere it is still yesterday: closures count from there.
        let from_day = today.yesterday().unwrap_or(today);
        let rows = visitor_rows(self, sql!("diaries/version"), &[&slug]).await?;
        let known = rows
            .first()
            .map(|row| (OrganisationId::from_uuid(row.get("organisation")), row.get("version")));
        if let Some((organisation, version)) = known
            && let Some(agenda) = self.agendas.find(organisation, version, from_day)
        {
            return Ok(agenda);
        }
        let mut tx = self.public(visit, slug).await?;
        let agenda = Arc::new(Agenda::offered(&mut tx, from_day).await?);
        tx.done().await?;
        // Read after its version was: what is newer than the version is read once more, never the other way round.
        if let Some((organisation, version)) = known {
            self.agendas.keep(
                organisation,
                Kept {
                    version,
                    from_day,
                    agenda: Arc::clone(&agenda),
                },
            );
        }
        Ok(agenda)
    }
}
