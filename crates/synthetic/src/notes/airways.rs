//! Reasons to do with the ears, nose, throat and chest.

use super::reason::Reason;

pub(super) const REASONS: [Reason; 10] = [
    Reason::new(
        "J06.9",
        "Acute upper respiratory infection",
        (0, 99),
        [
            &[
                "Runny nose, sore throat and cough for {days} days. Eating and drinking.",
                "Blocked nose and sneezing for {days} days, others at home have it too.",
            ],
            &[
                "Nose red and wet, throat pink without pus, chest clear.",
                "Ears normal, no neck stiffness, chest clear.",
            ],
            &[
                "Explained that it passes by itself. Fluids, paracetamol by weight, return if \
                 breathing gets hard.",
                "Rest and salt-water nose drops. No antibiotic needed. Return if not better \
                 in a week.",
            ],
        ],
    )
    .feverish(),
    Reason::new(
        "J02.9",
        "Acute pharyngitis",
        (4, 60),
        [
            &["Sore throat and pain on swallowing for {days} days, no cough."],
            &["Throat red, no abscess, tender glands in the neck."],
            &[
                "Salt-water gargles and paracetamol. Return if unable to swallow or if a rash \
                 appears.",
            ],
        ],
    )
    .feverish(),
    Reason::new(
        "J03.9",
        "Acute tonsillitis",
        (3, 40),
        [
            &["Painful throat with fever for {days} days, hard to swallow."],
            &["Tonsils large with white spots, tender glands, mouth opens fully."],
            &[
                "Antibiotic chosen with the allergies in mind, paracetamol, review in three \
                 days if not better.",
            ],
        ],
    )
    .feverish(),
    Reason::new(
        "H66.9",
        "Otitis media",
        (0, 12),
        [
            &["Ear pain and restless nights for {days} days after a cold."],
            &["Eardrum red and bulging on one side, no discharge, mastoid not tender."],
            &[
                "Pain relief first, antibiotic as no better after two days. Ear check in two \
                 weeks.",
            ],
        ],
    )
    .feverish(),
    Reason::new(
        "H61.2",
        "Impacted ear wax",
        (10, 99),
        [
            &["Blocked ear and dull hearing for {days} days, uses cotton buds."],
            &["Canal full of brown wax, no pain on moving the ear."],
            &["Softening drops for five days, then syringing. Advised against cotton buds."],
        ],
    ),
    Reason::new(
        "J01.9",
        "Acute sinusitis",
        (12, 75),
        [
            &["Pain over the cheeks and thick discharge for {days} days, worse on bending."],
            &["Tender over one cheek, pus in the nose, eyes normal."],
            &[
                "Steam, nose spray for five days at most, pain relief. Return if the eye \
                 swells.",
            ],
        ],
    )
    .feverish(),
    Reason::new(
        "J30.4",
        "Allergic rhinitis",
        (4, 70),
        [
            &["Sneezing, itchy eyes and a running nose every spring."],
            &["Pale swollen lining of the nose, allergic shiners, chest clear."],
            &["Steroid nose spray daily, antihistamine at night, avoid dust where possible."],
        ],
    ),
    Reason::new(
        "J20.9",
        "Acute bronchitis",
        (12, 90),
        [
            &["Cough with clear phlegm for {days} days, no chest pain."],
            &["Scattered wheeze that clears on coughing, no crackles, not short of breath."],
            &["Told that the cough may last three weeks. No antibiotic. Help to stop \
                 smoking offered."],
        ],
    ),
    Reason::new(
        "J18.9",
        "Pneumonia",
        (0, 99),
        [
            &["Cough, fever and shortness of breath for {days} days, poor appetite."],
            &[
                "Crackles at one base, dull to tapping, oxygen saturation 94 per cent in room \
                 air.",
            ],
            &[
                "Antibiotic started, chest X-ray requested, review tomorrow, go to hospital \
                 if worse.",
            ],
        ],
    )
    .feverish(),
    Reason::new(
        "H10.9",
        "Conjunctivitis",
        (0, 80),
        [
            &["Red, sticky eye for {days} days, sight unchanged."],
            &["Conjunctiva red, yellow discharge, clear cornea, equal pupils."],
            &[
                "Clean with cooled boiled water, drops four times a day, wash hands, own \
                 towel.",
            ],
        ],
    ),
];
