//! The doors into the database: each login its own pool, each transaction entered.

use std::sync::Arc;

use aloe_domain::ids::{BookingId, OrganisationId};
use aloe_domain::phone::PhoneNumber;
use aloe_vault::TokenHash;
use sha2::{Digest, Sha256};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::agenda::KeptAgendas;
use crate::error::DbError;
use crate::membership::Scope;
use crate::pool::{Lease, Pool};
use crate::statement::Statement;
use crate::statement::sql;
use crate::tx::{Tx, enter};
use crate::visit::Visit;

/// Need of a visitor of the public pages.
#[derive(Clone, Copy, Debug)]
pub struct Public;
/// Need of someone with a proven phone.
#[derive(Clone, Copy, Debug)]
pub struct Person;
/// Need of someone with the link of one booking.
#[derive(Clone, Copy, Debug)]
pub struct Link;
/// Need of claimed jobs.
#[derive(Clone, Copy, Debug)]
pub struct Job;
/// Need of the operator's commands.
#[derive(Clone, Copy, Debug)]
pub struct Operator;

/// Every pool of one installation.
#[derive(Clone)]
pub struct Doors {
    /// Members of the staff.
    pub(crate) members: Pool,
    /// Public pages.
    pub(crate) public: Pool,
    /// Sign-in and sessions.
    pub(crate) auth: Pool,
    /// Jobs, the dispatcher and housekeeping.
    pub(crate) jobs: Pool,
    /// The operator's commands.
    pub(crate) operator: Pool,
    /// The settings behind public pages, as last read.
    pub(crate) agendas: Arc<KeptAgendas>,
}

impl Doors {
    /// A member's transaction.
    ///
    /// # Errors
    /// `NotEntered` when the session or the membership is no longer active.
    pub async fn member<N>(&self, visit: &Visit, scope: &Scope<N>) -> Result<Tx<N>, DbError> {
        let mut lease = self.members.get().await?;
        let organisation = scope.organisation.as_uuid();
        enter(
            &mut lease,
            sql!("doors/member"),
            &[&scope.token_hash, &organisation, &visit.source, &visit.request],
        )
        .await?;
        Ok(Tx::entered(lease, scope.organisation))
    }

    /// A visitor's transaction on an organisation's public pages.
    ///
    /// # Errors
    /// `Refused(NoOrganisation)` for an address that is nobody's.
    pub async fn public(&self, visit: &Visit, slug: &str) -> Result<Tx<Public>, DbError> {
        let mut lease = self.public.get().await?;
        let row = enter(
            &mut lease,
            sql!("doors/public"),
            &[&slug, &visit.source, &visit.request],
        )
        .await?;
        let organisation = organisation_of(row)?;
        Ok(Tx::entered(lease, organisation))
    }

    /// The transaction of someone whose phone is proven, and that phone.
    ///
    /// # Errors
    /// `NotEntered` when the proof is unknown or over.
    pub async fn person(
        &self,
        visit: &Visit,
        slug: &str,
        proof: &TokenHash,
    ) -> Result<(Tx<Person>, PhoneNumber), DbError> {
        let mut lease = self.public.get().await?;
        let hash = proof.as_bytes().as_slice();
        let row = enter(
            &mut lease,
            sql!("doors/person"),
            &[&slug, &hash, &visit.source, &visit.request],
        )
        .await?;
        let row = row.ok_or(DbError::NotEntered)?;
        let phone = PhoneNumber::parse(row.get("phone")).map_err(|_| DbError::Constraint("phone".into()))?;
        Ok((
            Tx::entered(lease, OrganisationId::from_uuid(row.get("organisation"))),
            phone,
        ))
    }

    /// The transaction of someone with a booking's link, and that booking.
    ///
    /// # Errors
    /// `NotEntered` when the link is unknown or over.
    pub async fn link(&self, visit: &Visit, slug: &str, token: &TokenHash) -> Result<(Tx<Link>, BookingId), DbError> {
        let mut lease = self.public.get().await?;
        let hash = token.as_bytes().as_slice();
        let row = enter(
            &mut lease,
            sql!("doors/link"),
            &[&slug, &hash, &visit.source, &visit.request],
        )
        .await?;
        let row = row.ok_or(DbError::NotEntered)?;
        let booking = BookingId::from_uuid(row.get("booking"));
        Ok((
            Tx::entered(lease, OrganisationId::from_uuid(row.get("organisation"))),
            booking,
        ))
    }

    /// The operator's transaction in one organisation, for a purpose that the organisation will read.
    ///
    /// # Errors
    /// `Denied` without a purpose.
    pub async fn operator(
        &self,
        organisation: OrganisationId,
        who: &str,
        purpose: &str,
    ) -> Result<Tx<Operator>, DbError> {
        let mut lease = self.operator.get().await?;
        let request = Uuid::now_v7();
        enter(
            &mut lease,
            sql!("doors/operator"),
            &[&organisation.as_uuid(), &who, &purpose, &request],
        )
        .await?;
        Ok(Tx::entered(lease, organisation))
    }

    /// The transaction of claimed jobs.
    ///
    /// # Errors
    /// `NotEntered` when the claim has run out.
    pub(crate) async fn job(&self, claim: &TokenHash) -> Result<Tx<Job>, DbError> {
        let mut lease = self.jobs.get().await?;
        let hash = claim.as_bytes().as_slice();
        let row = enter(&mut lease, sql!("doors/job"), &[&hash, &Uuid::now_v7()]).await?;
        let organisation = organisation_of(row)?;
        Ok(Tx::entered(lease, organisation))
    }

    /// The sign-in transaction: belongs to no organisation.
    pub(crate) async fn auth(&self, visit: &Visit) -> Result<AuthTx, DbError> {
        let mut lease = self.auth.get().await?;
        enter(&mut lease, sql!("doors/auth"), &[&visit.source, &visit.request]).await?;
        Ok(AuthTx { lease })
    }

    /// The session behind an access token needs no transaction: the token's hash is all the proof there is.
    pub(crate) async fn auth_rows(
        &self,
        statement: Statement,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, DbError> {
        bare_rows(self.auth.get().await?, statement, params).await
    }

    /// A statement of the dispatcher or of housekeeping, outside any organisation.
    pub(crate) async fn job_rows(
        &self,
        statement: Statement,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, DbError> {
        bare_rows(self.jobs.get().await?, statement, params).await
    }

    /// A look-up of the operator, outside any organisation.
    pub(crate) async fn operator_rows(
        &self,
        statement: Statement,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, DbError> {
        bare_rows(self.operator.get().await?, statement, params).await
    }

    /// Counts an act against a limit of `burst` acts, refilled one each `period` seconds.
    /// Answers the seconds to wait, zero when the act may go ahead.
    ///
    /// # Errors
    /// When the limiter does not answer: the caller refuses the act.
    pub async fn throttle(&self, act: &str, key: &str, burst: i32, period: f64) -> Result<u64, DbError> {
        if crate::sabotage::is_on("P12") {
            return Ok(0);
        }
        let bucket = bucket(act, key);
        let bucket = bucket.as_slice();
        let rows = bare_rows(
            self.auth.get().await?,
            sql!("doors/throttle"),
            &[&bucket, &burst, &period],
        )
        .await?;
        let wait: f64 = rows.first().map_or(1.0, |row| row.get(0));
        Ok(wait.ceil().max(0.0) as u64)
    }
}

/// A limit of acts of one kind.
pub struct Limit {
    /// What is done.
    pub act: &'static str,
    /// By what it is counted.
    pub key: String,
    /// How often at once.
    pub burst: i32,
    /// Seconds until another is allowed.
    pub period: f64,
}

impl Doors {
    /// Counts an act against several limits: all of them, or none when one is met. Answers the seconds to wait, zero when the act
    /// may go ahead, and which limit was met.
    ///
    /// # Errors
    /// When the limiter does not answer: the caller refuses the act.
    pub async fn throttle_all(&self, limits: &[Limit]) -> Result<(u64, Option<usize>), DbError> {
        if crate::sabotage::is_on("P12") {
            return Ok((0, None));
        }
        let buckets: Vec<Vec<u8>> = limits.iter().map(|l| bucket(l.act, &l.key).to_vec()).collect();
        let (bursts, periods): (Vec<i32>, Vec<f64>) = limits.iter().map(|l| (l.burst, l.period)).unzip();
        let statement = sql!("doors/throttle_all");
        let rows = bare_rows(self.auth.get().await?, statement, &[&buckets, &bursts, &periods]).await?;
        let Some(row) = rows.first() else {
            return Ok((1, None));
        };
        let wait: f64 = row.get("wait");
        let met: i32 = row.get("met");
        Ok((wait.ceil().max(0.0) as u64, usize::try_from(met - 1).ok()))
    }
}

fn bucket(act: &str, key: &str) -> [u8; 32] {
    let hash = Sha256::new().chain_update(act).chain_update([0]).chain_update(key);
    hash.finalize().into()
}

/// A look-up of the public pages before it is known whose page it is.
pub(crate) async fn visitor_rows(
    doors: &Doors,
    statement: Statement,
    params: &[&(dyn ToSql + Sync)],
) -> Result<Vec<tokio_postgres::Row>, DbError> {
    bare_rows(doors.public.get().await?, statement, params).await
}

async fn bare_rows(
    mut lease: Lease,
    statement: Statement,
    params: &[&(dyn ToSql + Sync)],
) -> Result<Vec<tokio_postgres::Row>, DbError> {
    let prepared = lease.prepare(statement).await?;
    lease.mark_busy();
    let rows = lease.client()?.query(&prepared, params).await;
    lease.mark_idle();
    Ok(rows?)
}

fn organisation_of(row: Option<tokio_postgres::Row>) -> Result<OrganisationId, DbError> {
    let organisation = row
        .and_then(|row| row.get::<_, Option<Uuid>>("organisation"))
        .ok_or(DbError::NotEntered)?;
    Ok(OrganisationId::from_uuid(organisation))
}

/// A transaction at the door: sign-in, sessions and invitations.
pub(crate) struct AuthTx {
    lease: Lease,
}

impl AuthTx {
    pub(crate) async fn rows(
        &mut self,
        statement: Statement,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, DbError> {
        let prepared = self.lease.prepare(statement).await?;
        Ok(self.lease.client()?.query(&prepared, params).await?)
    }

    pub(crate) async fn find(
        &mut self,
        statement: Statement,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<tokio_postgres::Row>, DbError> {
        let prepared = self.lease.prepare(statement).await?;
        Ok(self.lease.client()?.query_opt(&prepared, params).await?)
    }

    pub(crate) async fn commit(mut self) -> Result<(), DbError> {
        self.lease.client()?.batch_execute("COMMIT").await?;
        self.lease.mark_idle();
        Ok(())
    }
}
