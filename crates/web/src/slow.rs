//! A body that must keep coming: a client that drips bytes is let go.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// A body with a limit on the pause between two frames, and on all of it.
pub struct PatientBody {
    inner: http_body_util::combinators::UnsyncBoxBody<axum::body::Bytes, axum::Error>,
    pause: Duration,
    end: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl PatientBody {
    /// Wraps a body; `pause` is the longest wait for its next frame, `whole` for its last.
    pub fn new<B>(body: B, pause: Duration, whole: Duration) -> Self
    where
        B: Body<Data = axum::body::Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let inner = body.map_err(axum::Error::new).boxed_unsync();
        Self {
            inner,
            pause,
            end: Instant::now() + whole,
            alarm: Box::pin(tokio::time::sleep(pause)),
        }
    }
}

impl Body for PatientBody {
    type Data = axum::body::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let late = Instant::now() >= self.end;
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx)
            && !late
        {
            let deadline = (Instant::now() + self.pause).min(self.end);
            self.alarm.as_mut().reset(deadline);
            return Poll::Ready(frame);
        }
        match self.alarm.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Some(Err(axum::Error::new(TooSlow)))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the body came too slowly")]
struct TooSlow;

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};
    use http_body_util::StreamBody;

    const PAUSE: Duration = Duration::from_secs(20);
    const WHOLE: Duration = Duration::from_secs(60);

    /// So many bytes, one every so many seconds.
    fn dripping(bytes: usize, every: u64) -> PatientBody {
        let drops = stream::iter(0..bytes).then(move |_| async move {
            tokio::time::sleep(Duration::from_secs(every)).await;
            Ok::<_, std::io::Error>(Frame::data(axum::body::Bytes::from_static(b"x")))
        });
        PatientBody::new(StreamBody::new(drops), PAUSE, WHOLE)
    }

    async fn outcome(body: PatientBody) -> (Duration, Result<usize, String>) {
        let began = Instant::now();
        let read = body.collect().await.map(|all| all.to_bytes().len());
        (began.elapsed(), read.map_err(|error| error.to_string()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_keeps_coming_is_read() {
        let (took, read) = outcome(dripping(5, 10)).await;
        assert_eq!((took.as_secs(), read), (50, Ok(5)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_pauses_too_long_is_let_go() {
        let (took, read) = outcome(dripping(2, 21)).await;
        assert_eq!(took, PAUSE);
        assert!(read.unwrap_err().contains("too slowly"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_for_ever_is_let_go_too() {
        let (took, read) = outcome(dripping(10_000, 10)).await;
        assert_eq!(took, WHOLE);
        assert!(read.unwrap_err().contains("too slowly"));
    }
}
