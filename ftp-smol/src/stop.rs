//! The time limits of a client's waits, and what ends a wait before its limit: the abort handle,
//! and the total time.

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use ftp_proto::data::{DataPhase, Interruption};
use ftp_proto::{AbortHandle, Error, Wait};

use crate::client::Client;

impl Client {
    /// Returns a handle that stops what this client does, from another task or thread. See
    /// [`AbortHandle`].
    ///
    /// ```no_run
    /// # fn main() -> Result<(), ftp_smol::Error> {
    /// # smol::block_on(async {
    /// # let mut client = ftp_smol::Client::connect(ftp_smol::Options::new("localhost")).await?;
    /// let handle = client.abort_handle();
    /// std::thread::spawn(move || {
    ///     let _ = std::io::stdin().read_line(&mut String::new());
    ///     handle.abort(); // The user has pressed Enter.
    /// });
    /// let stopped = client.list(None).await.unwrap_err();
    /// assert_eq!(stopped.kind(), ftp_smol::ErrorKind::Aborted);
    /// client.abort_handle().reset();
    /// client.quit().await?;
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    pub fn abort_handle(&mut self) -> AbortHandle {
        let handle = self.stop.handle();
        Arc::make_mut(&mut self.options).abort_handle = Some(handle.clone());
        handle
    }

    /// Returns why the client must not go on. `None` if it may.
    pub(crate) fn stopped(&self) -> Option<Error> {
        self.stop.reason(|| self.network.now())
    }

    /// Returns whether the client must not go on. If so, `cut` then holds the reason.
    fn cut_short(&mut self) -> bool {
        self.cut = self.stopped();
        self.cut.is_some()
    }

    /// Is ready at the deadline, or if the client must stop: then `cut` holds the reason.
    pub(crate) fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.stop.register(cx.waker());
        if !self.cut_short() {
            ready!(self.deadline.poll(&*self.network, cx));
            self.cut_short();
        }
        Poll::Ready(())
    }

    /// Does the same as [`poll_deadline`](Self::poll_deadline), for the time to send commands.
    pub(crate) fn poll_sending(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.stop.register(cx.waker());
        if !self.cut_short() {
            ready!(self.sending.poll(&*self.network, cx));
            self.cut_short();
        }
        Poll::Ready(())
    }

    pub(crate) fn start_waiting(&mut self, wait: Wait) {
        self.start_timer(self.options.timeouts.of(wait));
    }

    pub(crate) fn start_sending(&mut self) {
        let (now, limit) = (self.network.now(), self.options.timeouts.of(Wait::Send));
        self.sending.restart(now, self.stop.shorten(now, limit));
    }

    fn start_timer(&mut self, limit: Duration) {
        let now = self.network.now();
        self.deadline.restart(now, self.stop.shorten(now, limit));
    }

    /// Makes the deadline as early as the speed limits of a transfer need it, and not later than
    /// `idle_end`.
    pub(crate) fn wait_for_pace(&mut self, phase: &DataPhase, idle_end: Instant) {
        if let Some(time) = phase.patience() {
            let left = idle_end.saturating_duration_since(self.network.now());
            self.start_timer(time.min(left));
        }
    }

    /// Pauses a transfer for this time, so that it keeps its rate limit. Ends the pause if bytes
    /// arrive on the control connection.
    pub(crate) fn poll_rest(
        &mut self,
        cx: &mut Context<'_>,
        phase: &mut DataPhase,
        time: Duration,
    ) -> Poll<()> {
        self.start_timer(time);
        if let Err(by) = ready!(self.poll_watch(cx, |_, _| Poll::<Result<(), Error>>::Pending)) {
            self.end_wait(phase, by, false);
        }
        Poll::Ready(())
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
