//! An installation of Aloe for the length of a measurement: the real program on its own data folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::psql::Login;
use crate::trouble::Trouble;

/// Longest wait for the first answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the running server says of itself.
#[derive(serde::Deserialize)]
struct Running {
    pid: u32,
    database_port: u16,
    origin: String,
}

/// One sign-in of the demonstration.
#[derive(serde::Deserialize, Clone)]
pub struct SignIn {
    /// Role code.
    pub role: String,
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
}

/// One organisation of the demonstration.
#[derive(serde::Deserialize, Clone)]
pub struct Organisation {
    /// Part of the public address.
    pub slug: String,
    /// Who signs in.
    pub members: Vec<SignIn>,
}

#[derive(serde::Deserialize)]
struct Demo {
    organisations: Vec<Organisation>,
}

/// A running installation. Dropped, it is stopped.
pub struct Installation {
    /// Its folder.
    pub folder: PathBuf,
    /// Where its pages are.
    pub port: u16,
    /// The server's process.
    pub pid: u32,
    /// The database's superuser.
    pub database: Login,
    /// The first organisations.
    pub organisations: Vec<Organisation>,
    child: Child,
    remove: bool,
}

/// Another server of an installation, on the same database with a folder of its own. Dropped, it is stopped.
pub struct Node {
    /// Where its pages are.
    pub port: u16,
    folder: PathBuf,
    database: String,
    child: Child,
}

impl Node {
    /// Starts it.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn start(program: &Path, installation: &Installation, number: usize) -> Result<Self, Trouble> {
        let folder = installation.folder.with_file_name(format!("node{number}"));
        let database = installation.database.url();
        if !folder.exists() {
            copy(&installation.folder, &folder).map_err(|e| Trouble::io("making a node's folder", &e))?;
            copy(&keys_of(&installation.folder), &keys_of(&folder)).map_err(|e| Trouble::io("copying keys", &e))?;
        }
        let (child, running) = serve(program, &folder, Some(&database))?;
        Ok(Self {
            port: port_of(&running),
            folder,
            database,
            child,
        })
    }

    /// Kills it and starts it again.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn restart(&mut self, program: &Path) -> Result<(), Trouble> {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let (child, running) = serve(program, &self.folder, Some(&self.database))?;
        (self.child, self.port) = (child, port_of(&running));
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keys_of(folder: &Path) -> PathBuf {
    folder.with_extension("keys")
}

/// Copies what a server of an installation needs besides the database.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if ["postgres", "running.json", "serve.lock", "bench.log"]
            .iter()
            .any(|left| name == *left)
        {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// A data folder filled with synthetic people: kept from run to run while the schema stays the same, or made for one run.
pub struct Filled {
    folder: PathBuf,
    remove: bool,
}

impl Filled {
    /// A folder for this run alone.
    ///
    /// # Errors
    /// When it cannot be made or filled.
    pub fn fresh(program: &Path, name: &str, organisations: usize, patients: usize) -> Result<Self, Trouble> {
        let folder = std::env::temp_dir()
            .join(format!("aloe-bench-{}-{name}", std::process::id()))
            .join("data");
        fill(program, &folder, organisations, patients)?;
        Ok(Self { folder, remove: true })
    }

    /// A folder that later runs use again: a million people take minutes to make.
    ///
    /// # Errors
    /// When it cannot be made or filled.
    pub fn kept(program: &Path, root: &Path, organisations: usize, patients: usize) -> Result<Self, Trouble> {
        let schema = schema_of(root)?;
        let folder = std::env::temp_dir()
            .join(format!("aloe-bench-kept-{organisations}x{patients}-{schema}"))
            .join("data");
        let whole = folder.join("bench-whole");
        if !whole.exists() {
            if folder.exists() {
                remove(&folder).map_err(|e| Trouble::io("removing a half-filled folder", &e))?;
            }
            eprintln!("filling {organisations} organisations of {patients} patients (kept for later runs)");
            fill(program, &folder, organisations, patients)?;
            fs::write(&whole, "").map_err(|e| Trouble::io("marking the folder", &e))?;
        }
        Ok(Self { folder, remove: false })
    }

    /// Starts the server on it, on a free port, with the pace limit off: the load comes from one address.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn start(self, program: &Path) -> Result<Installation, Trouble> {
        let (child, running) = serve(program, &self.folder, None)?;
        Ok(Installation {
            port: port_of(&running),
            pid: running.pid,
            database: Login::superuser(&self.folder.join("postgres"), running.database_port)?,
            organisations: demo_of(&self.folder)?,
            folder: self.folder,
            child,
            remove: self.remove,
        })
    }
}

fn port_of(running: &Running) -> u16 {
    running
        .origin
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .unwrap_or(0)
}

/// Starts the server and waits until it says where it is.
fn serve(program: &Path, folder: &Path, database: Option<&str>) -> Result<(Child, Running), Trouble> {
    let mut command = Command::new(program);
    if let Some(url) = database {
        command.env("DATABASE_URL", url);
    }
    let mut child = command
        .arg("--data")
        .arg(folder)
        .args([
            "serve",
            "--demo",
            "--listen",
            "127.0.0.1:0",
            "--requests-per-second",
            "0",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log_of(folder)?)
        .spawn()
        .map_err(|e| Trouble::io("starting Aloe", &e))?;
    match settled(folder, &mut child) {
        Ok(running) => Ok((child, running)),
        Err(trouble) => {
            let _ = child.kill();
            Err(trouble)
        }
    }
}

impl Installation {
    /// Kills Aloe and leaves its database running.
    ///
    /// # Errors
    /// When it does not end.
    pub fn kill_aloe_alone(&mut self) -> Result<(), Trouble> {
        self.child.kill().map_err(|e| Trouble::io("killing Aloe", &e))?;
        self.child.wait().map_err(|e| Trouble::io("killing Aloe", &e))?;
        Ok(())
    }

    /// Starts Aloe again, which adopts the running database.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn start_again(&mut self, program: &Path) -> Result<(), Trouble> {
        let (child, running) = serve(program, &self.folder, None)?;
        self.port = port_of(&running);
        self.pid = running.pid;
        self.child = child;
        Ok(())
    }

    /// The certificate authority of its pages.
    pub fn authority(&self) -> PathBuf {
        self.folder.join("tls").join("authority.pem")
    }

    /// The folder of the database's log.
    pub fn database_log(&self) -> PathBuf {
        self.folder.join("postgres").join("log")
    }

    /// Processor seconds of Aloe so far.
    pub fn cpu(&self) -> f64 {
        crate::processes::cpu_seconds(self.pid)
    }

    /// Processor seconds of the database so far.
    pub fn database_cpu(&self) -> f64 {
        let file = self.folder.join("postgres").join("data").join("postmaster.pid");
        let text = fs::read_to_string(file).unwrap_or_default();
        text.lines()
            .next()
            .and_then(|pid| pid.parse().ok())
            .map_or(0.0, crate::processes::cpu_seconds)
    }

    /// Waits until every job is done that earlier load left behind, so that neither side pays for the other's.
    ///
    /// # Errors
    /// What the database said; or that the jobs do not end.
    pub async fn quiet(&self) -> Result<(), Trouble> {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if self
                .database
                .value("SELECT count(*) FROM jobs WHERE run_at <= now() + interval '1 minute'")?
                == "0"
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(Trouble::Plain("the jobs of earlier load do not end".into()))
    }

    /// A login for the floor, with the rights of Aloe's own logins and nothing more.
    ///
    /// # Errors
    /// What the database said.
    pub fn floor_login(&self, name: &str, like: &str) -> Result<Login, Trouble> {
        let password = uuid::Uuid::new_v4().to_string();
        self.database.rows(&format!(
            "DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN PASSWORD '{password}' IN ROLE {like};"
        ))?;
        Ok(self.database.other(name, &password))
    }

    /// Brings the statistics up to date, as the server does by itself within the minute: plans that connections made while the
    /// tables were empty are made again.
    ///
    /// # Errors
    /// What the database said.
    pub fn analyse(&self) -> Result<(), Trouble> {
        self.database.rows("ANALYZE").map(drop)
    }

    /// The first member with a role.
    ///
    /// # Errors
    /// When nobody has it.
    pub fn member(&self, role: &str) -> Result<(&Organisation, &SignIn), Trouble> {
        let found = self
            .organisations
            .iter()
            .find_map(|o| Some((o, o.members.iter().find(|m| m.role == role)?)));
        found.ok_or_else(|| Trouble::Plain(format!("nobody signs in as {role}")))
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.pid.to_string()]).status();
        let _ = self.child.wait();
        if self.remove {
            let _ = remove(&self.folder);
        }
    }
}

/// Removes a data folder with the keys beside it.
fn remove(folder: &Path) -> std::io::Result<()> {
    folder.parent().map_or(Ok(()), fs::remove_dir_all)
}

fn fill(program: &Path, folder: &Path, organisations: usize, patients: usize) -> Result<(), Trouble> {
    fs::create_dir_all(folder).map_err(|e| Trouble::io("making the data folder", &e))?;
    let status = Command::new(program)
        .arg("--data")
        .arg(folder)
        .args([
            "demo",
            "--organisations",
            &organisations.to_string(),
            "--patients",
            &patients.to_string(),
        ])
        .stdin(Stdio::null())
        .stderr(log_of(folder)?)
        .status()
        .map_err(|e| Trouble::io("filling the installation", &e))?;
    if status.success() {
        Ok(())
    } else {
        Err(Trouble::Plain(format!(
            "filling failed: see {}",
            folder.join("bench.log").display()
        )))
    }
}

fn log_of(folder: &Path) -> Result<fs::File, Trouble> {
    let file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("bench.log"));
    file.map_err(|e| Trouble::io("opening the log", &e))
}

fn settled(folder: &Path, child: &mut Child) -> Result<Running, Trouble> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        let text = fs::read_to_string(folder.join("running.json")).unwrap_or_default();
        if let Ok(running) = serde_json::from_str::<Running>(&text)
            && running.pid == child.id()
        {
            return Ok(running);
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(Trouble::Plain(format!(
                "Aloe ended with {status}: see {}",
                folder.join("bench.log").display()
            )));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err(Trouble::Plain("Aloe does not answer".into()))
}

fn demo_of(folder: &Path) -> Result<Vec<Organisation>, Trouble> {
    let text = fs::read_to_string(folder.join("demo.json")).map_err(|e| Trouble::io("reading demo.json", &e))?;
    let demo: Demo = serde_json::from_str(&text).map_err(|e| Trouble::io("reading demo.json", &e))?;
    Ok(demo.organisations)
}

/// Eight characters that change with the schema.
fn schema_of(root: &Path) -> Result<String, Trouble> {
    let folder = root.join("crates").join("db").join("migrations");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .map_err(|e| Trouble::io("reading the migrations", &e))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(fs::read(&file).map_err(|e| Trouble::io("reading a migration", &e))?);
    }
    let hex = data_encoding::HEXLOWER.encode(&hash.finalize());
    Ok(hex.chars().take(8).collect())
}
