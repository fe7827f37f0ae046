//! The stylesheet that places bookings in the calendar. A strict Content-Security-Policy admits no style attributes,
//! so each row of five minutes, each height and each lane is a class.

use std::fmt::Write;

/// Rows of five minutes in a day.
pub const ROWS: u32 = 288;
/// Lanes that can stand side by side.
pub const LANES: u32 = 6;

/// The whole stylesheet.
pub fn stylesheet() -> String {
    let mut css = String::with_capacity(24_000);
    // Writing into a string does not fail.
    let _ = write_rules(&mut css);
    css
}

fn write_rules(css: &mut String) -> std::fmt::Result {
    for row in 0..ROWS {
        write!(css, ".r{row}{{grid-row-start:{}}}", row + 1)?;
    }
    for height in 1..=ROWS {
        write!(css, ".h{height}{{grid-row-end:span {height}}}")?;
    }
    for row in (0..=ROWS).step_by(3) {
        write!(
            css,
            ".from-{row}{{--from:{row}!important}}.to-{row}{{--to:{row}!important}}"
        )?;
    }
    for lanes in 2..=LANES {
        let share = 100.0 / f64::from(lanes);
        write!(css, ".of{lanes}{{width:{share:.4}%}}")?;
        for lane in 2..=lanes {
            write!(
                css,
                ".of{lanes}.l{lane}{{margin-inline-start:{:.4}%}}",
                share * f64::from(lane - 1)
            )?;
        }
    }
    for minute in 1..5 {
        write!(
            css,
            ".m{minute}{{margin-top:calc(var(--row)*{})}}",
            f64::from(minute) / 5.0
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_height_and_lane_has_its_class() {
        let css = stylesheet();
        for class in [
            ".r0{",
            ".r287{",
            ".h1{",
            ".h288{",
            ".from-84{",
            ".to-288{",
            ".of6.l6{",
            ".m4{",
        ] {
            assert!(css.contains(class), "{class}");
        }
        assert!(!css.contains(".r288{"));
    }
}
