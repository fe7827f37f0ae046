//! Live update: a line for each change of the organisation. It says that something changed, never what; the page re-reads
//! under its own rights.

use std::convert::Infallible;
use std::time::Duration;

use aloe_db::membership::Member;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::Stream;
use tokio::sync::broadcast::error::RecvError;

use crate::session::Staff;

/// How long one line stays open: then the page connects again, and its session is checked again.
const LIFE: Duration = Duration::from_secs(300);

/// The stream of one open page.
pub async fn events(staff: Staff<Member>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let own = staff.member.organisation.to_string();
    let heard = staff.app.changes.subscribe();
    let until = tokio::time::Instant::now() + LIFE;
    let stream = futures_util::stream::unfold((heard, own), move |(mut heard, own)| async move {
        loop {
            match tokio::time::timeout_at(until, heard.recv()).await {
                Ok(Ok(change)) if change.organisation == own => {
                    return Some((Ok(Event::default().data(change.topic)), (heard, own)));
                }
                // Some were missed: one word is enough, the page re-reads everything.
                Ok(Err(RecvError::Lagged(_))) => return Some((Ok(Event::default().data("all")), (heard, own))),
                Ok(Ok(_)) => {}
                Ok(Err(RecvError::Closed)) | Err(_) => return None,
            }
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
}
