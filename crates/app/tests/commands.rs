//! The program itself, run as an operator runs it.

#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use aloe_cluster::{Cluster, ClusterOptions};
use tempfile::TempDir;

/// A data folder, and room beside it for its keys.
struct Folder(TempDir);

impl Folder {
    fn path(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn keys(&self) -> PathBuf {
        self.0.path().join("data.keys")
    }
}

/// A data folder that the user whom PostgreSQL runs as can enter.
fn folder() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    Folder(folder)
}

fn aloe(data: impl AsRef<Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aloe"));
    command.arg("--data").arg(data.as_ref());
    command
}

const CREATE: [&str; 10] = [
    "organisation",
    "create",
    "--name",
    "Fynbos Health",
    "--slug",
    "fynbos",
    "--owner-email",
    "owner@fynbos.example",
    "--owner-name",
    "Nomsa Dube",
];

fn words(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A server that somebody else runs, with a database and a migrator who is no superuser.
struct Elsewhere {
    cluster: Cluster,
}

impl Elsewhere {
    fn start() -> Self {
        let cluster = Cluster::start(&ClusterOptions::for_tests().unwrap()).unwrap();
        let elsewhere = Self { cluster };
        elsewhere.psql("CREATE ROLE migrator LOGIN CREATEROLE PASSWORD 'p@ss'");
        elsewhere.psql("CREATE DATABASE clinic OWNER migrator");
        elsewhere
    }

    fn psql(&self, text: &str) -> String {
        let c = self.cluster.connection();
        let output = Command::new("/usr/lib/postgresql/15/bin/psql")
            .args([
                "-XqAt",
                "-h",
                &c.socket_dir.display().to_string(),
                "-p",
                &c.port.to_string(),
                "-U",
                c.superuser,
                "-c",
                text,
                "postgres",
            ])
            .env("PGPASSWORD", c.password.expose())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", words(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn url(&self) -> String {
        let c = self.cluster.connection();
        format!(
            "postgresql://migrator:p%40ss@localhost:{}/clinic?sslmode=verify-full&sslrootcert={}",
            c.port,
            c.ca_pem_path.display()
        )
    }
}

#[test]
fn a_server_of_somebody_elses_is_used_and_none_is_started() {
    let (elsewhere, data) = (Elsewhere::start(), folder());
    let url = elsewhere.url();
    let made = aloe(data.path())
        .args(CREATE)
        .env("DATABASE_URL", &url)
        .output()
        .unwrap();
    assert!(
        made.status.success() && words(&made).contains("/invitation/"),
        "{}",
        words(&made)
    );
    let status = aloe(data.path())
        .args(["--database-url", &url, "keys", "status"])
        .output()
        .unwrap();
    assert!(
        words(&status).contains("organisations with keys of their own: 1"),
        "{}",
        words(&status)
    );
    assert!(!data.path().join("postgres").exists(), "no private cluster was made");

    let mut server = aloe(data.path())
        .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
        .env("DATABASE_URL", &url)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(server.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().starts_with("Aloe is open at")));
    let running = fs::read_to_string(data.path().join("running.json")).unwrap();
    let second = aloe(data.path())
        .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
        .env("DATABASE_URL", &url)
        .output()
        .unwrap();
    assert!(
        !second.status.success() && words(&second).contains("is served from"),
        "{}",
        words(&second)
    );
    assert_eq!(fs::read_to_string(data.path().join("running.json")).unwrap(), running);
    let killed = Command::new("kill")
        .args(["-TERM", &server.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success() && server.wait().unwrap().success());
    assert_eq!(elsewhere.psql("SELECT 1"), "1", "the server runs on");
}

#[test]
fn a_server_that_is_not_the_right_one_gets_no_password() {
    let (elsewhere, other, data) = (Elsewhere::start(), Elsewhere::start(), folder());
    let wrong = elsewhere.cluster.connection().ca_pem_path.display().to_string();
    let right = other.cluster.connection().ca_pem_path.display().to_string();
    let url = other.url().replace(&right, &wrong);
    let refused = aloe(data.path())
        .args(CREATE)
        .env("DATABASE_URL", &url)
        .output()
        .unwrap();
    assert!(
        !refused.status.success() && !words(&refused).contains("p@ss"),
        "{}",
        words(&refused)
    );
    let url = other.url().replace("verify-full", "require");
    let refused = aloe(data.path())
        .args(CREATE)
        .env("DATABASE_URL", &url)
        .output()
        .unwrap();
    assert!(
        !refused.status.success() && words(&refused).contains("sslmode is verify-full"),
        "{}",
        words(&refused)
    );
}

#[test]
fn real_people_are_not_served_under_a_key_file_unless_somebody_answers_for_it() {
    let data = folder();
    let refused = aloe(data.path())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert!(
        !refused.status.success() && words(&refused).contains("key device"),
        "{}",
        words(&refused)
    );
    assert!(!data.keys().exists(), "nothing was made");
}

#[test]
fn an_organisation_with_a_wrong_address_or_name_is_refused_with_a_sentence() {
    let data = folder();
    for (option, value, sentence) in [
        ("--slug", "Fynbos Health", "small letters"),
        ("--slug", "-", "small letters"),
        ("--name", "  ", "--name"),
        ("--owner-name", "", "--owner-name"),
        ("--owner-email", "nobody", "e-mail"),
        ("--kind", "shop", "practice or public_office"),
    ] {
        let mut words_of = CREATE.to_vec();
        match words_of.iter().position(|word| *word == option) {
            Some(at) => words_of[at + 1] = value,
            None => words_of.extend([option, value]),
        }
        let refused = aloe(data.path()).args(&words_of).output().unwrap();
        let said = words(&refused);
        assert!(
            !refused.status.success() && said.contains(sentence),
            "{option} {value}: {said}"
        );
        assert!(!said.contains("constraint"), "{said}");
    }
    assert!(!data.path().join("postgres").exists(), "nothing was made");
}

#[test]
fn an_organisations_key_rotates_and_goes_on_where_it_was_cut_short() {
    let data = folder();
    let made = aloe(data.path()).args(CREATE).output().unwrap();
    assert!(made.status.success(), "{}", words(&made));
    let rotate = |more: &[&str]| {
        let done = aloe(data.path())
            .args(["keys", "rotate-organisation", "fynbos"])
            .args(more)
            .output()
            .unwrap();
        (done.status.success(), words(&done))
    };
    let (rotated, said) = rotate(&[]);
    assert!(
        rotated && said.contains("Version 2 of this organisation's key is in force"),
        "{said}"
    );
    let (rotated, said) = rotate(&["--go-on"]);
    assert!(rotated && said.contains("Nothing to go on with"), "{said}");
    let unknown = aloe(data.path())
        .args(["keys", "rotate-organisation", "nobody"])
        .output()
        .unwrap();
    assert!(
        !unknown.status.success() && words(&unknown).contains("no organisation has the address nobody"),
        "{}",
        words(&unknown)
    );
    let status = aloe(data.path()).args(["keys", "status"]).output().unwrap();
    assert!(!words(&status).contains("cut short"), "{}", words(&status));
}

const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
];

/// A token in software, in a folder of its own.
struct Token {
    folder: TempDir,
    module: PathBuf,
}

impl Token {
    fn make() -> Option<Self> {
        let module = MODULES.iter().map(PathBuf::from).find(|module| module.exists())?;
        let folder = tempfile::tempdir().unwrap();
        let conf = folder.path().join("softhsm2.conf");
        let tokens = folder.path().join("tokens");
        fs::create_dir(&tokens).unwrap();
        fs::write(&conf, format!("directories.tokendir = {}\n", tokens.display())).unwrap();
        let made = Command::new("softhsm2-util")
            .args([
                "--init-token",
                "--free",
                "--label",
                "aloe",
                "--so-pin",
                "87654321",
                "--pin",
                "1234",
            ])
            .env("SOFTHSM2_CONF", &conf)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", words(&made));
        let mut pin = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(folder.path().join("pin"))
            .unwrap();
        std::io::Write::write_all(&mut pin, b"1234\n").unwrap();
        Some(Self { folder, module })
    }

    fn aloe(&self, data: impl AsRef<Path>) -> Command {
        let mut command = aloe(data);
        command
            .env("SOFTHSM2_CONF", self.folder.path().join("softhsm2.conf"))
            .env("ALOE_KEY_STORE", "pkcs11")
            .env("ALOE_PKCS11_MODULE", &self.module)
            .env("ALOE_PKCS11_TOKEN", "aloe")
            .env("ALOE_PKCS11_PIN_FILE", self.folder.path().join("pin"));
        command
    }
}

#[test]
fn the_master_keys_of_a_device_never_lie_in_a_file() {
    let (Some(token), Some(other)) = (Token::make(), Token::make()) else {
        eprintln!("skipped: SoftHSM 2 is not installed (apt-get install softhsm2)");
        return;
    };
    let data = folder();
    let made = token.aloe(data.path()).args(CREATE).output().unwrap();
    assert!(made.status.success(), "{}", words(&made));
    assert!(!data.keys().exists(), "there is no key file");
    let rotated = token
        .aloe(data.path())
        .args(["keys", "rotate-master"])
        .output()
        .unwrap();
    assert!(
        words(&rotated).contains("1 keys are wrapped anew"),
        "{}",
        words(&rotated)
    );
    let status = token.aloe(data.path()).args(["keys", "status"]).output().unwrap();
    assert!(
        words(&status).contains("version 2, in the token aloe"),
        "{}",
        words(&status)
    );
    let kit = token.aloe(data.path()).args(["keys", "recovery-kit"]).output().unwrap();
    assert!(!kit.status.success(), "a device gives nothing out");
    let wrong = other.aloe(data.path()).args(["keys", "status"]).output().unwrap();
    assert!(!wrong.status.success() && words(&wrong).len() > 60, "{}", words(&wrong));
    let file = aloe(data.path()).args(["keys", "status"]).output().unwrap();
    assert!(!file.status.success(), "a key file does not open what a device closed");
}

#[test]
fn p5_the_key_file_lies_outside_the_data_folder_for_its_owner_only() {
    let data = folder();
    let inside = data.path().join("keys").join("master.json");
    let refused = aloe(data.path())
        .args(["--key-file", &inside.display().to_string(), "keys", "status"])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    assert!(
        words(&refused).contains("lies inside the data folder"),
        "{}",
        words(&refused)
    );
    assert!(!inside.exists());
    let made = aloe(data.path()).args(["keys", "status"]).output().unwrap();
    assert!(made.status.success(), "{}", words(&made));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data.keys()), 0o700);
    assert_eq!(mode(&data.keys().join("master.json")), 0o600);
}
