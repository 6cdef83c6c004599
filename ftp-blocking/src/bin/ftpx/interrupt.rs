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
    /// Whether a signal came before that, and its thread has not got it yet.
    is_late: Arc<AtomicBool>,
    /// Whether a command of this machine runs, to which Ctrl-C belongs.
    is_elsewhere: Arc<AtomicBool>,
}

/// What a signal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Stop,
    End,
}

/// How long the program cleans up after a signal.
const LAST_WORK: Duration = Duration::from_secs(5);

impl Interrupt {
    /// Handles the signals of this process from now on. A handler that is set later replaces this one.
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

    /// Whether operations would stop at once.
    pub(crate) fn is_set(&self) -> bool {
        self.is_stopped() || self.handle.is_aborted()
    }

    /// Lets the next command of a shell begin.
    pub(crate) fn reset(&self) {
        self.has_come.store(false, Ordering::SeqCst);
        self.is_stopped.store(false, Ordering::SeqCst);
        self.handle.reset();
    }

    /// Runs what a signal should end at once.
    pub(crate) fn while_idle<T>(&self, work: impl FnOnce() -> T) -> T {
        let is_late = self.has_come.load(Ordering::SeqCst) && !self.is_stopped();
        self.is_late.store(is_late, Ordering::SeqCst);
        self.is_idle.store(true, Ordering::SeqCst);
        let done = work();
        self.is_idle.store(false, Ordering::SeqCst);
        done
    }

    /// Runs a command of this machine. Ctrl-C ends that, and not this program, however often it is
    /// typed.
    pub(crate) fn while_elsewhere<T>(&self, work: impl FnOnce() -> T) -> T {
        self.is_elsewhere.store(true, Ordering::SeqCst);
        let done = work();
        self.is_elsewhere.store(false, Ordering::SeqCst);
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
        match self.does() {
            Does::End => process::exit(Exit::Interrupted.code().into()),
            Does::Stop => self.stop(),
        }
    }

    /// Returns what the signal that has just come does.
    fn does(&self) -> Does {
        // In the other order than `while_idle` sets them.
        let is_idle = self.is_idle.load(Ordering::SeqCst);
        if self.is_late.swap(false, Ordering::SeqCst) {
            return Does::Stop;
        }
        // SIGTERM does not set `has_come`. Elsewhere than on Unix, nothing tells signals apart.
        let is_typed = cfg!(not(unix)) || self.has_come.load(Ordering::SeqCst);
        if is_typed && self.is_elsewhere.load(Ordering::SeqCst) {
            return Does::Stop;
        }
        match is_idle || self.is_stopped() {
            true => Does::End,
            false => Does::Stop,
        }
    }

    /// Does what the first signal does.
    pub(crate) fn stop(&self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        self.handle.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_signal_ends_the_program() {
        let interrupt = Interrupt::default();
        assert_eq!(interrupt.does(), Does::Stop);
        interrupt.stop();
        assert_eq!(interrupt.does(), Does::End);
        interrupt.reset();
        assert!(!interrupt.is_set());
        assert_eq!(interrupt.does(), Does::Stop);
        assert_eq!(interrupt.while_idle(|| interrupt.does()), Does::End);
    }

    #[test]
    fn ctrl_c_does_not_end_the_program_while_a_command_of_this_machine_runs() {
        let interrupt = Interrupt::default();
        interrupt.has_come.store(true, Ordering::SeqCst);
        interrupt.stop();
        let elsewhere = || interrupt.while_elsewhere(|| interrupt.does());
        assert_eq!(elsewhere(), Does::Stop);
        assert_eq!(interrupt.does(), Does::End);
    }

    #[test]
    fn a_signal_that_is_late_does_not_end_a_prompt() {
        let interrupt = Interrupt::default();
        interrupt.has_come.store(true, Ordering::SeqCst);
        interrupt.while_idle(|| {
            assert_eq!(interrupt.does(), Does::Stop);
            interrupt.stop();
            assert!(interrupt.is_set());
            assert_eq!(interrupt.does(), Does::End);
        });
    }
}
