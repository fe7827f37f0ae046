//! Reasons to do with children.

use super::reason::Reason;

pub(super) const REASONS: [Reason; 6] = [
    Reason::new(
        "Z00.1",
        "Routine child health check",
        (0, 5),
        [
            &["Growth check, no worries at home."],
            &["Growth along the line of the chart, milestones as expected, card up to date."],
            &["Vitamin A and deworming according to age, next visit entered on the card."],
        ],
    ),
    Reason::new(
        "Z27.8",
        "Vaccination",
        (0, 12),
        [
            &["Comes for the vaccines due at this age. Well today."],
            &["Well child, no fever, no reaction to earlier vaccines."],
            &[
                "Vaccines given, watched for 15 minutes, lot numbers on the card, next date \
                 given.",
            ],
        ],
    ),
    Reason::new(
        "L22",
        "Nappy rash",
        (0, 2),
        [
            &["Red bottom for {days} days, cries at changing."],
            &["Red skin with small outlying spots, folds involved."],
            &["Air, frequent changes, barrier ointment and antifungal cream."],
        ],
    ),
    Reason::new(
        "R62.8",
        "Slow weight gain",
        (0, 4),
        [
            &["Mother is worried that the child stays thin."],
            &["Weight has crossed one line downward, alert, no swelling of the feet."],
            &[
                "Feeding history taken, TB and HIV screening, supplement, weigh again in two \
                 weeks.",
            ],
        ],
    ),
    Reason::new(
        "J21.9",
        "Bronchiolitis",
        (0, 1),
        [
            &["Cold for {days} days, now a wheezy chest and shorter feeds."],
            &["Wheeze on both sides, mild drawing-in, saturation 95 per cent."],
            &["Small feeds often, nose drops, danger signs explained, seen again tomorrow."],
        ],
    )
    .feverish(),
    Reason::new(
        "F98.0",
        "Bed-wetting",
        (5, 12),
        [
            &["Wets the bed most nights, dry by day."],
            &["Belly and spine normal, urine test clear."],
            &["Reassured child and parent, no punishment, drink early, diary with stars."],
        ],
    ),
];
