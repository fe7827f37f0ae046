//! The import against a real database (lesson 25, the CSV half).

use std::path::PathBuf;

use aloe_synthetic::{People, csv};
use aloe_testkit::TestDb;

use super::{Tally, Work};

struct Case {
    db: TestDb,
    folder: tempfile::TempDir,
    organisation: aloe_domain::ids::OrganisationId,
}

impl Case {
    async fn start() -> Self {
        let db = TestDb::fresh().await;
        let organisation = db.practice("import").await.id;
        Self {
            db,
            folder: tempfile::tempdir().unwrap(),
            organisation,
        }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn run(&self, file: &std::path::Path, dry_run: bool) -> Tally {
        let work = Work {
            doors: &self.db.doors,
            keys: &self.db.keys,
            organisation: self.organisation,
            purpose: "importing patients; the data is synthetic".to_owned(),
            dry_run,
        };
        work.run(file, &[]).await.unwrap()
    }

    async fn patients(&self) -> i64 {
        self.db
            .superuser()
            .await
            .query_one("SELECT count(*) FROM aloe.patients", &[])
            .await
            .unwrap()
            .get(0)
    }

    fn rejected(tally: &Tally) -> String {
        let bytes = std::fs::read(tally.rejects.as_ref().unwrap()).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn damaged(people: usize) -> (Vec<u8>, u64) {
    let mut bytes = format!("{}\r\n", csv::HEADER.trim_end()).into_bytes();
    let mut broken = 0;
    for line in csv::damaged_lines(7, People::new(7).take(people)) {
        broken += u64::from(line.damage().is_some());
        bytes.extend_from_slice(line.bytes());
    }
    (bytes, broken)
}

#[tokio::test(flavor = "multi_thread")]
async fn good_lines_go_in_bad_ones_come_back_and_none_is_lost() {
    let case = Case::start().await;
    let (bytes, broken) = damaged(2000);
    let file = case.file("people.csv", &bytes);
    let first = case.run(&file, false).await;
    assert_eq!(first.read, first.added + first.rejected);
    assert_eq!(
        (first.read, first.rejected),
        (2000, broken),
        "{}",
        Case::rejected(&first)
    );
    assert_eq!(case.patients().await, i64::try_from(first.added).unwrap());
    let second = case.run(&file, false).await;
    assert_eq!((second.added, second.known), (0, first.added));
    assert_eq!(case.patients().await, i64::try_from(first.added).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_line_is_taken_and_its_remark_is_not_read() {
    let case = Case::start().await;
    let header = csv::HEADER.trim_end();
    let bad = format!("{header}\nThandi,Dlamini,,female,sa_id,,8001015009088,,,,,,zu\n");
    let tally = case.run(&case.file("bad.csv", bad.as_bytes()), false).await;
    assert_eq!((tally.added, tally.rejected), (0, 1));
    let returned = Case::rejected(&tally);
    assert!(returned.contains("# line 2: identity number"), "{returned}");
    assert!(
        !returned
            .lines()
            .filter(|l| l.starts_with('#'))
            .any(|l| l.contains("8001015009088"))
    );
    let corrected = returned.replace("8001015009088", "8001015009087");
    let tally = case.run(&case.file("corrected.csv", corrected.as_bytes()), false).await;
    assert_eq!((tally.added, tally.rejected), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_that_comes_back_runs_as_a_formula_and_each_is_read_again_as_it_was() {
    let case = Case::start().await;
    let header = csv::HEADER.trim_end();
    let bad = format!(
        "{header}\n=1+1,Dlamini,nobody's day,,,,,+27825550142,,,,,\n\"#first\",@Nkosi,-1,,,,,\"\t0825550142\",,,,,\n\"open,=2+2,,,,,,,,,,,\n"
    );
    let tally = case.run(&case.file("bad.csv", bad.as_bytes()), false).await;
    assert_eq!((tally.read, tally.added, tally.rejected), (3, 0, 3));
    let returned = Case::rejected(&tally);
    let mut reader = ::csv::ReaderBuilder::new()
        .flexible(true)
        .comment(Some(b'#'))
        .from_reader(returned.as_bytes());
    let cells: Vec<String> = reader
        .records()
        .flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(cells.iter().any(|cell| cell == "'+27825550142") && cells.iter().any(|cell| cell == "#first"));
    assert!(cells.iter().any(|cell| cell == "> \"open,=2+2,,,,,,,,,,,"), "{cells:?}");
    let runs = |cell: &&String| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    assert_eq!(cells.iter().find(runs), None);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(tally.rejects.as_ref().unwrap())
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);

    let corrected = returned
        .replace("nobody's day", "1980-01-01")
        .replace("'=1+1", "Thandi")
        .replace("'@Nkosi", "Nkosi")
        .replace("#first", "Sipho")
        .replace("'-1", "");
    let tally = case.run(&case.file("corrected.csv", corrected.as_bytes()), false).await;
    assert_eq!((tally.added, tally.rejected), (2, 1), "{}", Case::rejected(&tally));
    let phones = "SELECT count(*) FROM aloe.patients WHERE phone = '+27825550142'";
    let superuser = case.db.superuser().await;
    assert_eq!(superuser.query_one(phones, &[]).await.unwrap().get::<_, i64>(0), 2);
    let again = Case::rejected(&tally);
    assert!(
        again.contains("\"> \"\"open,=2+2"),
        "what was not put in order comes back again: {again}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_that_were_begun_are_not_written_over() {
    let case = Case::start().await;
    let header = csv::HEADER.trim_end();
    let file = case.file("bad.csv", format!("{header}\n,,,,,,,,,,,,\n").as_bytes());
    let (first, second) = (case.run(&file, false).await, case.run(&file, false).await);
    assert_ne!(first.rejects, second.rejects);
    assert_eq!(Case::rejected(&first), Case::rejected(&second));
}

#[test]
fn outside_production_an_import_needs_a_word_and_in_production_none() {
    assert_eq!(
        super::purpose(Some("synthetic"), false).unwrap(),
        "importing patients; the data is synthetic"
    );
    assert_eq!(super::purpose(None, true).unwrap(), "importing patients");
    assert!(super::purpose(None, false).is_err() && super::purpose(Some("real"), true).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nobody() {
    let case = Case::start().await;
    let (bytes, _) = damaged(200);
    let tally = case.run(&case.file("people.csv", &bytes), true).await;
    assert!(tally.added > 150);
    assert_eq!(case.patients().await, 0);
}

/// The people of a file of FHIR resources, one JSON object a line, as lines of our CSV: whatever stands in them, odd or not.
fn people_of(lines: &str) -> Vec<u8> {
    use serde_json::Value;
    let mut out = ::csv::Writer::from_writer(Vec::new());
    out.write_record(csv::HEADER.trim_end().split(',')).unwrap();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let entries = line["bundle"]["entry"].as_array().cloned().unwrap_or_default();
        let resources = entries
            .iter()
            .map(|entry| &entry["resource"])
            .chain([&line["resource"]]);
        for person in resources.filter(|r| r["resourceType"] == "Patient") {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let name = &person["name"][0];
            let given = name["given"].as_array().cloned().unwrap_or_default();
            let given: Vec<String> = given.iter().map(text).collect();
            let telecom = person["telecom"].as_array().cloned().unwrap_or_default();
            let phone = telecom
                .iter()
                .find(|t| t["system"] == "phone")
                .map(|t| text(&t["value"]))
                .unwrap_or_default();
            let fields = [
                given.join(" "),
                text(&name["family"]),
                text(&person["birthDate"]),
                text(&person["gender"]),
                "none_unknown".to_owned(),
                String::new(),
                String::new(),
                phone,
            ];
            let blank = std::iter::repeat_n(String::new(), 5);
            out.write_record(fields.into_iter().chain(blank)).unwrap();
        }
    }
    out.into_inner().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_from_elsewhere_go_in_or_come_back_with_a_reason_each() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    for (set, people) in [("synthea-r4", 4), ("fhir-r4", 14)] {
        let Ok(text) = std::fs::read_to_string(folder.join(set).join("dev.jsonl")) else {
            eprintln!("skipped: the data set {set} is not here");
            continue;
        };
        let case = Case::start().await;
        let file = case.file("people.csv", &people_of(&text));
        let tally = case.run(&file, false).await;
        assert_eq!(tally.read, people, "{set}");
        // One person stands twice, letter for letter: the second line is known from the first.
        assert_eq!(
            tally.added + tally.known + tally.rejected,
            people,
            "{set}: {}",
            Case::rejected(&tally)
        );
        assert_eq!(case.patients().await, i64::try_from(tally.added).unwrap());
        let returned = Case::rejected(&tally);
        let reasons = returned.lines().filter(|line| line.starts_with("# line")).count();
        assert_eq!(u64::try_from(reasons).unwrap(), tally.rejected, "{set}: {returned}");
    }
}

/// A spreadsheet that saves the file anew writes other quotation marks and spaces, and changes nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_saved_anew_adds_nobody_twice() {
    let case = Case::start().await;
    let first = "surname,id_number,address\nDlamini,8001015009087,\"1 Long Street, Paarl\"\nNkosi,,\n";
    let again = "\"surname\",\"id_number\",\"address\"\r\n\"Dlamini\",\"8001015009087\",\"1 Long Street, Paarl\"\r\n\"Nkosi\" ,\"\",\"\"\r\n";
    let tally = case.run(&case.file("first.csv", first.as_bytes()), false).await;
    assert_eq!((tally.added, tally.rejected), (2, 0));
    let tally = case.run(&case.file("again.csv", again.as_bytes()), false).await;
    assert_eq!((tally.added, tally.known, tally.rejected), (0, 2, 0));
    assert_eq!(case.patients().await, 2);
    let query = "SELECT address FROM aloe.patients WHERE surname = 'Dlamini'";
    let kept: String = case.db.superuser().await.query_one(query, &[]).await.unwrap().get(0);
    assert_eq!(kept, "1 Long Street, Paarl");
}

/// Whose number is on file comes back with the reason, from this file or another, whatever else the line says.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_added_beside_whoever_has_the_number() {
    let case = Case::start().await;
    let first = "surname,id_number\nDlamini,8001015009087\n";
    assert_eq!(
        case.run(&case.file("first.csv", first.as_bytes()), false).await.added,
        1
    );
    let other = "surname,id_number\nDlamini-Nkosi,8001015009087\nBotha,8501016184086\nBothma,8501016184086\n";
    for dry_run in [true, false] {
        let tally = case.run(&case.file("other.csv", other.as_bytes()), dry_run).await;
        assert_eq!((tally.added, tally.rejected), (1, 2), "dry run: {dry_run}");
        let back = Case::rejected(&tally);
        assert!(
            back.contains("a file here has it already") && back.contains("Bothma"),
            "{back}"
        );
        std::fs::remove_file(tally.rejects.unwrap()).unwrap();
    }
    assert_eq!(case.patients().await, 2);
}
