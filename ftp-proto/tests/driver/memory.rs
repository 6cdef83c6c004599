//! A driver over a simulated world: where it would wait, it lets simulated time pass.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::Instant;

use ftp_proto::data::{Backlog, DataPhase, DataStep, Interruption};
use ftp_proto::flows::{Greeting, Restore};
use ftp_proto::simulator::{Port, RunsFlows, World};
use ftp_proto::tls::{PlainRead, TlsLogin};
use ftp_proto::{
    Accept, Answer, Clock, CloseData, Closing, Connect, DataEnd, Endpoint, Error, ErrorKind, Flow,
    Options, SecureData, Session, Step, TransferLimits, Wait, Want,
};

use crate::link::Link;

pub(crate) struct Memory {
    session: Session,
    options: Options,
    world: World,
    control: Link,
    peer: SocketAddr,
    data: Data,
    login: Option<TlsLogin>,
    /// The TLS login of the data connections: the same one, unless a rule is broken.
    data_login: Option<TlsLogin>,
    /// The end of the time limit that runs.
    deadline: Instant,
    /// Bytes of an upload that the system still sends.
    backlog: Backlog,
}

/// A rule of the contract that this driver can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Read once before a data connection is reset or dropped.
    ReadBeforeClosing,
    /// Make a new TLS login for a new control connection.
    NewLogin,
    /// Use the new TLS login for the data connections too.
    NewLoginForData,
    /// Send the last byte of a Synch as urgent data.
    SendUrgent,
    /// Wait longer while the system still sends the end of an upload.
    AskBacklog,
}

thread_local! {
    /// The rule that the drivers of this thread break.
    pub(crate) static BROKEN: Cell<Option<Rule>> = const { Cell::new(None) };
}

fn keeps(rule: Rule) -> bool {
    BROKEN.get() != Some(rule)
}

enum Data {
    None,
    Listening(Port),
    Open(Box<Link>),
}

impl RunsFlows for Memory {
    /// It keeps neither a total time nor limits of speed.
    fn supports(options: &Options) -> bool {
        options.total_time.is_none() && options.transfer_limits == TransferLimits::new()
    }

    fn connect(world: World, options: Options) -> Result<Self, Error> {
        options.check_without_sockets()?;
        let (_, port) = options.control_peer();
        let control = Link::new(world.connect(port)?);
        let login = options.tls_login()?;
        let mut driver = Self {
            session: Session::with_options(&options),
            data_login: login.clone(),
            login,
            peer: control.end.address(),
            deadline: world.now(),
            backlog: Backlog::default(),
            data: Data::None,
            control,
            options,
            world,
        };
        driver.session.set_peer(Some(driver.peer));
        driver.run(Greeting::new())?;
        Ok(driver)
    }

    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let (mut running, mut answer) = self.session.start(flow);
        loop {
            let want = match self.session.step(&mut running, answer)? {
                Step::Done(output) => return Ok(output),
                Step::Want(want) => want,
            };
            if want.clock() == Clock::Starts {
                self.deadline = self.world.now() + self.options.timeouts.of(want.wait());
                self.backlog = Backlog::default();
            }
            answer = match self.flush() {
                Ok(()) => self.serve(want),
                Err(error) => want.broken(error),
            };
        }
    }

    fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    fn receive(&mut self, phase: &mut DataPhase, file: &mut Vec<u8>, most: usize) {
        while file.len() < most {
            let mut buffer = vec![0; 4096.min(most - file.len())];
            let Some(moved) = self.move_some(phase, |link| link.read(&mut buffer)) else {
                return;
            };
            match moved {
                PlainRead::Bytes(count) => {
                    let count = phase.received(&mut buffer[..count]);
                    file.extend_from_slice(&buffer[..count]);
                }
                PlainRead::Closed => phase.end(DataEnd::Clean),
                PlainRead::Cut => phase.end(DataEnd::NoCloseNotify),
            }
        }
    }

    fn send(&mut self, phase: &mut DataPhase, mut bytes: &[u8]) {
        loop {
            if phase.unsent().is_empty() {
                if bytes.is_empty() {
                    break;
                }
                // Text is translated first, and then sent from the phase.
                if let Some(taken) = phase.fill(bytes) {
                    bytes = &bytes[taken..];
                    continue;
                }
            }
            let translated = phase.unsent().to_vec();
            let piece = if translated.is_empty() {
                bytes
            } else {
                &translated
            };
            let Some(sent) = self.move_some(phase, |link| link.write(piece)) else {
                return;
            };
            phase.moved(sent);
            if translated.is_empty() {
                bytes = &bytes[sent..];
            }
        }
        // TLS may have records that are not sent.
        self.move_some(phase, Link::flush);
    }

    fn reconnect(&mut self) -> Option<Result<(), Error>> {
        Some(self.replace())
    }
}

impl Memory {
    /// Moves some bytes. `None` if the phase wants something else.
    fn move_some<T>(
        &mut self,
        phase: &mut DataPhase,
        mut attempt: impl FnMut(&mut Link) -> Result<Option<T>, Error>,
    ) -> Option<T> {
        let mut waiting = None;
        loop {
            let until = match phase.step(&self.session) {
                DataStep::Look => {
                    self.look();
                    continue;
                }
                DataStep::Move(wait) => {
                    if waiting.replace(wait) != Some(wait) {
                        self.deadline = self.world.now() + self.options.timeouts.of(wait);
                    }
                    self.deadline
                }
                DataStep::TakeIn => self.world.now(),
                DataStep::Rest(_) => unreachable!("there is no speed limit"),
                DataStep::Finish(flow) => {
                    phase.finished(self.run(flow));
                    return None;
                }
                DataStep::Over => return None,
            };
            if let Err(error) = self.flush() {
                self.session.kill(error);
            }
            match self.watch(until, |driver| attempt(driver.open()?)) {
                Ok(moved) => return Some(moved),
                Err(by) => phase.interrupted(&mut self.session, by),
            }
        }
    }

    /// Writes all that the session has to say. The world takes it at once.
    fn flush(&mut self) -> Result<(), Error> {
        let limit = self.world.now() + self.options.timeouts.of(Wait::Send);
        while !self.session.outgoing().is_empty() {
            let urgent = self.session.urgent().filter(|_| keeps(Rule::SendUrgent));
            let bytes = self.session.outgoing();
            let written = match (urgent, bytes) {
                (Some(0), [byte, ..]) => self.control.write_urgent(*byte)?.map(|()| 1),
                (urgent, bytes) => self
                    .control
                    .write(&bytes[..urgent.unwrap_or(bytes.len())])?,
            };
            match written {
                Some(count) => self.session.advance(count),
                None if self.world.advance_clock(limit) => {}
                None => return Err(Error::new(ErrorKind::Timeout(Wait::Send))),
            }
        }
        self.control.flush().map(|_| ())
    }

    fn serve(&mut self, want: Want) -> Answer {
        let until = self.deadline;
        match want {
            Want::Receive(want) => match self.await_control(until, Self::feed) {
                Ok(Some(())) => want.received(),
                Ok(None) => want.timed_out(),
                Err(error) => want.broken(error),
            },
            Want::SecureControl(want) => {
                let begun = match &self.login {
                    Some(login) if want.clock() == Clock::Starts => self.control.begin_tls(login),
                    _ => Ok(()),
                };
                let handshake = |it: &mut Self| it.control.handshake();
                match begun.and_then(|()| self.await_control(until, handshake)) {
                    Ok(Some(())) => want.secured(),
                    Ok(None) => want.timed_out(),
                    Err(error) => want.broken(error),
                }
            }
            Want::ClearControl(want) => match self.await_control(until, |it| it.control.clear()) {
                Ok(Some(())) => want.cleared(),
                Ok(None) => want.timed_out(),
                Err(error) => want.broken(error),
            },
            Want::Connect(want) => self.connect_data(want),
            Want::Listen(want) => {
                let port = self.world.listen();
                let address = port.address();
                self.data = Data::Listening(port);
                want.listening(address)
            }
            Want::Accept(want) => self.accept_data(want),
            Want::SecureData(want) => self.secure_data(want),
            Want::CloseData(want) => self.close_data(want),
        }
    }

    fn connect_data(&mut self, want: Connect) -> Answer {
        if want.clock() == Clock::Starts {
            self.data = Data::None;
            let port = match want.endpoint() {
                Endpoint::ControlPeer(port) => port.get(),
                Endpoint::Address(address) => address.port(),
            };
            match self.world.connect(port) {
                Ok(end) => self.data = Data::Open(Box::new(Link::new(end))),
                Err(error) => return want.failed(error),
            }
        }
        let made = |it: &mut Self| Ok(it.open()?.end.poll_accepted().then_some(()));
        match self.watch(self.deadline, made) {
            Ok(()) => want.connected(),
            Err(by) => want.interrupted(by),
        }
    }

    fn accept_data(&mut self, want: Accept) -> Answer {
        let accepted = self.watch(self.deadline, |it| match &it.data {
            Data::Listening(port) => match port.accept() {
                Ok(end) => Ok(Some(end)),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
                Err(error) => Err(error.into()),
            },
            _ => Err(not_connected()),
        });
        match accepted {
            Ok(end) if want.admits(Some(end.address()), Some(self.peer)) => {
                self.data = Data::Open(Box::new(Link::new(end)));
                want.accepted()
            }
            Ok(stranger) => want.turned_away(Some(stranger.address())),
            Err(by) => want.interrupted(by),
        }
    }

    fn secure_data(&mut self, want: SecureData) -> Answer {
        // The want may come again with a new time limit. The handshake then goes on.
        let begun = self.open().is_ok_and(|link| link.tls().is_some());
        if !begun {
            let Some(login) = self.data_login.clone() else {
                return want.failed(not_connected());
            };
            if login.must_keep_last_ticket(want.tickets()) {
                return want.kept_last_ticket();
            }
            if let Err(error) = self.open().and_then(|link| link.begin_tls(&login)) {
                return want.failed(error);
            }
        }
        match self.watch(self.deadline, |it| it.open()?.handshake()) {
            Ok(()) => {
                // The session itself keeps `Resumption::Required`.
                let tls = self.open().ok().and_then(|link| link.tls()?.info());
                match tls.is_some_and(|tls| tls.resumed) {
                    true => want.resumed(),
                    false => want.secured(),
                }
            }
            Err(by) => want.interrupted(by),
        }
    }

    fn close_data(&mut self, want: CloseData) -> Answer {
        let closing = want.closing();
        let mut closed = self.watch(self.deadline, |it| it.close(closing));
        while closing == Closing::AwaitEnd && matches!(closed, Err(Interruption::TimedOut)) {
            let held = self.open().ok().map(|link| link.end.unacknowledged());
            let more = self.backlog.more_time(held);
            let Some(wait) = more.filter(|_| keeps(Rule::AskBacklog)) else {
                break;
            };
            self.deadline = self.world.now() + self.options.timeouts.of(wait);
            closed = self.watch(self.deadline, |it| it.close(closing));
        }
        if !closing.leaves_it_open() && !matches!(closed, Err(Interruption::ControlFirst)) {
            self.data = Data::None;
        }
        match closed {
            Ok(end) => want.closed(end),
            Err(by) => want.interrupted(by),
        }
    }

    fn close(&mut self, closing: Closing) -> Result<Option<DataEnd>, Error> {
        let Data::Open(link) = &mut self.data else {
            return Ok(Some(DataEnd::Clean));
        };
        let done = match closing {
            Closing::SendEnd => {
                let sent = link.close_notify()?;
                if sent.is_some() {
                    link.end.shutdown();
                }
                sent
            }
            Closing::Acknowledge => link.close_notify()?,
            Closing::Harvest => link.harvest()?,
            Closing::AwaitEnd => {
                return Ok(link.await_end()?.map(|end| match end {
                    PlainRead::Cut => DataEnd::NoCloseNotify,
                    _ => DataEnd::Clean,
                }));
            }
            Closing::Abandon | Closing::Discard => {
                // A session ticket may have come already, and the next connection needs it.
                if keeps(Rule::ReadBeforeClosing) {
                    let _ = link.read(&mut [0; 512]);
                }
                link.end.reset_on_close(closing == Closing::Abandon);
                return Ok(Some(DataEnd::Stopped));
            }
        };
        Ok(done.map(|()| DataEnd::Clean))
    }

    fn open(&mut self) -> Result<&mut Link, Error> {
        match &mut self.data {
            Data::Open(link) => Ok(link),
            _ => Err(not_connected()),
        }
    }

    /// Repeats an attempt on the control connection until it is done. `None` at the time limit.
    fn await_control<T>(
        &mut self,
        until: Instant,
        mut attempt: impl FnMut(&mut Self) -> Result<Option<T>, Error>,
    ) -> Result<Option<T>, Error> {
        loop {
            if let Some(done) = attempt(self)? {
                return Ok(Some(done));
            }
            if !self.world.advance_clock(until) {
                return Ok(None);
            }
        }
    }

    /// Repeats an attempt on the data connection, and watches the control connection.
    fn watch<T>(
        &mut self,
        until: Instant,
        mut attempt: impl FnMut(&mut Self) -> Result<Option<T>, Error>,
    ) -> Result<T, Interruption> {
        loop {
            match attempt(self) {
                Ok(Some(done)) => return Ok(done),
                Ok(None) => {}
                Err(error) => return Err(Interruption::Failed(error)),
            }
            if !self.session.is_dead() {
                match self.feed() {
                    Ok(Some(())) => return Err(Interruption::ControlFirst),
                    Ok(None) => {}
                    Err(error) => return Err(Interruption::Broken(error)),
                }
            }
            if !self.world.advance_clock(until) {
                return Err(Interruption::TimedOut);
            }
        }
    }

    /// Gives the session what has come. `None` if nothing has.
    fn feed(&mut self) -> Result<Option<()>, Error> {
        let mut buffer = [0; 512];
        Ok(self.control.read(&mut buffer)?.map(|read| match read {
            PlainRead::Bytes(count) => self.session.receive(&buffer[..count]),
            PlainRead::Closed | PlainRead::Cut => self.session.receive_eof(),
        }))
    }

    fn look(&mut self) {
        if let (false, Err(error)) = (self.session.is_dead(), self.feed()) {
            self.session.kill(error);
        }
    }

    /// Makes a new control connection, and brings it to where the old one was.
    fn replace(&mut self) -> Result<(), Error> {
        let restore = Restore::of(&self.session)?;
        if keeps(Rule::NewLogin) {
            let login = self.login.take();
            self.login = self
                .session
                .successor_tls_login(&self.options, login.as_ref())?;
        }
        if keeps(Rule::NewLoginForData) {
            self.data_login.clone_from(&self.login);
        }
        let (_, port) = self.options.control_peer();
        self.control = Link::new(self.world.connect(port)?);
        self.session = self.session.successor();
        self.data = Data::None;
        self.session.set_peer(Some(self.peer));
        self.run(Greeting::new())?;
        self.run(restore)
    }
}

fn not_connected() -> Error {
    Error::new(ErrorKind::Io).with_source("there is no connection")
}
