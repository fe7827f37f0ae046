//! Reasons to do with mind, sleep and nerves.

use super::reason::Reason;

pub(super) const REASONS: [Reason; 5] = [
    Reason::new(
        "F32.9",
        "Depression",
        (16, 85),
        [
            &["Low mood, tears and early waking for weeks, no plan to harm self."],
            &["Slow speech, sad affect, thinking clear, safe today."],
            &[
                "Talk therapy arranged, tablet discussed, safety plan with a relative, review \
                 in two weeks.",
            ],
        ],
    ),
    Reason::new(
        "F41.9",
        "Anxiety",
        (15, 75),
        [
            &["Worries, racing heart and poor sleep since a change at work."],
            &["Restless, pulse regular, thyroid normal."],
            &["Breathing exercise taught, counselling booked, TSH, less coffee."],
        ],
    ),
    Reason::new(
        "G43.9",
        "Migraine",
        (12, 60),
        [
            &["One-sided throbbing headache with nausea, light hurts."],
            &["Neck supple, fundi and nerves normal."],
            &["Early pain relief with an anti-sickness tablet, diary of triggers."],
        ],
    ),
    Reason::new(
        "G44.2",
        "Tension-type headache",
        (12, 75),
        [
            &["Band-like headache most afternoons for {days} days."],
            &["Tender neck muscles, nerves and fundi normal."],
            &[
                "Breaks from the screen, stretches, simple pain relief on ten days a month at \
                 most.",
            ],
        ],
    ),
    Reason::new(
        "G47.0",
        "Insomnia",
        (20, 90),
        [
            &["Lies awake until two, phone in bed."],
            &["Tired, otherwise normal."],
            &["Sleep habits explained, no tablets for now, review in a month."],
        ],
    ),
];
