//! Reasons to do with men.

use super::reason::Reason;
use crate::person::SexOnly;

pub(super) const REASONS: [Reason; 4] = [
    Reason::new(
        "N40",
        "Enlarged prostate",
        (52, 95),
        [
            &["Weak stream and up three times at night."],
            &["Prostate smooth and enlarged, bladder not felt."],
            &["Urine test, PSA after a talk about it, alpha blocker at night."],
        ],
    )
    .only(SexOnly::Male),
    Reason::new(
        "N48.1",
        "Balanitis",
        (18, 80),
        [
            &["Soreness and redness for {days} days."],
            &["Red glans, no ulcer, foreskin moves."],
            &["Wash with water, antifungal cream, glucose test."],
        ],
    )
    .only(SexOnly::Male),
    Reason::new(
        "N52.9",
        "Erectile dysfunction",
        (35, 75),
        [
            &["Difficulty for some months, morning erections fewer."],
            &["Pulses good, genitals normal."],
            &["Glucose, lipids, blood pressure; medicines reviewed; tablet discussed."],
        ],
    )
    .only(SexOnly::Male),
    Reason::new(
        "N34.1",
        "Urethritis",
        (16, 50),
        [
            &["Discharge and burning for {days} days."],
            &["Clear to yellow discharge, no ulcers, testes normal."],
            &[
                "Treated on the spot for the usual causes, partner slip, HIV and syphilis \
                 tests, condoms.",
            ],
        ],
    )
    .only(SexOnly::Male),
];
