//! Reasons to do with women.

use super::reason::Reason;
use crate::person::SexOnly;

pub(super) const REASONS: [Reason; 8] = [
    Reason::new(
        "N39.0",
        "Urinary tract infection",
        (15, 90),
        [
            &["Burning urine and going often for {days} days."],
            &["No loin pain, belly soft. Dipstick: leucocytes and nitrites."],
            &[
                "Short antibiotic course after the allergy check, water, return if fever or \
                 back pain.",
            ],
        ],
    )
    .only(SexOnly::Female),
    Reason::new(
        "Z34.9",
        "Antenatal visit",
        (17, 42),
        [
            &["Pregnant, feels movements, no bleeding, no headache."],
            &["Fundus fits the dates, heartbeat of the baby heard, urine clear."],
            &[
                "Iron and folic acid, danger signs explained, blood tests up to date, next \
                 visit booked.",
            ],
        ],
    )
    .only(SexOnly::Female),
    Reason::new(
        "Z30.0",
        "Contraception advice",
        (16, 48),
        [
            &["Asks about methods, wants no child for some years."],
            &["Not pregnant by test, weight noted."],
            &[
                "All methods explained, her choice given today, condoms, review in three \
                 months.",
            ],
        ],
    )
    .only(SexOnly::Female),
    Reason::new(
        "Z12.4",
        "Cervical screening",
        (30, 65),
        [
            &["Comes for a smear, no bleeding between periods."],
            &["Cervix looks healthy, smear taken."],
            &["Result by message in four weeks, next one according to the guideline."],
        ],
    )
    .only(SexOnly::Female),
    Reason::new(
        "N76.0",
        "Vaginitis",
        (16, 60),
        [
            &["Itching and discharge for {days} days."],
            &["White curdy discharge, redness, no ulcers."],
            &["Antifungal pessary, cotton underwear, partner only if he has symptoms."],
        ],
    )
    .only(SexOnly::Female),
    Reason::new(
        "N94.6",
        "Painful periods",
        (13, 40),
        [
            &["Cramps on the first two days, misses class or work."],
            &["Soft belly, no masses."],
            &["Anti-inflammatory from the day before, warmth, hormonal method discussed."],
        ],
    )
    .only(SexOnly::Female),
    Reason::new(
        "N95.1",
        "Menopausal symptoms",
        (45, 58),
        [
            &["Hot flushes and poor sleep for months."],
            &["Examination normal, breasts without lumps."],
            &[
                "Benefits and risks of hormone therapy talked through, lifestyle, review in \
                 six weeks.",
            ],
        ],
    )
    .only(SexOnly::Female),
    Reason::new(
        "D50.9",
        "Iron deficiency anaemia",
        (14, 50),
        [
            &["Tired and short of breath on hills, heavy periods."],
            &["Pale palms and eyelids, quiet systolic murmur."],
            &[
                "Blood count and ferritin, iron tablets on alternate days, count again in a \
                 month.",
            ],
        ],
    )
    .only(SexOnly::Female),
];
