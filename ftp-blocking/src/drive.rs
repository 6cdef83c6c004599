//! The only loop of this adapter: a flow returns a want, and the loop does what the want says and
//! passes the answer back to the flow. To write your own driver, start from this file.

use std::time::{Duration, Instant};

use ftp_proto::data::Interruption;
use ftp_proto::tls::PlainRead;
use ftp_proto::{
    Accept, Answer, Clock, CloseData, Closing, Connect, Error, ErrorKind, Flow, Listen, SecureData,
    Step, Wait, Want,
};
use rustix::event::PollFlags;

use crate::client::Client;
use crate::data_connection::DataConnection;
use crate::sys::poll::wait;

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

/// The most bytes that one read takes from the control connection.
const CONTROL_READ: usize = 2048;

impl Client {
    /// Runs any flow to its end. All other methods use this one.
    ///
    /// # Errors
    /// The errors of the flow. After an error, either the session is dead, or the next operation
    /// first cleans up what this flow has left.
    pub fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
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
        match want {
            Want::Receive(want) => match self.sliced(self.deadline, Self::receive) {
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
        match self.watch(DataConnection::connect, Readiness::Writable, self.deadline) {
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
        let peer = self.control.stream().peer_address();
        let accept = |data: &mut DataConnection, until| data.accept(&want, peer, until);
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
        loop {
            match attempt(&mut self.data, until) {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => {}
                Err(error) => return Err(Interruption::Failed(error)),
            }
            let now = self.network.now();
            let dead = self.session.is_dead();
            if !dead {
                match self.receive(now) {
                    Ok(Some(())) => return Err(Interruption::ControlFirst),
                    Ok(None) => {}
                    Err(error) => return Err(Interruption::Broken(error)),
                }
            }
            if now >= deadline || self.stop.reason(|| now).is_some() {
                self.cut_short();
                return Err(Interruption::TimedOut);
            }
            until = now;
            let slice = self.stop.slice(|| now, deadline);
            match (self.control.stream().descriptor(), self.data.descriptor()) {
                (Some(control), Some(data)) => {
                    let flags = match readiness {
                        Readiness::Readable => PollFlags::IN,
                        Readiness::Writable => PollFlags::OUT,
                        Readiness::Either if self.data.has_unsent() => PollFlags::OUT,
                        Readiness::Either => PollFlags::IN,
                    };
                    let both = [(data, flags), (control, PollFlags::IN)];
                    if let Err(error) = wait(if dead { &both[..1] } else { &both }, slice) {
                        return Err(Interruption::Failed(error.into()));
                    }
                }
                _ => until = slice.min(now + SLICE),
            }
        }
    }

    /// Reads from the control connection, and gives the session the bytes or the end. Returns
    /// `None` at the deadline.
    pub(crate) fn receive(&mut self, deadline: Instant) -> Result<Option<()>, Error> {
        let mut buffer = [0; CONTROL_READ];
        let read = self.control.read(&mut buffer, deadline)?;
        Ok(read.map(|read| match read {
            PlainRead::Bytes(count) => self.session.receive(&buffer[..count]),
            PlainRead::Closed | PlainRead::Cut => self.session.receive_eof(),
        }))
    }

    /// Gives the session the bytes that have already arrived on the control connection, without
    /// waiting.
    pub(crate) fn look_at_control(&mut self) {
        if !self.session.is_dead() {
            if let Err(error) = self.receive(self.network.now()) {
                self.session.kill(error);
            }
        }
    }

    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        let deadline = self.after(Wait::Send);
        let late = || Error::new(ErrorKind::Timeout(Wait::Send));
        while !self.session.outgoing().is_empty() {
            let written = self.sliced(deadline, Self::write)?;
            self.session.advance(written.ok_or_else(late)?);
        }
        let flushed = self.sliced(deadline, |client, until| client.control.flush(until))?;
        flushed.ok_or_else(late)
    }

    /// Writes bytes of commands. Returns `None` at the deadline.
    fn write(&mut self, deadline: Instant) -> Result<Option<usize>, Error> {
        let urgent = self.session.urgent();
        let bytes = self.session.outgoing();
        let bytes = &bytes[..urgent.unwrap_or(bytes.len())];
        match (bytes, self.session.outgoing().first()) {
            ([], Some(byte)) => self.control.write_urgent(*byte, deadline),
            _ => self.control.write(bytes, deadline),
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
