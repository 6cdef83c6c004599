//! A middlebox that makes a chosen call to the transport fail, for example the tenth.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::middlebox::{Middlebox, Passage};

/// Counts the calls to the transport over all connections, and makes one of them fail.
#[derive(Clone, Debug, Default)]
pub(crate) struct FailingCalls {
    lit: Arc<Mutex<Option<(usize, io::ErrorKind)>>>,
    calls: Arc<AtomicUsize>,
}

impl FailingCalls {
    /// Lets the next `calls` calls to the transport succeed, and makes the call after them fail
    /// with `kind`.
    pub(crate) fn fail_after(&self, calls: usize, kind: io::ErrorKind) {
        self.set(Some((calls, kind)));
    }

    pub(crate) fn stop_failing(&self) {
        self.set(None);
    }

    /// Returns the number of calls to the transport until now. Failed calls are included, and calls
    /// added by [`count`](Self::count) too.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self, calls: usize) {
        self.calls.fetch_add(calls, Ordering::Relaxed);
    }

    fn set(&self, to: Option<(usize, io::ErrorKind)>) {
        *self.lit.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }

    fn count_call(&self) -> io::Result<()> {
        self.count(1);
        let mut lit = self.lit.lock().unwrap_or_else(PoisonError::into_inner);
        match lit.take() {
            Some((0, kind)) => Err(kind.into()),
            Some((left, kind)) => {
                *lit = Some((left - 1, kind));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Middlebox for FailingCalls {
    type Passage = Self;

    fn dial(&mut self, _: bool) -> io::Result<Option<Self>> {
        self.count_call()?;
        Ok(Some(self.clone()))
    }
}

impl Passage for FailingCalls {
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        self.count_call().map(|()| wanted)
    }

    fn before_write(&mut self, wanted: usize) -> io::Result<usize> {
        self.count_call().map(|()| wanted)
    }

    fn before_half_close(&mut self) -> io::Result<()> {
        self.count_call()
    }
}
