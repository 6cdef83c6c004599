//! Ctrl-C: the first one stops what is under way and leaves what can be resumed, the second one
//! ends the program at once.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ftp_blocking::AbortHandle;

use crate::exit::Exit;
use crate::failure::Failure;

/// What Ctrl-C, SIGTERM and SIGHUP stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    /// Stops the operations of all sessions.
    handle: AbortHandle,
    /// Whether a signal came. Unlike the handle, this stays so while the program cleans up.
    is_stopped: Arc<AtomicBool>,
    /// Whether a signal has just come, a moment before `is_stopped`. The handler itself sets this, so
    /// that the thread whose wait a signal ends knows it.
    has_come: Arc<AtomicBool>,
    /// Whether nothing is under way that could stop in an orderly way, such as a prompt.
    is_idle: Arc<AtomicBool>,
}

/// How long the program cleans up after a signal.
const LAST_WORK: Duration = Duration::from_secs(5);

impl Interrupt {
    /// Handles the signals of this process from now on. Whoever sets a handler later takes them away.
    pub(crate) fn install(&self) -> Result<(), Failure> {
        let inner = self.clone();
        // The crate calls this in a thread of its own, not in the signal handler.
        ctrlc::set_handler(move || inner.signalled())
            .map_err(|error| Failure::usage(format!("signals cannot be handled: {error}")))?;
        #[cfg(unix)]
        {
            use signal_hook::{consts::SIGINT, flag};
            // Without it, bars may be drawn once too often.
            let _ = flag::register(SIGINT, self.has_come.clone());
        }
        Ok(())
    }

    /// Returns the handle for the options of all connections.
    pub(crate) fn handle(&self) -> AbortHandle {
        self.handle.clone()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::SeqCst)
    }

    /// Whether Ctrl-C was typed, even if the program has not begun to stop.
    pub(crate) fn has_come(&self) -> bool {
        self.has_come.load(Ordering::SeqCst) || self.is_stopped()
    }

    /// Lets the next command of a shell begin.
    pub(crate) fn reset(&self) {
        self.has_come.store(false, Ordering::SeqCst);
        self.is_stopped.store(false, Ordering::SeqCst);
        self.handle.reset();
    }

    /// Runs what a signal should end at once.
    pub(crate) fn while_idle<T>(&self, work: impl FnOnce() -> T) -> T {
        self.is_idle.store(true, Ordering::SeqCst);
        let done = work();
        self.is_idle.store(false, Ordering::SeqCst);
        done
    }

    /// Runs what is to be done after a signal too, such as deleting half a file. A signal then does
    /// not stop it, but a time limit does, and another signal ends the program.
    pub(crate) fn finishing<T>(&self, work: impl FnOnce() -> T) -> T {
        if !self.is_stopped() {
            return work();
        }
        let (done, waits) = mpsc::channel::<()>();
        let handle = self.handle();
        handle.reset();
        let limit = thread::spawn(move || {
            // An error means that the work is done.
            if waits.recv_timeout(LAST_WORK) == Err(mpsc::RecvTimeoutError::Timeout) {
                handle.abort();
            }
        });
        let result = work();
        drop(done);
        // Otherwise the limit could stop the next command of a shell.
        let _ = limit.join();
        self.handle.abort();
        result
    }

    fn signalled(&self) {
        if self.is_idle.load(Ordering::SeqCst) || self.is_stopped() {
            process::exit(Exit::Interrupted.code().into());
        }
        self.stop();
    }

    /// Does what the first signal does.
    pub(crate) fn stop(&self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        self.handle.abort();
    }
}
