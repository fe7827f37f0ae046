//! A body that must keep coming: a client that drips bytes is let go.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

/// A body with a limit on the pause between two frames.
pub struct PatientBody {
    inner: http_body_util::combinators::BoxBody<axum::body::Bytes, axum::Error>,
    pause: Duration,
    alarm: Pin<Box<Sleep>>,
}

impl PatientBody {
    /// Wraps a body; `pause` is the longest wait for its next frame.
    pub fn new(body: Incoming, pause: Duration) -> Self {
        let inner = body.map_err(axum::Error::new).boxed();
        Self {
            inner,
            pause,
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
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            let deadline = Instant::now() + self.pause;
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
