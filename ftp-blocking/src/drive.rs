//! The only loop: wants in, answers out. Whoever writes a driver of his own imitates this file.

use std::time::{Duration, Instant};

use ftp_proto::{Answer, Clock, DataEnd, Error, ErrorKind, Flow, Step, Wait, Want};
use rustix::event::PollFlags;

use crate::channel::Got;
use crate::client::Client;
use crate::data_connection::Data;
use crate::sys::poll::wait;

/// How a wait for one thing that watches the control connection meanwhile came out.
pub(crate) enum Watched<T> {
    Ready(T),
    Failed(Error),
    ControlFirst,
    TimedOut,
    Broken(Error),
}

/// What of the data connection an attempt waits for.
#[derive(Clone, Copy)]
pub(crate) enum Readiness {
    Readable,
    Writable,
    /// Room for what is unsent; once nothing is, bytes.
    Either,
}

/// How long one of two streams is looked at where they cannot be waited for together.
const SLICE: Duration = Duration::from_millis(20);

/// Room for what one read from the control connection brings.
const CONTROL_READ: usize = 2048;

impl Client {
    /// Runs any flow to its end: what all other methods do.
    ///
    /// # Errors
    /// Those of the flow; the session is then in step, in debt that the next operation pays, or
    /// dead and says so.
    pub fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let (mut running, mut answer) = self.session.start(flow);
        let result = loop {
            match self.session.step(&mut running, answer) {
                Ok(Step::Want(want)) => answer = self.serve(want),
                Ok(Step::Done(output)) => break Ok(output),
                Err(error) => break Err(error.with_limits(&self.options.timeouts)),
            }
        };
        self.tidy_up(result.is_err());
        result
    }

    /// Behind each operation: no room that is not used, no data connection of a dead session.
    pub(crate) fn tidy_up(&mut self, failed: bool) {
        self.control.shrink();
        if failed && self.session.is_dead() {
            self.data = Data::None;
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
            Want::Receive(want) => match self.receive(self.deadline) {
                Ok(true) => want.received(),
                Ok(false) => want.timed_out(),
                Err(error) => want.broken(error),
            },
            Want::Connect(want) => {
                if want.clock() == Clock::Starts {
                    if let Err(error) = self.dial(want.endpoint()) {
                        return want.failed(error);
                    }
                }
                match self.watch(Data::connect, Readiness::Writable, self.deadline) {
                    Watched::Ready(()) => want.connected(),
                    Watched::Failed(error) => want.failed(error),
                    Watched::ControlFirst => want.control_first(),
                    Watched::TimedOut => want.timed_out(),
                    Watched::Broken(error) => want.broken(error),
                }
            }
            Want::Listen(want) => match self.network.listen(self.control.stream()) {
                Ok(listener) => {
                    let address = listener.address();
                    (self.data, self.data_tls) = (Data::Listening(listener), None);
                    want.listening(address)
                }
                Err(error) => want.failed(error),
            },
            Want::Accept(want) => {
                let peer = self.control.peer_address().map(|address| address.ip());
                let accept = |data: &mut Data, until| data.accept(peer, until);
                match self.watch(accept, Readiness::Readable, self.deadline) {
                    Watched::Ready(()) => want.accepted(),
                    Watched::Failed(error) => want.failed(error),
                    Watched::ControlFirst => want.control_first(),
                    Watched::TimedOut => want.timed_out(),
                    Watched::Broken(error) => want.broken(error),
                }
            }
            Want::SecureControl(want) => match self.secure_control() {
                Ok(true) => want.secured(),
                Ok(false) => want.timed_out(),
                Err(error) => want.broken(error),
            },
            Want::ClearControl(want) => match self.control.clear(self.deadline) {
                Ok(true) => want.cleared(),
                Ok(false) => want.timed_out(),
                Err(error) => want.broken(error),
            },
            Want::SecureData(want) => {
                if want.clock() == Clock::Starts {
                    if let Err(error) = self.start_data_tls() {
                        return want.failed(error);
                    }
                }
                match self.watch(Data::handshake, Readiness::Either, self.deadline) {
                    Watched::Ready(()) => match self.check_resumption() {
                        Ok(true) => want.resumed(),
                        Ok(false) => want.secured(),
                        Err(error) => want.failed(error),
                    },
                    Watched::Failed(error) => want.failed(error),
                    Watched::ControlFirst => want.control_first(),
                    Watched::TimedOut => want.timed_out(),
                    Watched::Broken(error) => want.broken(error),
                }
            }
            Want::CloseData(want) => {
                let closing = want.closing();
                let close = |data: &mut Data, until| data.close(closing, until);
                let answer = match self.watch(close, Readiness::Either, self.deadline) {
                    Watched::ControlFirst => return want.control_first(),
                    Watched::Ready(end) => want.closed(end),
                    Watched::Failed(error) => want.closed(DataEnd::Failed(error)),
                    Watched::TimedOut => want.timed_out(),
                    Watched::Broken(error) => want.broken(error),
                };
                if !closing.leaves_it_open() {
                    self.data = Data::None;
                }
                answer
            }
        }
    }

    /// Attempts something on the data connection until it is done, and meanwhile feeds the
    /// session what comes on the control connection: neither waits behind the other.
    pub(crate) fn watch<T>(
        &mut self,
        mut attempt: impl FnMut(&mut Data, Instant) -> Result<Option<T>, Error>,
        readiness: Readiness,
        deadline: Instant,
    ) -> Watched<T> {
        let mut until = self.network.now();
        loop {
            match attempt(&mut self.data, until) {
                Ok(Some(value)) => return Watched::Ready(value),
                Ok(None) => {}
                Err(error) => return Watched::Failed(error),
            }
            let now = self.network.now();
            let dead = self.session.is_dead();
            if !dead {
                match self.receive(now) {
                    Ok(true) => return Watched::ControlFirst,
                    Ok(false) => {}
                    Err(error) => return Watched::Broken(error),
                }
            }
            if now >= deadline {
                return Watched::TimedOut;
            }
            until = now;
            match (self.control.descriptor(), self.data.descriptor()) {
                (Some(control), Some(data)) => {
                    let flags = match readiness {
                        Readiness::Readable => PollFlags::IN,
                        Readiness::Writable => PollFlags::OUT,
                        Readiness::Either if self.data.has_unsent() => PollFlags::OUT,
                        Readiness::Either => PollFlags::IN,
                    };
                    let both = [(data, flags), (control, PollFlags::IN)];
                    if let Err(error) = wait(if dead { &both[..1] } else { &both }, deadline) {
                        return Watched::Failed(error.into());
                    }
                }
                _ => until = deadline.min(now + SLICE),
            }
        }
    }

    /// Feeds the session what comes, or the end; `false` at the deadline.
    pub(crate) fn receive(&mut self, deadline: Instant) -> Result<bool, Error> {
        let mut buffer = [0; CONTROL_READ];
        match self.control.read(&mut buffer, deadline)? {
            None => return Ok(false),
            Some(Got::Bytes(count)) => self.session.receive(&buffer[..count]),
            Some(Got::End | Got::Cut) => self.session.receive_eof(),
        }
        Ok(true)
    }

    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        let deadline = self.after(Wait::Send);
        let late = || Error::new(ErrorKind::Timeout(Wait::Send));
        while !self.session.outgoing().is_empty() {
            let urgent = self.session.urgent();
            let bytes = self.session.outgoing();
            let bytes = &bytes[..urgent.unwrap_or(bytes.len())];
            let written = match (bytes, self.session.outgoing().first()) {
                ([], Some(byte)) => self.control.write_urgent(*byte, deadline)?.then_some(1),
                _ => self.control.write(bytes, deadline)?,
            };
            self.session.advance(written.ok_or_else(late)?);
        }
        if self.control.flush(deadline)? {
            Ok(())
        } else {
            Err(late())
        }
    }

    pub(crate) fn after(&self, wait: Wait) -> Instant {
        later(self.network.now(), self.options.timeouts.of(wait))
    }
}

/// Ten years, which every clock can count, stand for never.
pub(crate) fn later(now: Instant, limit: Duration) -> Instant {
    const NEVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    now.checked_add(limit.min(NEVER)).unwrap_or(now)
}
