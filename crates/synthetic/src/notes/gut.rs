//! Reasons to do with the stomach and bowel.

use super::reason::Reason;

pub(super) const REASONS: [Reason; 7] = [
    Reason::new(
        "A08.4",
        "Viral gastroenteritis",
        (0, 99),
        [
            &["Loose stools and vomiting for {days} days, passing urine."],
            &["Mouth moist, skin pinch returns at once, belly soft."],
            &[
                "Oral rehydration solution after each stool, keep feeding, return if drowsy \
                 or blood in stool.",
            ],
        ],
    )
    .feverish(),
    Reason::new(
        "K21.9",
        "Gastro-oesophageal reflux",
        (18, 90),
        [
            &["Burning behind the breastbone after meals for some weeks."],
            &["Belly soft, slight tenderness in the upper middle, no weight loss."],
            &[
                "Smaller evening meals, raise the head of the bed, acid blocker for four \
                 weeks, then review.",
            ],
        ],
    ),
    Reason::new(
        "K30",
        "Functional dyspepsia",
        (18, 80),
        [
            &["Fullness and discomfort after eating, no black stools."],
            &["Belly soft without masses, no pallor."],
            &[
                "Stop anti-inflammatory tablets, test for Helicobacter, review with the \
                 result.",
            ],
        ],
    ),
    Reason::new(
        "K59.0",
        "Constipation",
        (2, 95),
        [
            &["Hard stools every fourth day, straining, no blood."],
            &["Soft belly, stool felt on the left side."],
            &["More water, fruit and fibre, a gentle laxative for two weeks."],
        ],
    ),
    Reason::new(
        "B82.9",
        "Intestinal worms",
        (2, 14),
        [
            &["Worms seen in the stool, itching at night."],
            &["Well nourished, belly soft, no pallor."],
            &[
                "Deworming dose given here, whole household to be treated, hand washing \
                 taught.",
            ],
        ],
    ),
    Reason::new(
        "K60.2",
        "Anal fissure",
        (20, 80),
        [
            &["Bright blood on the paper and itching for {days} days."],
            &["Small tear at the back, no mass on examination."],
            &["Fibre, warm baths and cream. Told to return if bleeding goes on, then scope."],
        ],
    ),
    Reason::new(
        "K02.9",
        "Dental caries",
        (5, 80),
        [
            &["Toothache for {days} days, worse with cold drinks."],
            &["Cavity in a molar, no swelling of the face, mouth opens well."],
            &["Pain relief and referral to a dentist this week."],
        ],
    ),
];
