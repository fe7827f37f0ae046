//! Hearing what changed, on a connection of its own.

use std::time::Duration;

use tokio_postgres::AsyncMessage;

use crate::doors::Doors;
use crate::error::DbError;

impl Doors {
    /// Calls `tell` with organisation and topic for each change that any node dispatches. Runs for ever, connecting again
    /// when the connection breaks; pages that were open meanwhile re-read when they reconnect.
    pub async fn listen(self, tell: impl Fn(String, String) + Send + Sync + 'static) {
        loop {
            if let Err(error) = self.listen_once(&tell).await {
                tracing::warn!(%error, "the line for live pages broke");
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }

    async fn listen_once(&self, tell: &(impl Fn(String, String) + Send + Sync)) -> Result<(), DbError> {
        let (client, mut driver) = self.jobs.connect_apart().await?;
        let mut messages = Box::pin(futures_util::stream::poll_fn(move |cx| driver.poll_message(cx)));
        let asked = client.batch_execute("LISTEN aloe_changes");
        let heard = async {
            use futures_util::StreamExt;
            while let Some(message) = messages.next().await {
                if let AsyncMessage::Notification(note) = message?
                    && let Some((organisation, topic)) = note.payload().split_once(' ')
                {
                    tell(organisation.to_owned(), topic.to_owned());
                }
            }
            Ok::<(), DbError>(())
        };
        let (asked, heard) = futures_util::join!(asked, heard);
        asked?;
        heard
    }
}
