//! Reasons to do with injuries, with their external causes.

use super::reason::Reason;

pub(super) const REASONS: [Reason; 5] = [
    Reason::new(
        "S93.4",
        "Sprained ankle",
        (8, 75),
        [
            &["Twisted the ankle on uneven ground yesterday, can take four steps."],
            &["Swelling below the outer ankle, bone not tender."],
            &["Ice, bandage, early movement. No X-ray needed by the ankle rule."],
        ],
    )
    .caused_by("W01.9"),
    Reason::new(
        "S61.0",
        "Cut of a finger",
        (5, 80),
        [
            &["Cut a finger with a kitchen knife this morning."],
            &["Clean cut of two centimetres, tendons and feeling intact."],
            &["Cleaned, three stitches, tetanus booster, out in eight days."],
        ],
    )
    .caused_by("W26.0"),
    Reason::new(
        "T23.2",
        "Second-degree burn of the hand",
        (1, 80),
        [
            &["Hot water over the hand an hour ago, cooled under the tap."],
            &["Blisters on the back of the hand, under one per cent, moves all fingers."],
            &["Dressed, pain relief, tetanus, dressing again in two days."],
        ],
    )
    .caused_by("X12.0"),
    Reason::new(
        "S01.5",
        "Dog bite of the lip",
        (3, 60),
        [
            &["Bitten by a neighbour's dog today."],
            &["Small wound through the skin of the lip, clean edges."],
            &["Washed for 15 minutes, rabies vaccine and immunoglobulin, antibiotic, \
                 notified."],
        ],
    )
    .caused_by("W54.0"),
    Reason::new(
        "S70.0",
        "Bruised hip after a fall",
        (6, 95),
        [
            &["Fell at home yesterday, did not faint, sore hip."],
            &["Bruises, full movement, walks unaided, head not injured."],
            &["Pain relief, hazards at home talked through, balance exercises."],
        ],
    )
    .caused_by("W19.0"),
];
