//! `docs/asvs.csv`: each requirement of OWASP ASVS 5.0.0, level 1 and 2, leads to tests that exist or to a written exclusion.

#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Requirements of level 1 and 2 in ASVS 5.0.0.
const REQUIREMENTS: usize = 253;

#[derive(serde::Deserialize)]
struct Row {
    requirement: String,
    level: u8,
    tests: String,
    exclusion: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_path(root().join("docs/asvs.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Whether a file holds a test of this name: a function with a test attribute, or a test of the browser by its title.
fn exists(file: &str, name: &str) -> bool {
    let text = fs::read_to_string(root().join(file)).unwrap_or_default();
    if file.ends_with(".mjs") {
        return text.contains(&format!("test('{name}'"));
    }
    let Some((before, _)) = text.split_once(&format!("fn {name}(")) else {
        return false;
    };
    let attributes = before.lines().rev().take(3).take_while(|line| !line.ends_with('}'));
    attributes
        .into_iter()
        .any(|line| line.contains("test]") || line.contains("test("))
}

#[test]
fn every_requirement_leads_to_tests_that_exist_or_to_a_reason() {
    let mut faults = Vec::new();
    let mut seen = BTreeMap::new();
    for row in rows() {
        let Row {
            requirement,
            level,
            tests,
            exclusion,
        } = row;
        if seen.insert(requirement.clone(), level).is_some() {
            faults.push(format!("{requirement} stands twice"));
        }
        if tests.is_empty() == exclusion.is_empty() {
            faults.push(format!(
                "{requirement} needs tests or an exclusion, and one of them only"
            ));
        }
        if !exclusion.is_empty() && exclusion.len() < 20 {
            faults.push(format!("{requirement}: an exclusion gives a reason"));
        }
        for test in tests.split(';').filter(|test| !test.is_empty()) {
            match test.split_once("::") {
                Some((file, name)) if exists(file, name) => {}
                _ => faults.push(format!("{requirement}: there is no test {test}")),
            }
        }
    }
    if seen.len() != REQUIREMENTS {
        faults.push(format!("{} requirements instead of {REQUIREMENTS}", seen.len()));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_test_that_does_not_exist_is_noticed() {
    assert!(exists(
        "crates/app/tests/asvs.rs",
        "a_test_that_does_not_exist_is_noticed"
    ));
    assert!(!exists("crates/app/tests/asvs.rs", "rows"));
    assert!(!exists("crates/app/tests/asvs.rs", "nothing_of_this_name"));
}

#[test]
fn the_requirements_are_those_of_the_standard() {
    let standard = root().join("../shared/data/asvs/asvs-5.0.0.csv");
    let Ok(mut reader) = csv::Reader::from_path(&standard) else {
        eprintln!("skipped: the standard's own table is not here");
        return;
    };
    let wanted: BTreeMap<String, u8> = reader
        .records()
        .map(Result::unwrap)
        .map(|record| (record[4].to_owned(), record[6].parse().unwrap()))
        .filter(|(_, level)| *level <= 2)
        .collect();
    let ours: BTreeMap<String, u8> = rows().into_iter().map(|row| (row.requirement, row.level)).collect();
    assert_eq!(ours, wanted);
}
