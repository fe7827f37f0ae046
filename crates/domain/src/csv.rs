//! Cells of comma-separated files.

use std::borrow::Cow;

/// Puts an apostrophe before a cell that a spreadsheet would run as a formula: one that begins with `=`, `+`, `-`, `@`, a
/// tab or a carriage return, also behind spaces. Everything else stays as it is. Quoting is the writer's task.
pub fn neutralise(cell: &str) -> Cow<'_, str> {
    let first = cell.trim_start_matches(' ').chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => Cow::Borrowed(cell),
    }
}
