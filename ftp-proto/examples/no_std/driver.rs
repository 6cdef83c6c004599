//! A driver for devices: it needs no standard library, no TLS and no heap of its own, and makes data
//! connections in passive mode.
//!
//! `cargo xtask no-std` links it into a program without the standard library.

use ftp_proto::data::{DataPhase, DataStep, Interruption};
use ftp_proto::{
    Answer, Clock, CloseData, Closing, Connect, DataEnd, Endpoint, Error, ErrorKind, Flow, Session,
    Step, Wait, Want,
};

/// The network stack of the device, with its control connection and its data connection. Nothing
/// here waits.
pub(crate) trait Device {
    /// Begins a time limit for this kind of waiting.
    fn start_clock(&mut self, wait: Wait);

    /// Lets the stack work for a moment. Returns `false` if the time limit has passed.
    fn idle(&mut self) -> bool;

    /// Reads what the stack holds: `None` if that is nothing, and 0 bytes at the end.
    fn read(&mut self, from: Channel, buffer: &mut [u8]) -> Result<Option<usize>, Error>;

    /// Writes some bytes: 0 if there is no room.
    fn write(&mut self, to: Channel, bytes: &[u8]) -> Result<usize, Error>;

    /// Drops the data connection, and begins to make one to this port of the server.
    fn connect(&mut self, port: u16) -> Result<(), Error>;

    fn is_connected(&mut self) -> Result<bool, Error>;

    /// Ends this direction of the data connection (FIN).
    fn shutdown(&mut self);

    /// Drops the data connection, with a reset or with FIN. There may be none.
    fn close(&mut self, reset: bool);
}

#[derive(Clone, Copy)]
pub(crate) enum Channel {
    Control,
    Data,
}

pub(crate) struct Driver<D> {
    pub(crate) session: Session,
    pub(crate) device: D,
}

impl<D: Device> Driver<D> {
    /// Runs any flow to its end. The first one is `Greeting`.
    pub(crate) fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let (mut running, mut answer) = self.session.start(flow);
        loop {
            let want = match self.session.step(&mut running, answer)? {
                Step::Done(output) => return Ok(output),
                Step::Want(want) => want,
            };
            answer = match self.flush() {
                Ok(has_waited) => {
                    if has_waited || want.clock() == Clock::Starts {
                        self.device.start_clock(want.wait());
                    }
                    self.serve(want)
                }
                Err(error) => want.broken(error),
            };
        }
    }

    /// Writes all that the session has to say. Returns whether it had to wait.
    fn flush(&mut self) -> Result<bool, Error> {
        let mut has_waited = false;
        while !self.session.outgoing().is_empty() {
            match self
                .device
                .write(Channel::Control, self.session.outgoing())?
            {
                0 if !has_waited => {
                    has_waited = true;
                    self.device.start_clock(Wait::Send);
                }
                0 if !self.device.idle() => return Err(Error::new(ErrorKind::Timeout(Wait::Send))),
                count => self.session.advance(count),
            }
        }
        Ok(has_waited)
    }

    fn serve(&mut self, want: Want) -> Answer {
        match want {
            Want::Receive(want) => loop {
                match self.feed() {
                    Ok(true) => return want.received(),
                    // A look does not wait.
                    Ok(false) if want.wait() == Wait::Arrived => return want.timed_out(),
                    Ok(false) if self.device.idle() => {}
                    Ok(false) => return want.timed_out(),
                    Err(error) => return want.broken(error),
                }
            },
            Want::Connect(want) => self.connect(want),
            Want::CloseData(want) => self.close(want),
            // Neither active mode nor TLS: the options of the session demand neither.
            Want::Listen(_)
            | Want::Accept(_)
            | Want::SecureControl(_)
            | Want::ClearControl(_)
            | Want::SecureData(_) => want.failed(Error::new(ErrorKind::Io)),
        }
    }

    fn connect(&mut self, want: Connect) -> Answer {
        if want.clock() == Clock::Starts {
            let begun = match want.endpoint() {
                Endpoint::ControlPeer(port) => self.device.connect(port.get()),
                // Only `PassiveAddress::TrustServer` leads to another machine.
                Endpoint::Address(_) => Err(Error::new(ErrorKind::Io)),
            };
            if let Err(error) = begun {
                return want.failed(error);
            }
        }
        match self.watch(|device| Ok(device.is_connected()?.then_some(()))) {
            Ok(()) => want.connected(),
            Err(by) => want.interrupted(by),
        }
    }

    fn close(&mut self, want: CloseData) -> Answer {
        let closing = want.closing();
        match closing {
            Closing::SendEnd => self.device.shutdown(),
            Closing::AwaitEnd => {
                let read_end = |device: &mut D| {
                    while let Some(count) = device.read(Channel::Data, &mut [0; 64])? {
                        if count == 0 {
                            return Ok(Some(()));
                        }
                    }
                    Ok(None)
                };
                match self.watch(read_end) {
                    Ok(()) => {}
                    Err(Interruption::ControlFirst) => return want.control_first(),
                    Err(by) => {
                        self.device.close(false);
                        return want.interrupted(by);
                    }
                }
            }
            // The end of the tickets of TLS.
            Closing::Harvest => {}
            Closing::Acknowledge | Closing::Abandon | Closing::Discard => {}
        }
        if !closing.leaves_it_open() {
            self.device.close(closing == Closing::Abandon);
        }
        match closing {
            Closing::Abandon | Closing::Discard => want.closed(DataEnd::Stopped),
            _ => want.closed(DataEnd::Clean),
        }
    }

    /// Reads some bytes of a download. 0 if the phase is over.
    pub(crate) fn receive(&mut self, phase: &mut DataPhase, buffer: &mut [u8]) -> usize {
        loop {
            let read = self.move_some(phase, |device, _| device.read(Channel::Data, buffer));
            match read {
                Some(0) => phase.end(DataEnd::Clean),
                // 0 is not the end: half a line end waits for the other half.
                Some(count) => match phase.received(&mut buffer[..count]) {
                    0 => {}
                    count => return count,
                },
                None => return 0,
            }
        }
    }

    /// Sends some bytes of an upload. `None` if the phase is over.
    pub(crate) fn send(&mut self, phase: &mut DataPhase, bytes: &[u8]) -> Option<usize> {
        self.send_text(phase)?;
        if let Some(translated) = phase.fill(bytes) {
            return Some(translated);
        }
        let sent = self.move_some(phase, |device, _| device.write_some(bytes))?;
        phase.moved(sent);
        Some(sent)
    }

    /// Sends text whose line ends are translated. `None` if the phase is over.
    pub(crate) fn send_text(&mut self, phase: &mut DataPhase) -> Option<()> {
        while !phase.unsent().is_empty() {
            let sent = self.move_some(phase, |device, phase| device.write_some(phase.unsent()))?;
            phase.moved(sent);
        }
        Some(())
    }

    /// Runs a phase whose data has ended to its end.
    pub(crate) fn finish(&mut self, phase: &mut DataPhase) {
        while let DataStep::Finish(flow) = phase.step(&self.session) {
            phase.finished(self.run(flow));
        }
    }

    /// Moves bytes by `attempt`, and does what the phase wants. `None` if the phase is over.
    fn move_some<T>(
        &mut self,
        phase: &mut DataPhase,
        mut attempt: impl FnMut(&mut D, &DataPhase) -> Result<Option<T>, Error>,
    ) -> Option<T> {
        let mut waiting = None;
        loop {
            match phase.step(&self.session) {
                DataStep::Look => {
                    self.look();
                    continue;
                }
                DataStep::Move(wait) => {
                    if waiting.replace(wait) != Some(wait) {
                        self.device.start_clock(wait);
                    }
                }
                DataStep::TakeIn => self.device.start_clock(Wait::Arrived),
                DataStep::Rest(_) => phase.stop(Error::new(ErrorKind::Io)), // no speed limits
                DataStep::Finish(flow) => phase.finished(self.run(flow)),
                DataStep::Over => return None,
            }
            if phase.has_ended() {
                continue;
            }
            // A NOOP of `DataPhase::keep_alive`, for example.
            match self.flush() {
                Ok(true) => waiting = None,
                Ok(false) => {}
                Err(error) => self.session.kill(error),
            }
            match self.watch(|device| attempt(device, phase)) {
                Ok(moved) => return Some(moved),
                Err(by) => phase.interrupted(&mut self.session, by),
            }
        }
    }

    /// Repeats an attempt on the data connection, and watches the control connection.
    fn watch<T>(
        &mut self,
        mut attempt: impl FnMut(&mut D) -> Result<Option<T>, Error>,
    ) -> Result<T, Interruption> {
        loop {
            match attempt(&mut self.device) {
                Ok(Some(done)) => return Ok(done),
                Ok(None) => {}
                Err(error) => return Err(Interruption::Failed(error)),
            }
            if !self.session.is_dead() {
                match self.feed() {
                    Ok(true) => return Err(Interruption::ControlFirst),
                    Ok(false) => {}
                    Err(error) => return Err(Interruption::Broken(error)),
                }
            }
            if !self.device.idle() {
                return Err(Interruption::TimedOut);
            }
        }
    }

    fn look(&mut self) {
        if let (false, Err(error)) = (self.session.is_dead(), self.feed()) {
            self.session.kill(error);
        }
    }

    /// Gives the session what has come. Returns whether there was something.
    fn feed(&mut self) -> Result<bool, Error> {
        let mut buffer = [0; 256];
        match self.device.read(Channel::Control, &mut buffer)? {
            Some(0) => self.session.receive_eof(),
            Some(count) => self.session.receive(&buffer[..count]),
            None => return Ok(false),
        }
        Ok(true)
    }
}

/// A write to the data connection as an attempt: `None` if there is no room.
trait WriteSome: Device {
    fn write_some(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        Ok(Some(self.write(Channel::Data, bytes)?).filter(|count| *count > 0))
    }
}

impl<D: Device> WriteSome for D {}
