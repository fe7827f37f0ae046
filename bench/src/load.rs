//! Load: clients that each wait for their answer, and a stream of requests that does not wait for anybody.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::trouble::Trouble;

/// What a load did.
#[derive(Default)]
pub struct Load {
    /// Time of each request in milliseconds.
    pub latencies_ms: Vec<f64>,
    /// How long the load ran.
    pub seconds: f64,
}

impl Load {
    /// Requests answered in a second.
    pub fn per_s(&self) -> f64 {
        self.latencies_ms.len() as f64 / self.seconds
    }
}

/// Something that sends one request after another.
pub trait Client {
    /// Sends the next request, and checks its answer.
    ///
    /// # Errors
    /// When the answer is not the one that was due.
    fn once(&mut self) -> impl Future<Output = Result<(), Trouble>>;
}

/// Each client sends its next request when its last is answered, for some seconds or until `most` requests are sent.
///
/// # Errors
/// The first answer that was not due.
pub async fn closed<C: Client>(clients: &mut [C], seconds: u64, most: usize) -> Result<Load, Trouble> {
    // Connections that the server closed meanwhile are noticed before the clock starts.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    let end = began + Duration::from_secs(seconds);
    let sent = std::cell::Cell::new(0_usize);
    let work = clients.iter_mut().map(|client| {
        let sent = &sent;
        async move {
            let mut times = Vec::new();
            while Instant::now() < end && sent.get() < most {
                sent.set(sent.get() + 1);
                let from = Instant::now();
                client.once().await?;
                times.push(from.elapsed().as_secs_f64() * 1000.0);
            }
            Ok::<_, Trouble>(times)
        }
    });
    let mut load = Load::default();
    for times in futures_util::future::join_all(work).await {
        load.latencies_ms.extend(times?);
    }
    load.seconds = began.elapsed().as_secs_f64();
    Ok(load)
}

/// Requests begin at a fixed rate, whoever is still waiting. A request that finds every client busy waits for one, and that
/// wait counts: the clock of each request starts when it was due.
///
/// # Errors
/// The first answer that was not due.
pub async fn open<C: Client>(clients: &mut [C], per_s: f64, seconds: u64) -> Result<Load, Trouble> {
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    let due = std::cell::Cell::new(0_u32);
    let all = (per_s * seconds as f64) as u32;
    let work = clients.iter_mut().map(|client| {
        let due = &due;
        async move {
            let mut times = Vec::new();
            loop {
                let mine = due.get();
                if mine >= all {
                    return Ok::<_, Trouble>(times);
                }
                due.set(mine + 1);
                let at = began + Duration::from_secs_f64(f64::from(mine) / per_s);
                tokio::time::sleep_until(at.into()).await;
                client.once().await?;
                times.push(at.elapsed().as_secs_f64() * 1000.0);
            }
        }
    });
    let mut load = Load::default();
    for times in futures_util::future::join_all(work).await {
        load.latencies_ms.extend(times?);
    }
    load.seconds = began.elapsed().as_secs_f64();
    Ok(load)
}
