//! The cluster of the test program, and databases cut from one template.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use aloe_cluster::{Cluster, ClusterOptions};
use aloe_db::connect::{PoolSizes, Server};
use aloe_db::doors::Doors;
use aloe_db::keys::Keys;
use aloe_db::migrate;
use aloe_vault::{FileKeyStore, InstallationKey, KeyVersion, MasterKeys, RenewalKey};
use tokio::sync::OnceCell;
use tokio_postgres::Client;

static SHARED: OnceCell<Shared> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);

struct Shared {
    _cluster: std::sync::Mutex<Cluster>,
    // Holds the pipe whose end tells the sweeper that the program is over.
    _sweeper: Child,
    maintenance: Server,
    superuser: String,
    password: String,
    key: InstallationKey,
    keys: Keys,
}

/// One fresh database with its doors open.
pub struct TestDb {
    /// The doors.
    pub doors: Doors,
    /// The keys of organisations.
    pub keys: Keys,
    /// The server, for connections past the doors.
    pub server: Server,
}

const TEMPLATE: &str = "aloe_template";

impl TestDb {
    /// A database that nobody else uses, migrated, empty.
    pub async fn fresh() -> Self {
        let shared = SHARED.get_or_init(start).await;
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::SeqCst));
        let admin = shared.connect("postgres").await;
        admin
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER aloe_owner"))
            .await
            .unwrap();
        // A database made from a template does not inherit who may connect.
        migrate::ensure_database(&admin, &name).await.unwrap();
        let server = Server {
            database: name,
            ..shared.maintenance.clone()
        };
        let doors = shared.doors(&server);
        doors.renew_context_key().await.unwrap();
        let test = Self {
            doors,
            keys: shared.keys.clone(),
            server,
        };
        test.sabotage().await;
        test
    }

    /// Doors of another node onto the same database, with connections of its own.
    pub async fn doors_of_another_node(&self) -> Doors {
        SHARED.get_or_init(start).await.doors(&self.server)
    }

    /// A connection as the superuser of this test's cluster: past every policy.
    pub async fn superuser(&self) -> Client {
        let shared = SHARED.get_or_init(start).await;
        shared.connect(&self.server.database).await
    }

    /// A connection with the login of the runtime, which the policies bind.
    pub async fn login(&self, login: &str) -> Client {
        let shared = SHARED.get_or_init(start).await;
        let config = self.server.login(login, shared.key.login_password(login).expose());
        migrate::connect(&config, self.server.tls().unwrap()).await.unwrap()
    }

    /// The installation's own key.
    pub async fn installation_key() -> &'static InstallationKey {
        &SHARED.get_or_init(start).await.key
    }

    /// The key by which session tokens follow from each other.
    pub async fn renewals() -> RenewalKey {
        Self::installation_key().await.renewals()
    }

    /// The safeguards that live in the database are switched off there, when a sabotage asks for it.
    async fn sabotage(&self) {
        if aloe_db::sabotage::is_on("P6-database") {
            self.switch_policies_off().await;
        }
        if aloe_db::sabotage::is_on("P10-version") {
            self.hold_any_password().await;
        }
        if aloe_db::sabotage::is_on("P7-database") {
            self.grant_every_need().await;
        }
        for (safeguard, function) in [
            ("N1", "aloe.check_occupied"),
            ("P13", "audit.record"),
            ("P15", "audit.refuse_change"),
        ] {
            if aloe_db::sabotage::is_on(safeguard) {
                self.drop_triggers_of(function).await;
            }
        }
    }

    /// The database asks whose transaction it is and no longer for what it was entered.
    async fn grant_every_need(&self) {
        let granted = "CREATE OR REPLACE FUNCTION fence.organisation(need text) RETURNS uuid
            LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = '' AS $$
            BEGIN RETURN (fence.claims()->>'organisation')::uuid; END $$";
        self.superuser().await.batch_execute(granted).await.unwrap();
    }

    /// Whatever password was typed, the account is let in by it although it was replaced meanwhile.
    async fn hold_any_password(&self) {
        let any = "CREATE OR REPLACE FUNCTION fence.hold_password(account uuid, version integer) RETURNS void
            LANGUAGE plpgsql AS $$ BEGIN RETURN; END $$";
        self.superuser().await.batch_execute(any).await.unwrap();
    }

    async fn drop_triggers_of(&self, function: &str) {
        let off = format!(
            "DO $$ DECLARE t record; BEGIN
                FOR t IN SELECT g.tgname, g.tgrelid::regclass AS relation FROM pg_trigger g
                    WHERE g.tgfoid = (SELECT p.oid FROM pg_proc p WHERE p.oid = '{function}()'::regprocedure) LOOP
                    EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relation);
                END LOOP; END $$"
        );
        self.superuser().await.batch_execute(&off).await.unwrap();
    }

    /// Takes the database's safeguard away, so that the application's stands alone.
    pub async fn switch_policies_off(&self) {
        let client = self.superuser().await;
        let off = "DO $$ DECLARE t regclass; BEGIN
            FOR t IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'aloe' AND c.relkind IN ('r', 'p') LOOP
                EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', t);
                EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t);
            END LOOP; END $$";
        client.batch_execute(off).await.unwrap();
    }
}

async fn start() -> Shared {
    let options = ClusterOptions::for_tests().unwrap();
    let folder = options.folder().to_owned();
    let cluster = tokio::task::spawn_blocking(move || Cluster::start(&options).unwrap())
        .await
        .unwrap();
    let sweeper = sweep_after(cluster.pid(), &folder);
    let c = cluster.connection();
    let maintenance = Server::with_ca_file(c.host, c.port, "postgres", &c.ca_pem_path).unwrap();
    let (superuser, password) = (c.superuser.to_owned(), c.password.expose().to_owned());
    let master = MasterKeys::within(FileKeyStore::create(&folder.join("master.json"), &[]).unwrap());
    let (key, _) = master
        .make_installation_key(uuid::Uuid::now_v7(), KeyVersion::FIRST)
        .unwrap();
    let shared = Shared {
        _cluster: std::sync::Mutex::new(cluster),
        _sweeper: sweeper,
        maintenance,
        superuser,
        password,
        key,
        keys: Keys::within(master),
    };
    shared.make_template().await;
    shared
}

/// A shell that waits for the end of this program, however it ends, and then stops the server of `pid` and removes its
/// folder: what a static holds is never dropped, so the cluster cannot do it itself.
fn sweep_after(pid: u32, folder: &Path) -> Child {
    const SWEEP: &str = "cat >/dev/null; kill -QUIT \"$1\"; \
        while kill -0 \"$1\" 2>/dev/null; do sleep 0.05; done; rm -rf -- \"$2\"";
    Command::new("sh")
        .args(["-c", SWEEP, "sweep", &pid.to_string()])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

impl Shared {
    fn doors(&self, server: &Server) -> Doors {
        let sizes = PoolSizes {
            members: 16,
            public: 40,
            auth: 8,
            jobs: 4,
            operator: 4,
        };
        server
            .doors(|login| self.key.login_password(login).expose().to_owned(), sizes)
            .unwrap()
    }

    async fn connect(&self, database: &str) -> Client {
        let server = Server {
            database: database.to_owned(),
            ..self.maintenance.clone()
        };
        migrate::connect(&server.login(&self.superuser, &self.password), server.tls().unwrap())
            .await
            .unwrap()
    }

    async fn make_template(&self) {
        let admin = self.connect("postgres").await;
        migrate::ensure_logins(&admin, |login| self.key.login_password(login).expose().to_owned())
            .await
            .unwrap();
        migrate::ensure_database(&admin, TEMPLATE).await.unwrap();
        let client = self.connect(TEMPLATE).await;
        migrate::migrate(&client).await.unwrap();
    }
}
