use aloe_domain::booking::{Channel, Reference, ReferenceError, Status};
use proptest::prelude::*;

#[test]
fn the_allowed_changes_are_these_and_no_others() {
    use Status::{Arrived, Cancelled, Completed, Confirmed, Held, InProgress, NoShow, Pending};
    let allowed = [
        (Held, Pending),
        (Held, Confirmed),
        (Held, Cancelled),
        (Pending, Confirmed),
        (Pending, Cancelled),
        (Confirmed, Arrived),
        (Confirmed, InProgress),
        (Confirmed, NoShow),
        (Confirmed, Cancelled),
        (Arrived, InProgress),
        (Arrived, Confirmed),
        (Arrived, Cancelled),
        (InProgress, Completed),
        (InProgress, Arrived),
        (Completed, InProgress),
        (NoShow, Arrived),
    ];
    for from in Status::ALL {
        for to in Status::ALL {
            assert_eq!(
                from.change_to(*to).is_ok(),
                allowed.contains(&(*from, *to)),
                "{from} to {to}"
            );
        }
    }
}

#[test]
fn a_refused_change_says_what_to_do() {
    let error = Status::Cancelled.change_to(Status::Confirmed).unwrap_err();
    assert_eq!(
        error.to_string(),
        "A booking that is cancelled cannot become confirmed. Make another booking instead."
    );
}

#[test]
fn holds_and_requests_take_their_slot_and_absence_gives_it_back() {
    let free: Vec<_> = Status::ALL.iter().filter(|status| !status.occupies()).collect();
    assert_eq!(free, [&Status::NoShow, &Status::Cancelled]);
    assert!(Status::Cancelled.is_final() && !Status::Completed.is_final() && !Status::NoShow.is_final());
}

#[test]
fn codes_read_back() {
    assert!(
        Status::ALL
            .iter()
            .all(|status| Status::from_code(status.code()) == Some(*status))
    );
    assert!(
        Channel::ALL
            .iter()
            .all(|channel| Channel::from_code(channel.code()) == Some(*channel))
    );
    assert_eq!(serde_json::to_string(&Status::NoShow).unwrap(), "\"no_show\"");
}

#[test]
fn a_reference_is_read_however_it_is_typed() {
    let reference = Reference::parse("K7M4-PQ9X").unwrap();
    for typed in ["k7m4pq9x", " K7M4 PQ9X ", "k7m4–pq9x", "K-7-M-4-P-Q-9-X"] {
        assert_eq!(Reference::parse(typed), Ok(reference));
    }
    assert_eq!(reference.to_string(), "K7M4-PQ9X");
    for wrong in ["", "K7M4-PQ9", "K7M4-PQ9XX", "K7M4-PQ90", "K7M4-PQ9A", "K7M4-PQ9é"] {
        assert_eq!(Reference::parse(wrong), Err(ReferenceError), "{wrong}");
    }
}

#[test]
fn every_character_is_equally_likely_over_all_bytes() {
    let mut counts = std::collections::BTreeMap::new();
    // Each byte once in each place: an unbiased draw sees every character 9 times in 252 usable bytes.
    let mut bytes = (0..=255u8).cycle();
    for _ in 0..63 {
        let drawn = Reference::draw(|| bytes.next().unwrap()).to_string();
        drawn
            .chars()
            .filter(|c| *c != '-')
            .for_each(|c| *counts.entry(c).or_insert(0) += 1);
    }
    assert_eq!(counts.len(), 28);
    assert!(counts.values().all(|count| *count == 18), "{counts:?}");
}

proptest! {
    #[test]
    fn a_drawn_reference_parses_and_spells_nothing(bytes: [u8; 64]) {
        let mut bytes = bytes.into_iter().chain(std::iter::repeat(0));
        let reference = Reference::draw(|| bytes.next().unwrap());
        prop_assert_eq!(Reference::parse(&reference.to_string()), Ok(reference));
        prop_assert!(!reference.to_string().contains(['A', 'E', 'I', 'O', 'U', 'Y', '0', '1']));
    }
}
