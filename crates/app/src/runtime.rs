//! From an installation's folder to open doors: the cluster, the migrations, the checks.

use std::path::Path;

use aloe_cluster::{Cluster, ClusterOptions, Progress};
use aloe_db::catalogue;
use aloe_db::connect::{PoolSizes, Server};
use aloe_db::doors::Doors;
use aloe_db::migrate;
use aloe_vault::InstallationKey;

use crate::installation::{Installation, Places};
use crate::settings::Settings;

/// The name of the database in Aloe's own cluster.
const DATABASE: &str = "aloe";

/// Why a command does not succeed: a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A sentence.
    #[error("{0}")]
    Plain(String),
    /// The cluster.
    #[error(transparent)]
    Cluster(#[from] aloe_cluster::ClusterError),
    /// The database.
    #[error(transparent)]
    Db(#[from] aloe_db::error::DbError),
    /// A migration.
    #[error(transparent)]
    Migrate(#[from] aloe_db::migrate::MigrateError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] aloe_db::keys::KeyError),
    /// The edge.
    #[error(transparent)]
    Edge(#[from] aloe_web::edge::EdgeError),
}

impl Trouble {
    /// A failure of the file system while doing something.
    pub fn io(doing: &str, error: std::io::Error) -> Self {
        Self::Plain(format!("{doing} failed: {error}"))
    }
}

/// Where a running server can be reached, written for the other commands. Holds no secret.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Running {
    /// Process of the server.
    pub pid: u32,
    /// Port of the database.
    pub database_port: u16,
    /// Address of the pages.
    pub origin: String,
    /// Whether everyone in it is invented.
    pub demonstration: bool,
}

/// The cluster, if this process started it, and the doors.
pub struct Opened {
    /// Kept alive while the doors are used; none when another process runs it.
    pub cluster: Option<Cluster>,
    /// The doors.
    pub doors: Doors,
    /// The server.
    pub server: Server,
}

/// Brings the database up to date, checks its fence, and opens the doors: on the server that was named, or on a private
/// cluster that is started for it.
///
/// # Errors
/// A sentence about what is wrong and what to do.
pub async fn start(installation: &Installation, settings: &Settings) -> Result<Opened, Trouble> {
    match &settings.database_url {
        Some(url) => start_external(installation, url).await,
        None => start_private(installation).await,
    }
}

async fn start_private(installation: &Installation) -> Result<Opened, Trouble> {
    let options = ClusterOptions::at(installation.places().cluster());
    let mut say = |progress: Progress| eprintln!("database: {}", progress_words(&progress));
    let cluster = tokio::task::block_in_place(|| Cluster::start_with_progress(&options, &mut say))?;
    let connection = cluster.connection();
    let maintenance = Server::with_ca_file(connection.host, connection.port, "postgres", &connection.ca_pem_path)?;
    let server = Server {
        database: DATABASE.into(),
        ..maintenance.clone()
    };
    let (superuser, password) = (connection.superuser, connection.password.expose());
    let client = migrate::connect(&maintenance.login(superuser, password), maintenance.tls()?).await?;
    migrate::ensure_logins(&client, |login| password_of(&installation.key, login)).await?;
    migrate::ensure_database(&client, DATABASE).await?;
    drop(client);
    let client = migrate::connect(&server.login(superuser, password), server.tls()?).await?;
    bring_up_to_date(installation, &client, server, Some(cluster)).await
}

/// A server that somebody else runs: the database is there, the migrator makes the logins in it.
async fn start_external(installation: &Installation, url: &str) -> Result<Opened, Trouble> {
    let external = crate::database::read(url)?;
    let (server, login) = (
        external.server.clone(),
        external.server.login(&external.user, &external.password),
    );
    let client = migrate::connect(&login, server.tls()?).await?;
    migrate::ensure_logins(&client, |login| password_of(&installation.key, login)).await?;
    migrate::ensure_database(&client, &server.database).await?;
    migrate::hand_over(&client, &server.database).await?;
    bring_up_to_date(installation, &client, server, None).await
}

async fn bring_up_to_date(
    installation: &Installation,
    client: &aloe_db::MigratorClient,
    server: Server,
    cluster: Option<Cluster>,
) -> Result<Opened, Trouble> {
    for name in migrate::migrate(client).await? {
        eprintln!("database: applied {name}");
    }
    refuse_a_broken_fence(client).await?;
    let doors = server.doors(|login| password_of(&installation.key, login), PoolSizes::default())?;
    doors.renew_context_key().await?;
    Ok(Opened { cluster, doors, server })
}

/// Uses the server that is running in this folder, or starts the cluster for the time of one command.
///
/// # Errors
/// As `start`.
pub async fn reach(installation: &Installation, settings: &Settings) -> Result<Opened, Trouble> {
    let Some(running) = running(&installation.places()) else {
        return start(installation, settings).await;
    };
    let server = match &settings.database_url {
        Some(url) => crate::database::read(url)?.server,
        None => {
            let ca = installation.places().cluster().join("tls").join("ca.pem");
            Server::with_ca_file("127.0.0.1", running.database_port, DATABASE, &ca)?
        }
    };
    let doors = server.doors(|login| password_of(&installation.key, login), PoolSizes::default())?;
    Ok(Opened {
        cluster: None,
        doors,
        server,
    })
}

/// Where the server of this folder can be reached, while it runs.
pub fn running(places: &Places<'_>) -> Option<Running> {
    let text = std::fs::read_to_string(places.running()).ok()?;
    let running: Running = serde_json::from_str(&text).ok()?;
    Path::new(&format!("/proc/{}", running.pid)).exists().then_some(running)
}

async fn refuse_a_broken_fence(client: &aloe_db::MigratorClient) -> Result<(), Trouble> {
    let faults = catalogue::faults(client).await?;
    if faults.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = faults.iter().map(|fault| format!("  - {fault}")).collect();
    Err(Trouble::Plain(format!(
        "the database's fence is broken, so Aloe does not start:\n{}",
        list.join("\n")
    )))
}

fn password_of(key: &InstallationKey, login: &str) -> String {
    key.login_password(login).expose().to_owned()
}

fn progress_words(progress: &Progress) -> String {
    match progress {
        Progress::Creating => "making a private cluster".into(),
        Progress::Adopting { pid } => format!("adopting the running one (process {pid})"),
        Progress::Upgrading { from, to } => format!("upgrading from {from} to {to}"),
        Progress::Starting { waited } => format!("starting ({} s)", waited.as_secs()),
        _ => "ready".into(),
    }
}
