//! What ends every wait of a client before its own time limit: an [`AbortHandle`], and the total
//! time of the options.

use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::Waker;
use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::error::{Error, ErrorKind};
use crate::options::Options;

/// Stops what a client does, from another thread or task.
///
/// [`abort`](Self::abort) stops the operation that is under way: it fails with
/// [`Aborted`](ErrorKind::Aborted) within 100 ms. Every later operation fails at its start, until
/// you call [`reset`](Self::reset). So an abort that comes between two operations is not lost. After
/// `reset` the next operation first cleans up, as after a dropped operation: a transfer that was
/// stopped is aborted (ABOR), and replies that are still to come are read. A session that was
/// stopped in the middle of a TLS handshake is dead.
///
/// [`abort`](Self::abort) takes a lock, so do not call it in a signal handler itself: call it in a
/// thread that waits for the signal, as the crate `ctrlc` does.
///
/// The handle does not stop the resolution of a host's name by an adapter that blocks, and not a
/// read or a write of your local file. Clones of a handle are the same handle. One handle may
/// belong to several clients.
///
/// ```
/// use ftp_proto::{AbortHandle, Options};
///
/// let handle = AbortHandle::new();
/// let options = Options::new("ftp.example.org").with_abort_handle(handle.clone());
/// // In another thread, for example one that waits for Ctrl-C:
/// handle.abort();
/// assert!(handle.is_aborted());
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
pub struct AbortHandle(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    aborted: AtomicBool,
    /// A place for each client that waits for its waker.
    wakers: Mutex<Vec<Weak<Place>>>,
}

/// The waker of the task that waits with one client.
type Place = Mutex<Option<Waker>>;

impl AbortHandle {
    /// Makes a handle for [`Options::with_abort_handle`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the operation that is under way, and every later one until [`reset`](Self::reset).
    pub fn abort(&self) {
        self.0.aborted.store(true, Ordering::SeqCst);
        let places = lock(&self.0.wakers).clone();
        for place in places.iter().filter_map(Weak::upgrade) {
            let waker = lock(&place).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// Lets operations begin again.
    pub fn reset(&self) {
        self.0.aborted.store(false, Ordering::SeqCst);
    }

    /// Returns whether [`abort`](Self::abort) was called, and `reset` was not called after it.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.0.aborted.load(Ordering::SeqCst)
    }

    fn place(&self) -> Arc<Place> {
        let place = Arc::new(Place::default());
        let mut wakers = lock(&self.0.wakers);
        wakers.retain(|place| place.strong_count() > 0);
        wakers.push(Arc::downgrade(&place));
        place
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What may stop one client. This type is for adapters.
///
/// An adapter asks [`reason`](Self::reason) before an operation, and whenever it would have to wait.
/// If there is a reason, it drops the operation and returns the reason as the error.
#[derive(Debug, Default)]
pub struct Stop {
    /// The handle, and the client's place in it.
    handle: Option<(AbortHandle, Arc<Place>)>,
    end: Option<Instant>,
}

/// How long an adapter that blocks may wait before it asks for a reason again.
const SLICE: Duration = Duration::from_millis(100);

impl Stop {
    /// Makes the value for a client that begins to connect `now`.
    #[must_use]
    pub fn new(options: &Options, now: Instant) -> Self {
        let total = options.total_time;
        let handle = options.abort_handle.clone();
        Self {
            handle: handle.map(|handle| (handle.clone(), handle.place())),
            end: total.and_then(|total| now.checked_add(total)),
        }
    }

    /// Returns a handle that stops the client.
    pub fn handle(&mut self) -> AbortHandle {
        let new = || {
            let handle = AbortHandle::new();
            let place = handle.place();
            (handle, place)
        };
        self.handle.get_or_insert_with(new).0.clone()
    }

    /// Returns why the client must stop now. `None` if it may go on. `now` is only called if there
    /// is a total time.
    pub fn reason(&self, now: impl FnOnce() -> Instant) -> Option<Error> {
        if self.handle.as_ref().is_some_and(|it| it.0.is_aborted()) {
            return Some(Error::new(ErrorKind::Aborted));
        }
        let end = self.end?;
        (now() >= end).then(|| Error::new(ErrorKind::OutOfTime))
    }

    /// Returns the earlier one of a deadline and the end of the total time.
    #[must_use]
    pub fn limit(&self, deadline: Instant) -> Instant {
        self.end.map_or(deadline, |end| end.min(deadline))
    }

    /// Returns the shorter one of a time limit that begins `now` and the rest of the total time.
    #[must_use]
    pub fn shorten(&self, now: Instant, limit: Duration) -> Duration {
        let left = self.end.map(|end| end.saturating_duration_since(now));
        left.map_or(limit, |left| left.min(limit))
    }

    /// Returns until when an adapter that blocks may wait before it asks for a
    /// [reason](Self::reason) again. `now` is only called if there is a handle.
    #[must_use]
    pub fn slice(&self, now: impl FnOnce() -> Instant, deadline: Instant) -> Instant {
        let end = self.handle.as_ref().and_then(|_| now().checked_add(SLICE));
        end.map_or(deadline, |end| end.min(deadline))
    }

    /// Lets an abort wake this task. Call it before you ask for a [reason](Self::reason) and return
    /// `Pending`.
    pub fn register(&self, waker: &Waker) {
        if let Some((_, place)) = &self.handle {
            let mut place = lock(place);
            if !place.as_ref().is_some_and(|it| it.will_wake(waker)) {
                *place = Some(waker.clone());
            }
        }
    }
}
