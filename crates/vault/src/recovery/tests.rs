use super::*;
use proptest::prelude::*;

fn kit(version: u32, byte: u8) -> RecoveryKit {
    RecoveryKit::of(
        KeyVersion::from_number(version).unwrap(),
        KeyBytes::from_slice(&[byte; 32]).unwrap(),
    )
}

fn typed(kit: &RecoveryKit) -> String {
    kit.to_text().expose().to_owned()
}

#[test]
fn a_kit_typed_back_is_proven_and_restores_the_key() {
    let kit = kit(3, 0x5a);
    let paper = typed(&kit);
    assert!(paper.starts_with("Aloe recovery kit, master key version 3\n"));
    assert_eq!(kit.prove(&paper), Ok(()));
    let restored = RecoveryKit::restore(&paper).unwrap();
    assert_eq!(restored.version().number(), 3);
    assert_eq!(restored.key().expose(), &[0x5a; 32]);
}

#[test]
fn it_may_be_typed_in_small_letters_without_numbers_heading_or_hyphens() {
    let kit = kit(1, 0xc3);
    let paper = typed(&kit);
    let bare: Vec<String> = paper
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(_, groups)| groups.replace('-', " ").to_lowercase().replace('0', "o"))
        .collect();
    assert_eq!(bare.len(), 5);
    assert_eq!(kit.prove(&bare.join("\n\n")), Ok(()));
}

#[test]
fn a_mistyped_letter_names_its_line() {
    let kit = kit(1, 0x11);
    let paper = typed(&kit);
    for number in 1..=5 {
        let start = paper.find(&format!("\n{number}: ")).unwrap() + 4;
        let mut wrong = paper.clone();
        let other = if &paper[start..=start] == "7" { "8" } else { "7" };
        wrong.replace_range(start..=start, other);
        assert_eq!(kit.prove(&wrong), Err(RecoveryError::Mistyped(number)));
    }
}

#[test]
fn lines_of_two_papers_do_not_belong_together() {
    let (one, two) = (typed(&kit(1, 1)), typed(&kit(1, 2)));
    let of = |paper: &str, from, to| {
        let lines = paper.lines().filter(|line| line::counts(line));
        lines.skip(from).take(to - from).collect::<Vec<_>>().join("\n")
    };
    let mixed = format!("{}\n{}", of(&one, 0, 2), of(&two, 2, 5));
    assert_eq!(
        RecoveryKit::restore(&mixed).unwrap_err(),
        RecoveryError::DoNotBelongTogether
    );
}

#[test]
fn missing_and_extra_lines_are_told() {
    let kit = kit(1, 9);
    let paper = typed(&kit);
    let short = paper.trim_end().rsplit_once('\n').unwrap().0;
    assert_eq!(kit.prove(short), Err(RecoveryError::NotFiveLines));
    assert_eq!(kit.prove(""), Err(RecoveryError::NotFiveLines));
    assert_eq!(kit.prove(&format!("{paper}6: 00000")), Err(RecoveryError::NotFiveLines));
}

#[test]
fn the_kit_of_another_key_or_version_proves_nothing() {
    assert_eq!(kit(1, 1).prove(&typed(&kit(1, 2))), Err(RecoveryError::AnotherKey));
    assert_eq!(kit(1, 1).prove(&typed(&kit(2, 1))), Err(RecoveryError::AnotherKey));
}

#[test]
fn debug_prints_no_key() {
    assert_eq!(format!("{:?}", kit(1, 1)), "RecoveryKit");
}

proptest! {
    #[test]
    fn every_key_and_version_comes_back(bytes: [u8; 32], version in 1_u32..) {
        let key = KeyBytes::from_slice(&bytes).unwrap();
        let kit = RecoveryKit::of(KeyVersion::from_number(version).unwrap(), key);
        prop_assert_eq!(kit.prove(&typed(&kit)), Ok(()));
    }

    #[test]
    fn restoring_never_panics(text in "(?s).{0,200}") {
        prop_assert!(RecoveryKit::restore(&text).is_err());
    }
}
