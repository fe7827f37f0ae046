//! Work that is not a request: claimed a few at a time, entering the organisation of their own rows.

use aloe_vault::{Token, TokenDomain, TokenHash};
use uuid::Uuid;

use crate::doors::Doors;
use crate::error::DbError;
use crate::messages;
use crate::statement::sql;

/// Seconds that a claim holds; a job whose worker died is due again after them.
const LEASE: f64 = 60.0;
/// Jobs claimed at once: few enough to be done well within the lease.
const AT_ONCE: i32 = 16;

impl Doors {
    /// Does some due jobs of one organisation, all or none. Answers how many.
    ///
    /// # Errors
    /// What the database answered; the jobs are due again when their lease ends, then each by itself.
    pub async fn do_due_jobs(&self) -> Result<usize, DbError> {
        let secret = Token::random().map_err(|e| DbError::Unavailable(e.to_string()))?;
        let claim = secret.hash(TokenDomain::JOB_CLAIM);
        let rows = self
            .job_rows(sql!("jobs/claim"), &[&claim.as_bytes().as_slice(), &LEASE, &AT_ONCE])
            .await?;
        let Some(first) = rows.first() else {
            return Ok(0);
        };
        let entities: Vec<Uuid> = rows.iter().map(|row| row.get("entity_id")).collect();
        self.perform(&claim, first.get("kind"), &entities).await?;
        Ok(entities.len())
    }

    async fn perform(&self, claim: &TokenHash, kind: &str, entities: &[Uuid]) -> Result<(), DbError> {
        let mut tx = self.job(claim).await?;
        match kind {
            // Without a gateway the outbox page shows the message: that is where it is delivered to.
            "deliver_message" => messages::settle(&mut tx, entities, "shown", "no gateway is configured").await?,
            other => {
                tracing::error!(job.kind = other, "a job of an unknown kind waits for a newer version");
                tx.find(sql!("jobs/postpone"), &[&3600.0_f64, &"unknown kind"]).await?;
                return tx.commit().await;
            }
        }
        tx.find(sql!("jobs/finish"), &[]).await?;
        tx.commit().await
    }

    /// Tells open pages what was committed since the last time. Answers how many topics changed.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn dispatch_changes(&self) -> Result<i64, DbError> {
        let rows = self.job_rows(sql!("jobs/dispatch"), &[]).await?;
        Ok(rows.first().map_or(0, |row| row.get("told")))
    }

    /// Removes what is past its use: tokens, proofs, holds, throttles, answers.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn tidy(&self) -> Result<(), DbError> {
        self.job_rows(sql!("jobs/tidy"), &[]).await?;
        Ok(())
    }

    /// Makes a new key for the signatures of transactions.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn renew_context_key(&self) -> Result<(), DbError> {
        self.job_rows(sql!("jobs/renew_context_key"), &[]).await?;
        Ok(())
    }
}
