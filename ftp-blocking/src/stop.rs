//! What ends the waits of a client early: its abort handle, and the total time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ftp_proto::data::{DataPhase, Interruption};
use ftp_proto::{AbortHandle, Error};

use crate::client::Client;
use crate::drive::later;

impl Client {
    /// Returns a handle that stops what this client does, from another thread. See [`AbortHandle`].
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_blocking::Error> {
    /// # let mut client = ftp_blocking::Client::connect(ftp_blocking::Options::new("localhost"))?;
    /// let handle = client.abort_handle();
    /// std::thread::spawn(move || {
    ///     let _ = std::io::stdin().read_line(&mut String::new());
    ///     handle.abort(); // The user has pressed Enter.
    /// });
    /// let stopped = client.list(None).unwrap_err();
    /// assert_eq!(stopped.kind(), ftp_blocking::ErrorKind::Aborted);
    /// client.abort_handle().reset();
    /// client.quit()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn abort_handle(&mut self) -> AbortHandle {
        let handle = self.stop.handle();
        // The network needs the handle when the client connects again.
        Arc::make_mut(&mut self.options).abort_handle = Some(handle.clone());
        handle
    }

    /// Returns why the client must not go on. `None` if it may.
    pub(crate) fn stopped(&self) -> Option<Error> {
        self.stop.reason(|| self.network.now())
    }

    /// Returns whether the client must not go on. If so, `cut` then holds the reason.
    pub(crate) fn cut_short(&mut self) -> bool {
        self.cut = self.stopped();
        self.cut.is_some()
    }

    /// Repeats an attempt until it is done. Returns `None` at the deadline, or if the client must
    /// stop: then `cut` holds the reason.
    pub(crate) fn sliced<T>(
        &mut self,
        deadline: Instant,
        mut attempt: impl FnMut(&mut Self, Instant) -> Result<Option<T>, Error>,
    ) -> Result<Option<T>, Error> {
        loop {
            let until = self.stop.slice(|| self.network.now(), deadline);
            match attempt(self, until)? {
                None if self.cut_short() => return Ok(None),
                None if until < deadline => {}
                done => return Ok(done),
            }
        }
    }

    /// Pauses a transfer for this time, so that it keeps its rate limit. Ends the pause if bytes
    /// arrive on the control connection.
    pub(crate) fn rest(&mut self, phase: &mut DataPhase, time: Duration) {
        let until = self.pause_end(time);
        let by = match self.sliced(until, Self::receive) {
            Ok(Some(())) => Interruption::ControlFirst,
            Ok(None) => Interruption::TimedOut,
            Err(error) => Interruption::Broken(error),
        };
        self.end_wait(phase, by, false);
    }

    /// Returns the end of a pause of this length.
    pub(crate) fn pause_end(&self, time: Duration) -> Instant {
        self.stop.limit(later(self.network.now(), time))
    }

    /// Tells a transfer's speed limits the time. `begun` is when the transfer began; `None` if it
    /// has no limits.
    pub(crate) fn tick(&self, phase: &mut DataPhase, begun: Option<Instant>) {
        if let Some(begun) = begun {
            phase.tick(self.network.now().duration_since(begun));
        }
    }

    /// Tells a transfer why a wait has ended. `late` is whether a time-out is one of the transfer,
    /// and not only a turn of its speed limits.
    pub(crate) fn end_wait(&mut self, phase: &mut DataPhase, by: Interruption, late: bool) {
        match (self.cut.take(), by) {
            (Some(error), _) => phase.stop(error),
            (None, Interruption::TimedOut) if !late => {}
            (None, by) => phase.interrupted(&mut self.session, by),
        }
    }
}
