//! Reasons to do with grown people in general.

use super::reason::Reason;

pub(super) const REASONS: [Reason; 5] = [
    Reason::new(
        "Z00.0",
        "General check-up",
        (18, 90),
        [
            &["No complaints, wants a check-up."],
            &["Examination normal, waist measured."],
            &["Glucose and cholesterol, HIV test offered, exercise and smoking talked over."],
        ],
    ),
    Reason::new(
        "A15.0",
        "Pulmonary tuberculosis, follow-up",
        (16, 75),
        [
            &["Third month of treatment, cough gone, takes tablets with a supporter."],
            &["Weight up by two kilograms, chest clearer."],
            &["Sputum at the end of the month, go on, contacts screened."],
        ],
    ),
    Reason::new(
        "Z02.4",
        "Examination for a driving licence",
        (18, 75),
        [
            &["Needs the form for a professional permit."],
            &["Eyes 6/6 on both sides, colours read, hearing good."],
            &["Form filled in, no restriction."],
        ],
    ),
    Reason::new(
        "R53",
        "Tiredness",
        (18, 85),
        [
            &["Tired for weeks, sleeps enough, no weight loss."],
            &["Not pale, thyroid and heart normal."],
            &["Blood count, TSH, glucose, HIV test offered, review with the results."],
        ],
    ),
    Reason::new(
        "H52.4",
        "Presbyopia",
        (42, 70),
        [
            &["Holds the newspaper far away."],
            &["Distance sight good, near sight poor, discs normal."],
            &["Reading glasses through the optometrist."],
        ],
    ),
];
