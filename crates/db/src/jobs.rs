//! Work that is not a request: claimed one by one, each entering the organisation of its own row.

use aloe_vault::{Token, TokenDomain, TokenHash};
use uuid::Uuid;

use crate::doors::Doors;
use crate::error::DbError;
use crate::messages;
use crate::statement::sql;

/// Seconds that a claim holds; a job whose worker died is due again after them.
const LEASE: f64 = 60.0;

impl Doors {
    /// Does one due job. Answers whether there was one.
    ///
    /// # Errors
    /// What the database answered; the job is due again when its lease ends.
    pub async fn do_one_job(&self) -> Result<bool, DbError> {
        let secret = Token::random().map_err(|e| DbError::Unavailable(e.to_string()))?;
        let hash = secret.hash(TokenDomain::JOB_CLAIM);
        let rows = self
            .job_rows(sql!("jobs/claim"), &[&hash.as_bytes().as_slice(), &LEASE])
            .await?;
        let Some(row) = rows.first() else { return Ok(false) };
        let (job, kind, entity): (Uuid, String, Uuid) = (row.get("job_id"), row.get("kind"), row.get("entity_id"));
        self.perform(job, &hash, &kind, entity).await?;
        Ok(true)
    }

    async fn perform(&self, job: Uuid, claim: &TokenHash, kind: &str, entity: Uuid) -> Result<(), DbError> {
        let mut tx = self.job(job, claim).await?;
        match kind {
            // Without a gateway the outbox page shows the message: that is where it is delivered to.
            "deliver_message" => messages::settle(&mut tx, entity, "shown", "no gateway is configured").await?,
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
