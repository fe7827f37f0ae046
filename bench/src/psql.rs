//! The database's own superuser, through `psql` and `pgbench`: for set-up, for recording and for the floor.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::trouble::Trouble;

/// Debian's programs of the server.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// A login of an installation's database.
#[derive(Clone)]
pub struct Login {
    port: u16,
    user: String,
    password: String,
    authority: PathBuf,
}

impl Login {
    /// The superuser of the cluster in a folder.
    ///
    /// # Errors
    /// When the cluster's secrets cannot be read.
    pub fn superuser(cluster: &Path, port: u16) -> Result<Self, Trouble> {
        let file = cluster.join("secrets").join("superuser-password");
        let password =
            std::fs::read_to_string(&file).map_err(|e| Trouble::io("reading the superuser's password", &e))?;
        Ok(Self {
            port,
            user: "postgres".into(),
            password: password.trim().to_owned(),
            authority: cluster.join("tls").join("ca.pem"),
        })
    }

    /// Where the database is, as a server of the installation is told.
    pub fn url(&self) -> String {
        format!(
            "postgresql://{}:{}@localhost:{}/aloe?sslmode=verify-full&sslrootcert={}",
            self.user,
            self.password,
            self.port,
            self.authority.display()
        )
    }

    /// Another login of the same database.
    pub fn other(&self, user: &str, password: &str) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            ..self.clone()
        }
    }

    /// A program of the server, told where to connect: over TLS, with the certificate verified.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(Path::new(PROGRAMS).join(program));
        command
            .env("PGHOST", "localhost")
            .env("PGHOSTADDR", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", &self.user)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", "aloe")
            .env("PGSSLMODE", "verify-full")
            .env("PGSSLROOTCERT", &self.authority)
            .env(
                "PGOPTIONS",
                "-c search_path=aloe,public -c timezone=UTC -c plan_cache_mode=force_generic_plan -c enable_seqscan=off",
            );
        command
    }

    /// Runs statements, and answers their rows: fields between tabs.
    ///
    /// # Errors
    /// What the database said.
    pub fn rows(&self, text: &str) -> Result<Vec<Vec<String>>, Trouble> {
        let mut child = self
            .command("psql")
            .args(["-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| Trouble::io("starting psql", &e))?;
        let mut stdin = child
            .stdin
            .take()
            .ok_or_else(|| Trouble::Plain("psql takes no input".into()))?;
        let text = text.to_owned();
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
        let output = child.wait_with_output().map_err(|e| Trouble::io("running psql", &e))?;
        let _ = writer.join();
        if !output.status.success() {
            return Err(Trouble::Plain(format!(
                "psql: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            )));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text
            .lines()
            .map(|line| line.split('\t').map(str::to_owned).collect())
            .collect())
    }

    /// The only field of the only row.
    ///
    /// # Errors
    /// What the database said.
    pub fn value(&self, text: &str) -> Result<String, Trouble> {
        let rows = self.rows(text)?;
        let value = rows.first().and_then(|row| row.first()).cloned();
        value.ok_or_else(|| Trouble::Plain(format!("no row for: {text}")))
    }
}
