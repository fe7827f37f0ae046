//! The floor: `pgbench` with prepared statements over the same TLS socket, running what Aloe was recorded to send.

use std::fs;
use std::path::{Path, PathBuf};

use crate::psql::Login;
use crate::trouble::Trouble;

/// What a round of `pgbench` did.
pub struct Floor {
    /// Transactions in a second.
    pub per_s: f64,
    /// Time of each transaction in milliseconds.
    pub latencies_ms: Vec<f64>,
}

/// One kind of load on the database.
pub struct Pgbench {
    login: Login,
    script: PathBuf,
    folder: PathBuf,
    round: u64,
}

impl Pgbench {
    /// Keeps the script in a folder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn within(folder: &Path, name: &str, login: Login, script: &str) -> Result<Self, Trouble> {
        let folder = folder.join(format!("pgbench-{name}"));
        fs::create_dir_all(&folder).map_err(|e| Trouble::io("making a folder for pgbench", &e))?;
        let file = folder.join("script.sql");
        fs::write(&file, script).map_err(|e| Trouble::io("writing the script", &e))?;
        Ok(Self {
            login,
            script: file,
            folder,
            round: 0,
        })
    }

    /// Runs some clients for some seconds. Every round gets numbers of its own, so that nothing collides.
    ///
    /// # Errors
    /// What `pgbench` said.
    pub fn round(&mut self, clients: usize, seconds: u64) -> Result<Floor, Trouble> {
        self.round += 1;
        let prefix = self.folder.join(format!("round-{}", self.round));
        let output = self
            .login
            .command("pgbench")
            .args([
                "-n",
                "-M",
                "prepared",
                "-c",
                &clients.to_string(),
                "-j",
                "1",
                "-T",
                &seconds.to_string(),
            ])
            .args([
                "-D",
                &format!("round={}", self.round),
                "-D",
                "n=-1",
                "-D",
                &format!("clients={clients}"),
            ])
            .arg("-l")
            .arg(format!("--log-prefix={}", prefix.display()))
            .arg("-f")
            .arg(&self.script)
            .output()
            .map_err(|e| Trouble::io("running pgbench", &e))?;
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        if !output.status.success() || said.contains("aborted") {
            return Err(Trouble::Plain(format!(
                "pgbench: {}",
                said.chars().take(1500).collect::<String>()
            )));
        }
        let per_s = said
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        Ok(Floor {
            per_s: per_s.ok_or_else(|| Trouble::Plain(format!("pgbench told no rate: {said}")))?,
            latencies_ms: self.latencies(&prefix)?,
        })
    }

    /// Where the time of one client goes: the slowest statements with their milliseconds.
    ///
    /// # Errors
    /// What `pgbench` said.
    pub fn profile(&mut self, seconds: u64, most: usize) -> Result<Vec<String>, Trouble> {
        self.round += 1;
        let output = self
            .login
            .command("pgbench")
            .args(["-n", "-M", "prepared", "-c", "1", "-r", "-T", &seconds.to_string()])
            .args(["-D", &format!("round={}", self.round), "-D", "n=-1", "-D", "clients=1"])
            .arg("-f")
            .arg(&self.script)
            .output()
            .map_err(|e| Trouble::io("running pgbench", &e))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let of_statement = |line: &str| {
            let mut words = line.split_whitespace();
            let ms: f64 = words.next()?.parse().ok()?;
            let _failures: u64 = words.next()?.parse().ok()?;
            let text: String = words.collect::<Vec<_>>().join(" ").chars().take(100).collect();
            (!text.starts_with('\\')).then_some((ms, text))
        };
        let mut all: Vec<(f64, String)> = said.lines().filter_map(of_statement).collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0));
        let sum: f64 = all.iter().map(|(ms, _)| ms).sum();
        let heading = format!(
            "{} statements, {sum:.2} ms for one client alone; the slowest:",
            all.len()
        );
        let lines = all.iter().take(most).map(|(ms, text)| format!("{ms:8.3} ms  {text}"));
        Ok(std::iter::once(heading).chain(lines).collect())
    }

    /// The third column of the log is the time of a transaction in microseconds.
    fn latencies(&self, prefix: &Path) -> Result<Vec<f64>, Trouble> {
        let wanted = prefix.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut all = Vec::new();
        let files = fs::read_dir(&self.folder).map_err(|e| Trouble::io("reading pgbench's log", &e))?;
        for file in files.filter_map(|entry| entry.ok().map(|e| e.path())) {
            if file
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(&format!("{wanted}.")))
            {
                let text = fs::read_to_string(&file).map_err(|e| Trouble::io("reading pgbench's log", &e))?;
                all.extend(
                    text.lines()
                        .filter_map(|line| line.split(' ').nth(2)?.parse::<f64>().ok())
                        .map(|us| us / 1000.0),
                );
                let _ = fs::remove_file(&file);
            }
        }
        Ok(all)
    }
}
