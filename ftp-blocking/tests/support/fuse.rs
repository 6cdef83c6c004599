//! A middlebox with a fuse: one call to the transport fails.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::middlebox::{Middlebox, Passage};

/// Burns down by one with each call, over all connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fuse {
    lit: Arc<Mutex<Option<(usize, io::ErrorKind)>>>,
    calls: Arc<AtomicUsize>,
}

impl Fuse {
    /// So many calls go well, and the next one fails.
    pub(crate) fn light(&self, calls: usize, kind: io::ErrorKind) {
        self.set(Some((calls, kind)));
    }

    pub(crate) fn put_out(&self) {
        self.set(None);
    }

    /// How many calls there were, the failed one among them, and what has been counted besides.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn count(&self, calls: usize) {
        self.calls.fetch_add(calls, Ordering::Relaxed);
    }

    fn set(&self, to: Option<(usize, io::ErrorKind)>) {
        *self.lit.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }

    fn burn(&self) -> io::Result<()> {
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

impl Middlebox for Fuse {
    type Passage = Self;

    fn dial(&mut self, _: bool) -> io::Result<Option<Self>> {
        self.burn()?;
        Ok(Some(self.clone()))
    }
}

impl Passage for Fuse {
    fn before_read(&mut self, wanted: usize) -> io::Result<usize> {
        self.burn().map(|()| wanted)
    }

    fn before_write(&mut self, wanted: usize) -> io::Result<usize> {
        self.burn().map(|()| wanted)
    }

    fn before_half_close(&mut self) -> io::Result<()> {
        self.burn()
    }
}
