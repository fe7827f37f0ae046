//! Reasons to do with muscles, bones and joints.

use super::reason::Reason;

pub(super) const REASONS: [Reason; 4] = [
    Reason::new(
        "M54.56",
        "Low back pain",
        (18, 85),
        [
            &["Back pain for {days} days after lifting, no numbness."],
            &["Tight muscles beside the spine, leg raise normal, power full."],
            &["Keep moving, heat, pain relief for a week, red flags explained."],
        ],
    ),
    Reason::new(
        "M17.9",
        "Osteoarthritis of the knee",
        (50, 95),
        [
            &["Knee pain on stairs, stiff for ten minutes in the morning."],
            &["Crackling and bony swelling, no warmth, full extension."],
            &["Thigh exercises, weight, paracetamol, gel; physiotherapy offered."],
        ],
    ),
    Reason::new(
        "M10.97",
        "Gout",
        (35, 85),
        [
            &["Woke with a swollen, very painful big toe."],
            &["Joint red, hot and tender."],
            &["Anti-inflammatory for five days, urate later, less beer and red meat."],
        ],
    ),
    Reason::new(
        "M75.1",
        "Rotator cuff syndrome",
        (35, 80),
        [
            &["Shoulder hurts when reaching up, for {days} days."],
            &["Painful arc, power kept, neck normal."],
            &["Exercises, pain relief, injection if no better in six weeks."],
        ],
    ),
];
