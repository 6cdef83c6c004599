//! Ctrl-C: the first one stops what is under way and leaves what can be resumed, the second one
//! ends the program at once.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ftp_blocking::AbortHandle;

use crate::exit::Exit;
use crate::failure::Failure;

/// What Ctrl-C, SIGTERM and SIGHUP stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt {
    handle: AbortHandle,
    /// Whether nothing is under way that could stop in an orderly way, such as a prompt.
    is_idle: Arc<AtomicBool>,
}

impl Interrupt {
    /// Makes the one for this process.
    pub(crate) fn install() -> Result<Self, Failure> {
        let interrupt = Self {
            handle: AbortHandle::new(),
            is_idle: Arc::default(),
        };
        let inner = interrupt.clone();
        // The crate calls this in a thread of its own, not in the signal handler.
        ctrlc::set_handler(move || inner.signalled())
            .map_err(|error| Failure::usage(format!("signals cannot be handled: {error}")))?;
        Ok(interrupt)
    }

    /// Returns the handle for the options of all connections.
    pub(crate) fn handle(&self) -> AbortHandle {
        self.handle.clone()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.handle.is_aborted()
    }

    /// Lets the next command of a shell begin.
    pub(crate) fn reset(&self) {
        self.handle.reset();
    }

    /// Runs what a signal should end at once.
    pub(crate) fn while_idle<T>(&self, work: impl FnOnce() -> T) -> T {
        self.is_idle.store(true, Ordering::SeqCst);
        let done = work();
        self.is_idle.store(false, Ordering::SeqCst);
        done
    }

    fn signalled(&self) {
        if self.is_idle.load(Ordering::SeqCst) || self.handle.is_aborted() {
            process::exit(Exit::Interrupted.code().into());
        }
        self.handle.abort();
    }
}
