//! The one transaction of a request, entered through the fence.

use std::marker::PhantomData;

use aloe_domain::ids::OrganisationId;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::error::DbError;
use crate::pool::Lease;
use crate::statement::Statement;

/// A parameter of a statement.
pub type Param<'a> = &'a (dyn ToSql + Sync);

/// A transaction inside one organisation, entered for the need `N`. Only the doors make one.
/// Dropped without `commit`, nothing of it remains.
pub struct Tx<N> {
    lease: Lease,
    organisation: OrganisationId,
    need: PhantomData<fn() -> N>,
}

impl<N> Tx<N> {
    pub(crate) fn entered(lease: Lease, organisation: OrganisationId) -> Self {
        Self {
            lease,
            organisation,
            need: PhantomData,
        }
    }

    /// The organisation this transaction is fenced into.
    pub fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The rows of a statement. The organisation is bound as `$1`, `params` follow as `$2` and on.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn rows(&mut self, statement: Statement, params: &[Param<'_>]) -> Result<Vec<Row>, DbError> {
        let prepared = self.lease.prepare(statement).await?;
        let organisation = self.organisation.as_uuid();
        Ok(self
            .lease
            .client()?
            .query(&prepared, &bound(&organisation, params))
            .await?)
    }

    /// The only row, if there is one.
    ///
    /// # Errors
    /// What the database answered; `Other` for more than one row.
    pub async fn find(&mut self, statement: Statement, params: &[Param<'_>]) -> Result<Option<Row>, DbError> {
        let prepared = self.lease.prepare(statement).await?;
        let organisation = self.organisation.as_uuid();
        Ok(self
            .lease
            .client()?
            .query_opt(&prepared, &bound(&organisation, params))
            .await?)
    }

    /// The only row.
    ///
    /// # Errors
    /// `Conflict` when there is none.
    pub async fn get(&mut self, statement: Statement, params: &[Param<'_>]) -> Result<Row, DbError> {
        self.find(statement, params).await?.ok_or(DbError::Conflict)
    }

    /// Runs a statement and answers how many rows it touched.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn run(&mut self, statement: Statement, params: &[Param<'_>]) -> Result<u64, DbError> {
        let prepared = self.lease.prepare(statement).await?;
        let organisation = self.organisation.as_uuid();
        Ok(self
            .lease
            .client()?
            .execute(&prepared, &bound(&organisation, params))
            .await?)
    }

    /// Runs a statement that must touch exactly one row.
    ///
    /// # Errors
    /// `Conflict` when it touched another number: the row is gone or has changed since it was read.
    pub async fn run_one(&mut self, statement: Statement, params: &[Param<'_>]) -> Result<(), DbError> {
        match self.run(statement, params).await? {
            1 => Ok(()),
            _ => Err(DbError::Conflict),
        }
    }

    /// Runs statements that take no parameters: for staging tables only.
    pub(crate) async fn batch(&mut self, text: &str) -> Result<(), DbError> {
        Ok(self.lease.client()?.batch_execute(text).await?)
    }

    /// Opens a COPY into a staging table.
    pub(crate) async fn copy_in(&mut self, text: &str) -> Result<tokio_postgres::CopyInSink<bytes::Bytes>, DbError> {
        Ok(self.lease.client()?.copy_in(text).await?)
    }

    /// Makes it all so.
    ///
    /// # Errors
    /// What the database answered; then nothing happened.
    pub async fn commit(mut self) -> Result<(), DbError> {
        self.lease.client()?.batch_execute("COMMIT").await?;
        self.lease.mark_idle();
        Ok(())
    }

    /// Ends a transaction that only read. The same as `commit`, named for what it is.
    ///
    /// # Errors
    /// What the database answered.
    pub async fn done(self) -> Result<(), DbError> {
        self.commit().await
    }

    /// Takes everything back, and keeps the connection.
    ///
    /// # Errors
    /// What the database answered; then the connection is closed, which takes everything back too.
    pub async fn roll_back(mut self) -> Result<(), DbError> {
        self.lease.client()?.batch_execute("ROLLBACK").await?;
        self.lease.mark_idle();
        Ok(())
    }
}

fn bound<'a>(organisation: Param<'a>, params: &[Param<'a>]) -> Vec<Param<'a>> {
    std::iter::once(organisation).chain(params.iter().copied()).collect()
}

/// Begins a transaction and enters it in the same round trip.
pub(crate) async fn enter(lease: &mut Lease, door: Statement, params: &[Param<'_>]) -> Result<Option<Row>, DbError> {
    let prepared = lease.prepare(door).await?;
    lease.mark_busy();
    let client = lease.client()?;
    // Both are written before either is awaited, so that they travel together.
    let (began, entered) = futures_util::join!(client.batch_execute("BEGIN"), client.query_opt(&prepared, params));
    began?;
    match entered {
        Ok(row) => Ok(row),
        Err(error) => {
            client.batch_execute("ROLLBACK").await?;
            lease.mark_idle();
            Err(error.into())
        }
    }
}
