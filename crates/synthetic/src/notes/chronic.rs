//! Reasons to do with long-term conditions.

use super::reason::Reason;
use crate::health::Chronic;

pub(super) const REASONS: [Reason; 9] = [
    Reason::new(
        "I10",
        "Hypertension, follow-up",
        (25, 99),
        [
            &["Takes the tablets, no chest pain, no swelling of the feet."],
            &["Heart sounds normal, no oedema, fundi normal."],
            &[
                "Repeat for six months, less salt, kidney function and potassium yearly.",
                "Dose raised by one step, review in a month, home readings shown.",
            ],
        ],
    )
    .of(Chronic::Hypertension),
    Reason::new(
        "E11.9",
        "Type 2 diabetes, follow-up",
        (25, 99),
        [
            &["No hypos, some thirst, walks twice a week."],
            &["Feet: feeling and pulses present, no ulcers. Finger-prick glucose 9.1 \
                 mmol/L."],
            &["HbA1c today, eyes booked, metformin goes on, plate method explained."],
        ],
    )
    .of(Chronic::Type2Diabetes),
    Reason::new(
        "B24",
        "HIV, follow-up on treatment",
        (2, 80),
        [
            &["Takes treatment every evening, missed none this month."],
            &["Well, no thrush, glands not enlarged, weight steady."],
            &[
                "Viral load due in six months, repeat given for three months, TB screen \
                 negative.",
            ],
        ],
    )
    .of(Chronic::Hiv),
    Reason::new(
        "J45.9",
        "Asthma",
        (4, 85),
        [
            &["Cough and tight chest at night twice this week."],
            &["Wheeze at the end of breathing out, speaks full sentences."],
            &["Inhaler technique corrected, spacer given, controller daily, written plan."],
        ],
    )
    .of(Chronic::Asthma),
    Reason::new(
        "G40.9",
        "Epilepsy, follow-up",
        (5, 85),
        [
            &["One short fit since the last visit, tablets once missed."],
            &["No injuries, gait normal, speech clear."],
            &[
                "Same dose, reminder on the phone, driving and bathing advice, level if \
                 another fit.",
            ],
        ],
    )
    .of(Chronic::Epilepsy),
    Reason::new(
        "E03.9",
        "Hypothyroidism, follow-up",
        (16, 95),
        [
            &["More energy since the dose was raised."],
            &["Thyroid not enlarged, reflexes brisk."],
            &["TSH in six weeks, tablet on an empty stomach."],
        ],
    )
    .of(Chronic::Hypothyroidism),
    Reason::new(
        "J44.9",
        "Chronic obstructive pulmonary disease",
        (40, 95),
        [
            &["More short of breath on stairs, morning phlegm."],
            &["Barrel chest, quiet breath sounds, saturation 93 per cent."],
            &["Long-acting inhaler, flu vaccine, stopping smoking, breathing exercises."],
        ],
    )
    .of(Chronic::ChronicObstructiveLungDisease),
    Reason::new(
        "E78.0",
        "Raised cholesterol",
        (30, 85),
        [
            &["No muscle pain on the tablet."],
            &["No xanthomas, pulses present."],
            &["Lipids fasting, statin goes on, risk explained with the chart."],
        ],
    )
    .of(Chronic::HighCholesterol),
    Reason::new(
        "I50.9",
        "Heart failure, follow-up",
        (40, 99),
        [
            &["Sleeps on two pillows, ankles swell by evening."],
            &["Ankle oedema, neck veins slightly raised, fine crackles at the bases."],
            &["Water tablet doubled for three days, daily weight, potassium on Friday."],
        ],
    )
    .of(Chronic::HeartFailure),
];
