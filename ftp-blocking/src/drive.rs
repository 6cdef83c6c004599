//! The only loop of this adapter: a flow returns a want, and the loop does what the want says and
//! passes the answer back to the flow. To write your own driver, start from this file.

use std::time::{Duration, Instant};

use ftp_proto::data::Interruption;
use ftp_proto::{
    Accept, Answer, Clock, CloseData, Closing, Connect, Error, Flow, Listen, SecureData, Step,
    Wait, Want,
};

use crate::client::Client;
use crate::data_connection::{DataConnection, EarlyClose};

/// What the driver waits for on the data connection before it repeats an attempt.
#[derive(Clone, Copy)]
pub(crate) enum Readiness {
    Readable,
    Writable,
    /// The driver waits until it can write, as long as bytes are unsent. After that, it waits until
    /// it can read.
    Either,
}

/// How long the driver waits for one of the two connections before it tries the other, if `poll`
/// cannot wait for both.
const SLICE: Duration = Duration::from_millis(20);

impl Client {
    /// Runs any flow to its end. All other methods use this one.
    ///
    /// # Errors
    /// The errors of the flow. After an error, either the session is dead, or the next operation
    /// first cleans up what this flow has left.
    pub fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        self.run_as(EarlyClose::Resets, flow)
    }

    /// Runs any flow to its end. If it opens a data connection, `early` says how this connection
    /// ends if it is closed too early.
    pub(crate) fn run_as<F: Flow>(
        &mut self,
        early: EarlyClose,
        flow: F,
    ) -> Result<F::Output, Error> {
        self.early_close = early;
        if let Some(error) = self.stopped() {
            return Err(error);
        }
        let begun = self.network.now();
        let (mut running, mut answer) = self.session.start(flow);
        let result = loop {
            match self.session.step(&mut running, answer) {
                Ok(Step::Want(want)) => {
                    answer = self.serve(want);
                    // The flow is dropped, so that the next operation cleans up.
                    if let Some(error) = self.cut.take() {
                        self.session.note_stopped(&error);
                        break Err(error);
                    }
                }
                Ok(Step::Done(output)) => break Ok(output),
                Err(error) => {
                    let error = error.with_limits(&self.options.timeouts);
                    let elapsed = self.network.now().duration_since(begun);
                    break Err(error.with_elapsed(elapsed));
                }
            }
        };
        self.tidy_up(result.is_err());
        result
    }

    /// Cleans up after an operation: frees unused buffers. If the operation has failed and the
    /// session is dead, also closes the data connection.
    pub(crate) fn tidy_up(&mut self, failed: bool) {
        self.control.shrink();
        if failed && self.session.is_dead() {
            self.data = DataConnection::None;
        }
    }

    pub(crate) fn serve(&mut self, want: Want) -> Answer {
        if want.clock() == Clock::Starts {
            self.deadline = self.after(want.wait());
        }
        if let Err(error) = self.flush() {
            return want.broken(error);
        }
        let nothing = std::mem::take(&mut self.seen.nothing);
        let goes_on = want.clock() == Clock::Continues && matches!(want, Want::SecureData(_));
        self.seen.control_only &= goes_on;
        match want {
            Want::Receive(want) if nothing && want.wait() == Wait::Arrived => want.timed_out(),
            Want::Receive(want) => match self.receive_for(want.wait()) {
                Ok(Some(())) => want.received(),
                Ok(None) => want.timed_out(),
                Err(error) => want.broken(error),
            },
            Want::SecureControl(want) => match self.sliced(self.deadline, Self::secure_control) {
                Ok(Some(())) => want.secured(),
                Ok(None) => want.timed_out(),
                Err(error) => want.broken(error),
            },
            Want::ClearControl(want) => {
                match self.sliced(self.deadline, |it, until| it.control.clear(until)) {
                    Ok(Some(())) => want.cleared(),
                    Ok(None) => want.timed_out(),
                    Err(error) => want.broken(error),
                }
            }
            Want::Connect(want) => self.connect_data(want),
            Want::Listen(want) => self.listen_for_data(want),
            Want::Accept(want) => self.accept_data(want),
            Want::SecureData(want) => self.secure_data(want),
            Want::CloseData(want) => self.close_data(want),
        }
    }

    fn connect_data(&mut self, want: Connect) -> Answer {
        if want.clock() == Clock::Starts {
            if let Err(error) = self.dial(want.endpoint()) {
                return want.failed(error);
            }
        }
        let early = self.early_close;
        let connect = |data: &mut DataConnection, until| data.connect(early, until);
        match self.watch(connect, Readiness::Writable, self.deadline) {
            Ok(()) => want.connected(),
            Err(by) => want.interrupted(by),
        }
    }

    fn listen_for_data(&mut self, want: Listen) -> Answer {
        match self.network.listen(self.control.stream()) {
            Ok(listener) => {
                let address = listener.address();
                (self.data, self.data_tls) = (DataConnection::Listening(listener), None);
                want.listening(address)
            }
            Err(error) => want.failed(error),
        }
    }

    fn accept_data(&mut self, want: Accept) -> Answer {
        let (peer, early) = (self.peer, self.early_close);
        let accept = |data: &mut DataConnection, until| data.accept(&want, peer, early, until);
        match self.watch(accept, Readiness::Readable, self.deadline) {
            Ok(what) => want.accepted_or_turned_away(what),
            Err(by) => want.interrupted(by),
        }
    }

    fn secure_data(&mut self, want: SecureData) -> Answer {
        if want.clock() == Clock::Starts {
            match self.start_data_tls(want.tickets()) {
                Ok(true) => {}
                Ok(false) => return want.kept_last_ticket(),
                Err(error) => return want.failed(error),
            }
        }
        match self.watch(DataConnection::handshake, Readiness::Either, self.deadline) {
            Ok(()) => {
                self.data_tls = self.data.tls_info();
                self.session.note_tls(|| self.data_tls.clone());
                want.secured_with(self.data_tls.as_ref(), self.options.resumption)
            }
            Err(by) => want.interrupted(by),
        }
    }

    fn close_data(&mut self, want: CloseData) -> Answer {
        let closing = want.closing();
        let close = |data: &mut DataConnection, until| data.close(closing, until);
        let mut closed = self.watch(close, Readiness::Either, self.deadline);
        while closing == Closing::AwaitEnd
            && matches!(closed, Err(Interruption::TimedOut))
            && self.cut.is_none()
        {
            let Some(wait) = self.data.more_time() else {
                break;
            };
            self.deadline = self.after(wait);
            closed = self.watch(close, Readiness::Either, self.deadline);
        }
        let goes_on = matches!(closed, Err(Interruption::ControlFirst));
        if !goes_on && !closing.leaves_it_open() {
            self.data = DataConnection::None;
        }
        match closed {
            Ok(end) => want.closed(end),
            Err(by) => want.interrupted(by),
        }
    }

    /// Repeats an attempt on the data connection until it is done. If bytes arrive on the control
    /// connection first, gives them to the session and returns [`Interruption::ControlFirst`],
    /// since the server may have refused the transfer.
    pub(crate) fn watch<T>(
        &mut self,
        mut attempt: impl FnMut(&mut DataConnection, Instant) -> Result<Option<T>, Error>,
        readiness: Readiness,
        deadline: Instant,
    ) -> Result<T, Interruption> {
        let mut until = self.network.now();
        let mut found = self.unknown();
        found.data = !std::mem::take(&mut self.seen.control_only) || until >= deadline;
        loop {
            if found.data {
                match attempt(&mut self.data, until) {
                    Ok(Some(value)) => {
                        self.seen.nothing = found.polled && !found.control && !self.seen.more;
                        return Ok(value);
                    }
                    Ok(None) => {}
                    Err(error) => return Err(Interruption::Failed(error)),
                }
            }
            let now = self.network.now();
            let late = now >= deadline || self.stop.reason(|| now).is_some();
            if !self.session.is_dead() && (found.control || late) {
                match self.receive(now) {
                    Ok(Some(())) => {
                        self.seen.control_only = found.polled && !found.data;
                        return Err(Interruption::ControlFirst);
                    }
                    Ok(None) => {}
                    Err(error) => return Err(Interruption::Broken(error)),
                }
            }
            if late {
                self.cut_short();
                return Err(Interruption::TimedOut);
            }
            let slice = self.stop.slice(|| now, deadline);
            found = match self.poll_both(readiness, slice) {
                Ok(found) => found,
                Err(error) => return Err(Interruption::Failed(error.into())),
            };
            until = match found.polled {
                true => now,
                false => slice.min(now + SLICE),
            };
        }
    }

    pub(crate) fn after(&self, wait: Wait) -> Instant {
        let deadline = later(self.network.now(), self.options.timeouts.of(wait));
        self.stop.limit(deadline)
    }
}

/// Returns the time at which a limit ends. A limit above ten years is cut to ten years, which every
/// clock can represent.
pub(crate) fn later(now: Instant, limit: Duration) -> Instant {
    const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    now.checked_add(limit.min(NEVER)).unwrap_or(now)
}
