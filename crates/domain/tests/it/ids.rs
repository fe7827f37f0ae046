use aloe_domain::ids::{BookingId, IdError, PatientId};
use jiff::Timestamp;
use proptest::prelude::*;

#[test]
fn an_id_reads_back_from_its_text_and_from_json() {
    let id = PatientId::generate(Timestamp::UNIX_EPOCH, [7; 10]);
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
    assert_eq!(PatientId::from_uuid(id.as_uuid()), id);
    assert_eq!("not an id".parse::<PatientId>(), Err(IdError));
}

#[test]
fn an_id_is_of_version_seven() {
    assert_eq!(
        BookingId::generate(Timestamp::MIN, [255; 10])
            .as_uuid()
            .get_version_num(),
        7
    );
    let (one, other) = (BookingId::fresh(), BookingId::fresh());
    assert_eq!(one.as_uuid().get_version_num(), 7);
    assert!(one < other);
}

proptest! {
    #[test]
    fn ids_sort_by_the_moment_they_were_made(a in 0i64..1 << 40, b in 0i64..1 << 40, r: [u8; 10], s: [u8; 10]) {
        let id = |millis, random| BookingId::generate(Timestamp::from_millisecond(millis).unwrap(), random);
        prop_assume!(a < b);
        prop_assert!(id(a, r) < id(b, s));
    }
}
