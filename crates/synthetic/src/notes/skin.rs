//! Reasons to do with the skin.

use super::reason::Reason;

pub(super) const REASONS: [Reason; 8] = [
    Reason::new(
        "L20.9",
        "Atopic eczema",
        (0, 40),
        [
            &["Itchy dry patches in the folds, scratching at night."],
            &["Dry, thickened skin in elbow and knee folds, no crusts."],
            &[
                "Emollient twice daily, mild steroid ointment to red patches for a week, \
                 cotton clothes.",
            ],
        ],
    ),
    Reason::new(
        "B35.4",
        "Ringworm of the body",
        (2, 60),
        [
            &["Round itchy patch that grows, for {days} days."],
            &["Ring with a scaly edge on the trunk, clear centre."],
            &["Antifungal cream twice daily for four weeks, also after it has faded."],
        ],
    ),
    Reason::new(
        "L01.0",
        "Impetigo",
        (1, 14),
        [
            &["Sores around the mouth for {days} days, a cousin has the same."],
            &["Honey-coloured crusts on the face, no fever blisters."],
            &[
                "Wash off the crusts, antibiotic ointment, stay home from school for two \
                 days.",
            ],
        ],
    ),
    Reason::new(
        "B86",
        "Scabies",
        (0, 80),
        [
            &["Itching at night for weeks, several people at home itch."],
            &["Burrows between the fingers and on the wrists, scratch marks."],
            &[
                "Lotion for all who share the house on the same night, wash bedding hot, \
                 repeat after a week.",
            ],
        ],
    ),
    Reason::new(
        "L02.9",
        "Boil",
        (10, 80),
        [
            &["Painful lump that grew over {days} days."],
            &["Fluctuant red swelling of two centimetres, no spreading redness."],
            &["Opened under local anaesthetic, pus let out, dressed. Glucose tested."],
        ],
    ),
    Reason::new(
        "L70.0",
        "Acne",
        (12, 30),
        [
            &["Pimples on face and back for months, feels shy about it."],
            &["Blackheads and some inflamed spots, no scars."],
            &["Benzoyl peroxide at night, mild soap, review in eight weeks."],
        ],
    ),
    Reason::new(
        "B02.9",
        "Shingles",
        (40, 95),
        [
            &["Burning pain, then blisters on one side, for {days} days."],
            &["Grouped blisters in one band on the trunk that stop at the midline."],
            &["Antiviral started, pain relief, HIV test offered, cover the rash."],
        ],
    ),
    Reason::new(
        "L50.9",
        "Urticaria",
        (3, 70),
        [
            &["Itchy wheals that come and go for {days} days, no trouble breathing."],
            &["Wheals on arms and trunk, lips and tongue normal, chest clear."],
            &[
                "Antihistamine for a week, list of what was eaten and taken, return at once \
                 if lips swell.",
            ],
        ],
    ),
];
