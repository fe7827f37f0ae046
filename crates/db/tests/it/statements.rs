//! Every statement of the folder `sql/` against the real schema and the login that sends it.

use std::path::{Path, PathBuf};

use aloe_testkit::TestDb;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn sql_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sql")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_prepares_against_the_schema() {
    let db = TestDb::fresh().await;
    let client = db.superuser().await;
    client.batch_execute("SET search_path = aloe, public").await.unwrap();
    for path in files(&sql_folder()) {
        let text = std::fs::read_to_string(&path).unwrap();
        client
            .prepare(&text)
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}

/// A plan is kept on its connection while tables fill. Made when all of them are empty and known to be, it goes by an index all
/// the same: no request reads what every practice ever wrote.
#[tokio::test(flavor = "multi_thread")]
async fn no_plan_reads_a_whole_table() {
    let db = TestDb::fresh().await;
    for login in aloe_db::connect::LOGINS {
        let row = db
            .login(login)
            .await
            .query_one("SHOW enable_seqscan", &[])
            .await
            .unwrap();
        assert_eq!(row.get::<_, String>(0), "off", "{login}");
    }
    let client = db.superuser().await;
    let as_aloe =
        "ANALYZE; SET search_path = aloe, public; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";
    client.batch_execute(as_aloe).await.unwrap();
    let mut whole = Vec::new();
    for path in files(&sql_folder()) {
        let text = std::fs::read_to_string(&path).unwrap();
        client.batch_execute(&format!("PREPARE tried AS {text}")).await.unwrap();
        let many = "SELECT coalesce(cardinality(parameter_types), 0) FROM pg_prepared_statements WHERE name = 'tried'";
        let many: i32 = client.query_one(many, &[]).await.unwrap().get(0);
        let nothing = vec!["NULL"; usize::try_from(many).unwrap()].join(", ");
        let execute = if nothing.is_empty() {
            String::new()
        } else {
            format!("({nothing})")
        };
        let plan = client
            .simple_query(&format!("EXPLAIN EXECUTE tried{execute}"))
            .await
            .unwrap();
        let lines = plan.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        let file = path.strip_prefix(sql_folder()).unwrap().display().to_string();
        whole.extend(
            lines
                .filter(|line| line.contains("Seq Scan on"))
                .map(|line| format!("{file}: {}", line.trim())),
        );
        client.batch_execute("DEALLOCATE tried").await.unwrap();
    }
    // What the operator lists are all organisations, on purpose.
    whole.retain(|line| !line.contains("Seq Scan on organisations"));
    assert_eq!(whole, Vec::<String>::new());
}

#[test]
fn every_migration_is_applied() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut found: Vec<String> = files(&folder)
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    let applied: Vec<&str> = aloe_db::migrate::MIGRATIONS.iter().map(|m| m.name).collect();
    assert_eq!(found, applied);
}

#[test]
fn every_statement_is_used() {
    let source: String = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    for path in files(&sql_folder()) {
        let name = path.strip_prefix(sql_folder()).unwrap().with_extension("");
        assert!(
            source.contains(&format!("sql!(\"{}\")", name.display())),
            "{} is used nowhere",
            name.display()
        );
    }
}

/// The application's own safeguard in writing: each tenant table that a statement names comes with the predicate on the
/// organisation, or the row written carries `$1` itself.
#[tokio::test(flavor = "multi_thread")]
async fn p6_every_statement_names_the_organisation_of_its_transaction() {
    let db = TestDb::fresh().await;
    let rows = db.superuser().await.query(
        "SELECT c.relname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'aloe' AND c.relkind = 'r' AND a.attname = 'organisation_id'", &[]).await.unwrap();
    let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    for path in files(&sql_folder()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let words: Vec<&str> = text
            .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .filter(|w| !w.is_empty())
            .collect();
        let named = words
            .windows(2)
            .filter(|pair| matches!(pair[0], "FROM" | "JOIN" | "UPDATE") && tables.iter().any(|t| t == pair[1]))
            .count();
        let predicates = text.matches("organisation_id = $1").count();
        assert!(
            predicates >= named,
            "{}: {named} tables, {predicates} predicates",
            path.display()
        );
    }
}
