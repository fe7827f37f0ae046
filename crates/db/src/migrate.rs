//! Forward-only migrations, and the logins that live with them.

use sha2::{Digest, Sha256};
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connect::LOGINS;
use crate::error::DbError;

/// One migration: its file name and its text.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// File name without the ending.
    pub name: &'static str,
    /// The SQL, run as the owner in one transaction.
    pub text: &'static str,
}

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        /// Every migration, in order. An applied one is never edited.
        pub const MIGRATIONS: &[Migration] =
            &[$(Migration { name: $name, text: include_str!(concat!("../migrations/", $name, ".sql")) }),+];
    };
}

migrations![
    "0001_fence",
    "0002_identity",
    "0003_audit",
    "0004_enter",
    "0005_diaries",
    "0006_patients",
    "0007_bookings",
    "0008_clinical",
    "0009_work",
    "0010_operator_lists",
    "0011_fewer_steps",
    "0012_cheaper_context",
    "0013_context_in_bytes",
    "0014_shorter_context",
    "0015_key_rotation",
    "0016_guards",
    "0017_zone_of_session",
    "0018_in_front_of_it",
    "0019_daily_limits",
    "0020_whole_fences",
    "0021_cheaper_fences",
    "0022_blocked_time",
    "0023_whole_trail",
    "0024_by_hand",
    "0025_lighter_triggers",
    "0026_own_sessions",
    "0027_session_families",
    "0028_links_of_half_an_hour",
    "0029_second_factors",
    "0030_passkeys",
    "0031_lost_factors",
    "0032_guesses",
    "0033_alerts",
    "0034_what_changed_meanwhile",
    "0035_programs",
    "0036_last_uses",
    "0037_lighter_checks",
];

/// What stops a migration.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database refused.
    #[error("migration {name} failed: {message}. Nothing of it was kept; the previous version still runs.")]
    Failed {
        /// The migration.
        name: String,
        /// The database's message; migrations hold no personal values.
        message: String,
    },
    /// The text of an applied migration is not what was applied.
    #[error("migration {0} was changed after it was applied. Put its text back and add a new migration instead.")]
    Changed(String),
    /// The database was made by a newer Aloe.
    #[error("the database has migration {0}, which this version of Aloe does not know. Start the newer version.")]
    Newer(String),
    /// The connection failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Connects as the migrator.
///
/// # Errors
/// When the server does not answer or refuses the login.
pub async fn connect(config: &Config, tls: MakeRustlsConnect) -> Result<Client, DbError> {
    let (client, driver) = config
        .connect(tls)
        .await
        .map_err(|e| DbError::Unavailable(e.to_string()))?;
    tokio::spawn(driver);
    Ok(client)
}

/// Makes the owner, the definer and the logins of the runtime, with these passwords.
///
/// # Errors
/// What the database answered.
pub async fn ensure_logins(client: &Client, password_of: impl Fn(&str) -> String) -> Result<(), DbError> {
    // Two starts at once would both find a role missing.
    client
        .batch_execute("BEGIN; SELECT pg_advisory_xact_lock(4200001)")
        .await?;
    for role in ["aloe_owner", "aloe_definer"] {
        ensure_role(client, role, "NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").await?;
    }
    client
        .batch_execute("GRANT aloe_definer TO aloe_owner; GRANT aloe_owner TO CURRENT_USER")
        .await?;
    for login in LOGINS {
        ensure_role(
            client,
            login,
            "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT",
        )
        .await?;
        let scram = postgres_protocol::password::scram_sha_256(password_of(login).as_bytes());
        client
            .batch_execute(&format!("ALTER ROLE {login} PASSWORD '{scram}'"))
            .await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(())
}

/// Makes a role, or takes from an existing one what it should not have. One that is right already is left alone: only a
/// superuser may touch these attributes, and the migrator need not be one.
async fn ensure_role(client: &Client, role: &str, attributes: &str) -> Result<(), DbError> {
    let query =
        "SELECT NOT (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole) AND rolcanlogin = $2 AND rolinherit = $3
        FROM pg_roles WHERE rolname = $1";
    let (login, inherits) = (attributes.starts_with("LOGIN"), !attributes.contains("NOINHERIT"));
    let verb = match client.query_opt(query, &[&role, &login, &inherits]).await? {
        Some(row) if row.get(0) => return Ok(()),
        Some(_) => "ALTER",
        None => "CREATE",
    };
    client
        .batch_execute(&format!("{verb} ROLE {role} {attributes}"))
        .await?;
    Ok(())
}

/// Makes the database when it is missing, owned by the owner role.
///
/// # Errors
/// What the database answered.
pub async fn ensure_database(client: &Client, name: &str) -> Result<(), DbError> {
    if client
        .query_opt("SELECT FROM pg_database WHERE datname = $1", &[&name])
        .await?
        .is_none()
    {
        client
            .batch_execute(&format!(
                "CREATE DATABASE \"{name}\" OWNER aloe_owner ENCODING 'UTF8' TEMPLATE template0"
            ))
            .await?;
    }
    client
        .batch_execute(&format!("REVOKE CONNECT, TEMPORARY ON DATABASE \"{name}\" FROM PUBLIC"))
        .await?;
    for login in LOGINS {
        client
            .batch_execute(&format!("GRANT CONNECT ON DATABASE \"{name}\" TO {login}"))
            .await?;
    }
    client
        .batch_execute(&format!("GRANT TEMPORARY ON DATABASE \"{name}\" TO aloe_operator"))
        .await?;
    Ok(())
}

/// Lets the owner role make its schemas in a database that somebody else owns.
///
/// # Errors
/// What the database answered; `Denied` when the migrator may not hand these rights on.
pub async fn hand_over(client: &Client, name: &str) -> Result<(), DbError> {
    let handed = "SELECT has_schema_privilege('aloe_owner', 'public', 'USAGE WITH GRANT OPTION')";
    if client.query_one(handed, &[]).await?.get(0) {
        return Ok(());
    }
    client
        .batch_execute(&format!(
            "GRANT CREATE, TEMPORARY ON DATABASE \"{name}\" TO aloe_owner;
             CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
             GRANT USAGE ON SCHEMA public TO aloe_owner WITH GRANT OPTION"
        ))
        .await?;
    Ok(())
}

/// Applies what is missing, each migration in its own transaction. Answers the names applied now.
///
/// # Errors
/// See `MigrateError`.
pub async fn migrate(client: &Client) -> Result<Vec<&'static str>, MigrateError> {
    prepare_history(client).await?;
    let mut applied_now = Vec::new();
    let history = client
        .query("SELECT name, sha256 FROM migrations.applied", &[])
        .await
        .map_err(DbError::from)?;
    for row in &history {
        check_known(row.get(0), row.get(1))?;
    }
    for migration in MIGRATIONS {
        if !history.iter().any(|row| row.get::<_, &str>(0) == migration.name) {
            apply(client, migration).await?;
            applied_now.push(migration.name);
        }
    }
    client
        .batch_execute("SELECT pg_advisory_unlock(4200002)")
        .await
        .map_err(DbError::from)?;
    Ok(applied_now)
}

async fn prepare_history(client: &Client) -> Result<(), DbError> {
    client
        .batch_execute(
            "SELECT pg_advisory_lock(4200002);
             CREATE SCHEMA IF NOT EXISTS migrations;
             CREATE TABLE IF NOT EXISTS migrations.applied
                 (name text PRIMARY KEY, sha256 bytea NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
        )
        .await?;
    Ok(())
}

fn check_known(name: &str, sha256: &[u8]) -> Result<(), MigrateError> {
    let known = MIGRATIONS
        .iter()
        .find(|m| m.name == name)
        .ok_or_else(|| MigrateError::Newer(name.to_owned()))?;
    if Sha256::digest(known.text).as_slice() == sha256 {
        Ok(())
    } else {
        Err(MigrateError::Changed(name.to_owned()))
    }
}

async fn apply(client: &Client, migration: &Migration) -> Result<(), MigrateError> {
    let failed = |error: tokio_postgres::Error| MigrateError::Failed {
        name: migration.name.to_owned(),
        message: error
            .as_db_error()
            .map_or_else(|| error.to_string(), |db| db.message().to_owned()),
    };
    let text = format!("BEGIN; SET LOCAL ROLE aloe_owner;\n{}\n;RESET ROLE;", migration.text);
    if let Err(error) = client.batch_execute(&text).await {
        client.batch_execute("ROLLBACK").await.map_err(DbError::from)?;
        return Err(failed(error));
    }
    let sha256 = Sha256::digest(migration.text);
    client
        .execute(
            "INSERT INTO migrations.applied (name, sha256) VALUES ($1, $2)",
            &[&migration.name, &sha256.as_slice()],
        )
        .await
        .map_err(failed)?;
    client.batch_execute("COMMIT").await.map_err(failed)?;
    Ok(())
}
