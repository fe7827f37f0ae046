//! Connections of one login, reused only when nothing of an earlier use can cling to them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::DbError;
use crate::statement::Statement;

/// How long a request waits for a free connection before it is told to try again.
const WAIT: Duration = Duration::from_secs(5);

/// What drives one connection.
pub(crate) type Driver = tokio_postgres::Connection<
    tokio_postgres::Socket,
    <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<tokio_postgres::Socket>>::Stream,
>;

/// One login's connections, made when needed, up to a limit.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    tls: MakeRustlsConnect,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

struct Connection {
    client: Client,
    statements: HashMap<&'static str, tokio_postgres::Statement>,
}

impl Pool {
    /// A pool of at most `size` connections. None is opened yet.
    pub fn open(config: Config, tls: MakeRustlsConnect, size: usize) -> Self {
        let permits = Arc::new(Semaphore::new(size));
        Self {
            shared: Arc::new(Shared {
                config,
                tls,
                idle: Mutex::new(Vec::new()),
                permits,
            }),
        }
    }

    /// A connection that nobody else uses.
    ///
    /// # Errors
    /// `Unavailable` when none is free in time or the server does not answer.
    pub async fn get(&self) -> Result<Lease, DbError> {
        let permit = tokio::time::timeout(WAIT, Arc::clone(&self.shared.permits).acquire_owned())
            .await
            .map_err(|_| DbError::Unavailable("all connections are busy".into()))?
            .map_err(|_| DbError::Unavailable("closed".into()))?;
        let idle = loop {
            match self.take_idle() {
                Some(connection) if connection.client.is_closed() => {}
                other => break other,
            }
        };
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        Ok(Lease {
            connection: Some(connection),
            shared: Arc::clone(&self.shared),
            busy: false,
            _permit: permit,
        })
    }

    fn take_idle(&self) -> Option<Connection> {
        self.shared
            .idle
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .pop()
    }

    /// A connection that is never pooled, with its driver, for listening.
    pub(crate) async fn connect_apart(&self) -> Result<(Client, Driver), DbError> {
        let connected = self.shared.config.connect(self.shared.tls.clone()).await;
        connected.map_err(|error| DbError::Unavailable(root_cause(&error)))
    }

    async fn connect(&self) -> Result<Connection, DbError> {
        let (client, driver) = self
            .shared
            .config
            .connect(self.shared.tls.clone())
            .await
            .map_err(|error| DbError::Unavailable(root_cause(&error)))?;
        tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(error = %error, "a database connection ended");
            }
        });
        Ok(Connection {
            client,
            statements: HashMap::new(),
        })
    }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// A borrowed connection. Dropped while a transaction is open, it is closed and never reused.
pub struct Lease {
    connection: Option<Connection>,
    shared: Arc<Shared>,
    busy: bool,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    pub(crate) fn client(&self) -> Result<&Client, DbError> {
        self.connection
            .as_ref()
            .map(|c| &c.client)
            .ok_or_else(|| DbError::Unavailable("closed".into()))
    }

    /// From here until `idle`, dropping the lease closes the connection.
    pub(crate) fn mark_busy(&mut self) {
        self.busy = true;
    }

    /// The transaction has ended: the connection may serve someone else.
    pub(crate) fn mark_idle(&mut self) {
        self.busy = false;
    }

    /// The prepared form of a statement, prepared at its first use on this connection.
    pub(crate) async fn prepare(&mut self, statement: Statement) -> Result<tokio_postgres::Statement, DbError> {
        let connection = self
            .connection
            .as_mut()
            .ok_or_else(|| DbError::Unavailable("closed".into()))?;
        if let Some(prepared) = connection.statements.get(statement.name()) {
            return Ok(prepared.clone());
        }
        let prepared = connection.client.prepare(&statement.text()).await?;
        connection.statements.insert(statement.name(), prepared.clone());
        Ok(prepared)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.busy
            && !connection.client.is_closed()
        {
            self.shared
                .idle
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(connection);
        }
    }
}
