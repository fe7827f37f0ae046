//! CSV files read back with an independent reader and judged field by field.

use aloe_synthetic::csv::{BLOCK, COLUMNS, Damage, HEADER, Line, damaged_lines, lines};
use aloe_synthetic::{People, ascii};
use jiff::civil::Date;
use proptest::prelude::*;
use std::collections::HashMap;

const MANY: usize = 10_000;

fn read(bytes: &[u8]) -> Vec<csv::ByteRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    reader.byte_records().map(|record| record.unwrap()).collect()
}

fn luhn_fails(number: &str) -> bool {
    let digits = number.bytes().rev().map(|digit| u32::from(digit - b'0'));
    let doubled = digits.enumerate().map(|(at, d)| if at % 2 == 1 { d * 2 } else { d });
    !doubled
        .map(|value| value / 10 + value % 10)
        .sum::<u32>()
        .is_multiple_of(10)
}

/// What a careful reader finds wrong with one line, without being told.
fn diagnose(line: &[u8]) -> Option<Damage> {
    let records = read(line);
    if line.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
        return Some(Damage::UnbalancedQuote);
    }
    if records[0].len() != COLUMNS {
        return Some(Damage::WrongColumnCount);
    }
    let Ok(text) = std::str::from_utf8(line) else {
        return Some(Damage::Latin1);
    };
    assert!(text.ends_with("\r\n"));
    diagnose_fields(&csv::StringRecord::from_byte_record(records[0].clone()).unwrap())
}

fn diagnose_fields(record: &csv::StringRecord) -> Option<Damage> {
    let (given, surname, born, phone) = (&record[0], &record[1], &record[2], &record[7]);
    if surname.is_empty() {
        return Some(Damage::MissingSurname);
    }
    if surname.starts_with(['=', '+', '-', '@']) {
        return Some(Damage::FormulaCell);
    }
    if given.contains('\u{1f600}') {
        return Some(Damage::EmojiInName);
    }
    if born.parse::<Date>().is_err() {
        return Some(Damage::ImpossibleDate);
    }
    if !phone.is_empty() && !phone.starts_with("+27") {
        assert_eq!(phone.len(), 9);
        return Some(Damage::ShortPhone);
    }
    (&record[4] == "sa_id" && luhn_fails(&record[6])).then_some(Damage::BadCheckDigit)
}

fn broken() -> Vec<Line> {
    damaged_lines(3, People::new(3).take(MANY)).collect()
}

#[test]
fn the_header_names_as_many_columns_as_a_line_has() {
    assert_eq!(HEADER.split(',').count(), COLUMNS);
    assert!(HEADER.starts_with("given_names,surname,birth_date,sex,id_type,id_country,id_number,"));
    assert!(HEADER.ends_with("phone,email,scheme,member_number,dependant_code,language"));
}

#[test]
fn good_lines_read_back_to_the_person() {
    for (line, person) in lines(People::new(3)).zip(People::new(3)).take(MANY) {
        let record = csv::StringRecord::from_byte_record(read(line.bytes())[0].clone()).unwrap();
        assert_eq!(record[0], person.given_names);
        assert_eq!(record[1], person.surname);
        assert_eq!(record[2].parse::<Date>().unwrap(), person.birth_date);
        assert_eq!(&record[6], person.document.number().unwrap_or_default());
        assert_eq!(&record[12], person.language.code());
        assert_eq!(line.damage(), None);
    }
}

#[test]
fn good_lines_have_nothing_wrong_with_them() {
    for line in lines(People::new(3)).take(MANY) {
        assert_eq!(diagnose(line.bytes()), None, "{line:?}");
    }
}

#[test]
fn exactly_two_lines_in_a_hundred_are_broken() {
    assert_eq!(
        broken().iter().filter(|line| line.damage().is_some()).count(),
        MANY / 50
    );
    for hundred in broken().chunks(100) {
        assert_eq!(hundred.iter().filter(|line| line.damage().is_some()).count(), 2);
    }
}

#[test]
fn a_reader_finds_the_very_damage_that_is_told() {
    for line in broken() {
        assert_eq!(diagnose(line.bytes()), line.damage(), "{line:?}");
    }
}

#[test]
fn every_kind_of_damage_comes_about_equally_often() {
    let mut counts: HashMap<Damage, usize> = HashMap::new();
    let kinds = broken().into_iter().filter_map(|line| line.damage());
    kinds.for_each(|kind| *counts.entry(kind).or_default() += 1);
    for kind in Damage::ALL {
        assert!((18..30).contains(&counts[&kind]), "{kind:?}: {}", counts[&kind]);
    }
}

#[test]
fn lines_that_are_not_damaged_stay_as_they_were() {
    for (line, good) in broken().into_iter().zip(lines(People::new(3))) {
        assert_eq!(line == good, line.damage().is_none(), "{line:?}");
    }
}

#[test]
fn a_whole_file_reads_back_with_as_many_records_as_people() {
    let mut file = format!("{HEADER}\r\n").into_bytes();
    lines(People::new(3).take(1_000)).for_each(|line| file.extend(line.bytes()));
    let records = read(&file);
    assert_eq!(records.len(), 1_001);
    assert!(records.iter().all(|record| record.len() == COLUMNS));
    assert!(!ascii(&String::from_utf8(file).unwrap()).is_empty());
}

proptest! {
    #[test]
    fn any_seed_breaks_one_line_in_each_block(seed: u64) {
        let people = People::new(1).take(BLOCK as usize * 3);
        let list: Vec<_> = damaged_lines(seed, people).collect();
        for block in list.chunks(BLOCK as usize) {
            prop_assert_eq!(block.iter().filter(|line| line.damage().is_some()).count(), 1);
        }
    }
}
