use aloe_domain::csv::neutralise;
use aloe_domain::language::Language;
use aloe_domain::retention::RetentionClass;
use jiff::ToSpan;

#[test]
fn a_cell_that_a_spreadsheet_would_run_is_neutralised() {
    for cell in ["=1+1", "+27825550142", "-1", "@SUM(A1)", "\tx", "\rx", " =1+1", "＝1"] {
        assert_eq!(neutralise(cell), format!("'{cell}"));
    }
}

#[test]
fn any_other_cell_stays_as_it_is() {
    for cell in ["", " ", "Anna", "1-2", "a=b", "'=1", "0821234567"] {
        assert_eq!(neutralise(cell), cell);
    }
}

#[test]
fn there_are_eleven_languages_and_english_is_the_default() {
    let codes: Vec<_> = Language::ALL.iter().map(|language| language.code()).collect();
    assert_eq!(
        codes,
        ["af", "en", "nr", "nso", "ss", "st", "tn", "ts", "ve", "xh", "zu"]
    );
    assert_eq!(Language::default(), Language::English);
    assert_eq!(Language::from_code("zu").map(Language::own_name), Some("isiZulu"));
    assert_eq!(Language::from_code("fr"), None);
    assert_eq!(serde_json::to_string(&Language::Sepedi).unwrap(), "\"nso\"");
}

#[test]
fn records_are_kept_as_long_as_promised() {
    let years = |class: RetentionClass| class.default_period().map(|period| period.fieldwise());
    assert_eq!(years(RetentionClass::BookingRecord), Some(7.years().fieldwise()));
    assert_eq!(years(RetentionClass::Audit), Some(5.years().fieldwise()));
    assert_eq!(years(RetentionClass::ClinicalRecord), Some(6.years().fieldwise()));
    assert_eq!(years(RetentionClass::Configuration), None);
    assert!(
        RetentionClass::ALL
            .iter()
            .all(|class| RetentionClass::from_code(class.code()) == Some(*class))
    );
}
