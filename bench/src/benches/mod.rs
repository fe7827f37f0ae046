//! The measurements by name.

mod booking;
mod bookings;
mod fence;
mod footprint;
mod identity;
mod mornings;
mod pages;
mod search;
mod searches;

use crate::Options;
use crate::figures::Report;
use crate::trouble::Trouble;

/// Runs the measurement that was asked for.
///
/// # Errors
/// A sentence about what went wrong.
pub async fn run(options: &Options) -> Result<Report, Trouble> {
    match options.name.as_str() {
        "booking" => booking::measure(options).await,
        "search" => search::measure(options).await,
        "fence" => fence::measure(options).await,
        "pages" => pages::measure(options),
        "footprint" => footprint::measure(options).await,
        "identity" => identity::measure(options).await,
        other => Err(Trouble::Plain(format!(
            "there is no measurement called {other}: booking, search, fence, pages, footprint or identity"
        ))),
    }
}
