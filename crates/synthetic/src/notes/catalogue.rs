//! All reasons together.

use super::reason::Reason;
use super::{adults, airways, children, chronic, gut, injuries, men, mind, muscles, skin, women};

const PARTS: [&[Reason]; 11] = [
    &airways::REASONS,
    &gut::REASONS,
    &skin::REASONS,
    &children::REASONS,
    &women::REASONS,
    &men::REASONS,
    &chronic::REASONS,
    &muscles::REASONS,
    &mind::REASONS,
    &injuries::REASONS,
    &adults::REASONS,
];

pub(super) fn all() -> impl Iterator<Item = &'static Reason> {
    PARTS.into_iter().flatten()
}
