//! Threads of their own for passwords, so that a flood of sign-ins slows sign-ins only.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::{Password, PasswordError, PasswordHasher, StoredPassword, Verdict, WeakPassword};
use crate::secret::silent_debug;

type Job = Box<dyn FnOnce(&PasswordHasher) + Send>;

/// The queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Many people are signing in at this moment. Try again in a few seconds.")]
pub struct Busy;

/// A password that somebody chose was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChosen {
    /// It is too easy to guess.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// It was not hashed.
    #[error(transparent)]
    Hash(#[from] PasswordError),
}

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("The threads that check passwords could not be started: {0}. Check the limit on threads of this service.")]
pub struct WorkersStopped(#[from] std::io::Error);

/// Threads that hash and verify passwords, behind a bounded queue. Memory is bounded by the number
/// of threads, waiting by the length of the queue. Dropping it finishes what is queued.
pub struct PasswordWorkers {
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

silent_debug!(PasswordWorkers);

impl PasswordWorkers {
    /// Starts `threads` threads behind a queue of `waiting` jobs.
    ///
    /// # Errors
    /// [`WorkersStopped`] when the operating system starts no thread.
    pub fn start(hasher: PasswordHasher, threads: NonZeroUsize, waiting: NonZeroUsize) -> Result<Self, WorkersStopped> {
        let (queue, jobs) = mpsc::sync_channel(waiting.get());
        let jobs = Arc::new(Mutex::new(jobs));
        let mut workers = Self {
            queue: Some(queue),
            threads: Vec::with_capacity(threads.get()),
        };
        for number in 0..threads.get() {
            let jobs = Arc::clone(&jobs);
            let thread = thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || {
                    step_back();
                    work(&jobs, hasher);
                })?;
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// Hashes a password and hands the result to `done`, on one of the threads.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full; nothing was queued then and `done` is not called.
    pub fn hash_then(
        &self,
        password: Password,
        done: impl FnOnce(Result<StoredPassword, PasswordError>) + Send + 'static,
    ) -> Result<(), Busy> {
        self.submit(Box::new(move |hasher| done(hasher.hash(&password))))
    }

    /// Judges a password that somebody chose, knowing what `about` says of them, hashes it, and hands the result to `done`, on
    /// one of the threads.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full; nothing was queued then and `done` is not called.
    pub fn choose_then(
        &self,
        password: Password,
        about: Vec<String>,
        done: impl FnOnce(Result<StoredPassword, NotChosen>) + Send + 'static,
    ) -> Result<(), Busy> {
        self.submit(Box::new(move |hasher| {
            let judged = password.judge(&about).map_err(NotChosen::from);
            done(judged.and_then(|()| Ok(hasher.hash(&password)?)));
        }))
    }

    /// Verifies a password (`None` for an unknown account) and hands the verdict to `done`, on one
    /// of the threads.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full; nothing was queued then and `done` is not called.
    pub fn verify_then(
        &self,
        password: Password,
        stored: Option<StoredPassword>,
        done: impl FnOnce(Result<Verdict, PasswordError>) + Send + 'static,
    ) -> Result<(), Busy> {
        self.submit(Box::new(move |hasher| {
            done(hasher.verify(&password, stored.as_ref()));
        }))
    }

    /// Hashes a password; the result arrives once on the receiver.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full.
    pub fn hash(&self, password: Password) -> Result<Receiver<Result<StoredPassword, PasswordError>>, Busy> {
        let (sender, receiver) = mpsc::channel();
        // Nobody waits any more when the send fails.
        self.hash_then(password, move |hashed| {
            let _ = sender.send(hashed);
        })?;
        Ok(receiver)
    }

    /// Verifies a password (`None` for an unknown account); the verdict arrives once on the receiver.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full.
    pub fn verify(
        &self,
        password: Password,
        stored: Option<StoredPassword>,
    ) -> Result<Receiver<Result<Verdict, PasswordError>>, Busy> {
        let (sender, receiver) = mpsc::channel();
        self.verify_then(password, stored, move |verdict| {
            let _ = sender.send(verdict);
        })?;
        Ok(receiver)
    }

    fn submit(&self, job: Job) -> Result<(), Busy> {
        let queue = self.queue.as_ref().ok_or(Busy)?;
        queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Busy,
        })
    }
}

impl Drop for PasswordWorkers {
    fn drop(&mut self) {
        // Closing the queue lets each thread finish and end.
        self.queue = None;
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

/// Gives this thread the lowest priority: pages go first. Linux knows a thread by its number as it knows a process.
fn step_back() {
    // Where it is not allowed the thread works all the same.
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19);
}

fn work(jobs: &Mutex<Receiver<Job>>, hasher: PasswordHasher) {
    loop {
        // The lock is held only while waiting for a job, never while doing it.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else {
            return;
        };
        // A callback that panics must not take the thread with it.
        drop(catch_unwind(AssertUnwindSafe(|| job(&hasher))));
    }
}
